"""Suggested partners on a page: fit in five steps, reasons in words, links to the evidence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from graph.kinds import ActorKind, load_kinds
from graph.model import Actor
from graph.wording import Catalogue
from matching.questions import Answer, Evidence, Options, Profile, Reason, Suggestion
from matching.reasons.explanation import render
from service.network_state import Network
from service.pages.addresses import Addresses
from service.pages.partner_question import PartnerQuestion
from service.pages.views import NetworkViews
from service.pages.wording import format_percent, likelihood_key
from service.web_addresses import host_of, safe_link

SUGGESTIONS = 20
"""Partners in an answer at most."""
SUGGESTIONS_OF_A_KIND = 3
"""Partners of one kind beside a member or a challenge."""
FIT_STEPS = 5
_SMALLEST_SHARE = 0.03
"""Reasons that contribute less than this share of the largest contribution on the page are left out."""
_REASONS_SHOWN = 5
_REASONS_FOR_THEM = 2
_LINKS_OF_A_REASON = 3


@dataclass(frozen=True, slots=True)
class ReasonLink:
    """A link from a reason to a page with its evidence."""

    label: str
    href: str
    is_external: bool


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """A reason in words; ``share`` is its contribution relative to the largest on the page, in percent."""

    text: str
    is_positive: bool
    share: int
    links: tuple[ReasonLink, ...]


@dataclass(frozen=True, slots=True)
class Likelihood:
    """The probability that two actors will work together: as a word, and in percent."""

    word: str
    stated: str


@dataclass(frozen=True, slots=True)
class PartnerCard:
    """A suggested partner. It was moved up by ``n_moved_up`` places to show more members."""

    actor: Actor
    rank: int
    fit_steps: int
    likelihood: Likelihood | None
    n_moved_up: int
    reasons: tuple[ReasonLine, ...]
    reasons_for_them: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartnerGroup:
    """The best partners of one kind; ``is_missing`` if no actor of the kind takes part yet."""

    kind: ActorKind
    cards: tuple[PartnerCard, ...]
    is_missing: bool = False


def answer_question(network: Network, question: PartnerQuestion, asker: Actor | None) -> Answer:
    """Partners for a question of a member of the network or of somebody else."""
    recommender = network.recommender
    if asker is not None and not question.brief and not question.added:
        answer = recommender.for_actor(asker.id, Options(question.kinds, SUGGESTIONS, exposure=network.exposure))
        return replace(answer, suggestions=_fitting(answer.suggestions))
    # One suggestion more than shown, because the asker itself may match its own words best.
    options = Options(question.kinds, SUGGESTIONS + 1, exposure=network.exposure)
    if question.brief:
        answer = recommender.for_brief(question.brief, options, fields=_corrected_fields(network, question))
    else:
        answer = recommender.for_profile(Profile(fields=question.added), options)
    others = [suggestion for suggestion in answer.suggestions if asker is None or suggestion.actor_id != asker.id]
    return replace(answer, suggestions=_fitting(others)[:SUGGESTIONS])


def best_by_kind(
    ask: Callable[[Options], Mapping[str, Answer]], *, exposure: bool
) -> Mapping[str, tuple[Suggestion, ...]]:
    """The best partners of each kind of actor, by the id of the kind; empty for a kind without partners.

    Parameters
    ----------
    ask
        Gives the partners of one actor or project by kind, under some options.
    exposure
        Whether seldom suggested actors move up within a margin.
    """
    answers = ask(Options(limit=SUGGESTIONS_OF_A_KIND, exposure=exposure))
    return {kind: _fitting(answer.suggestions) for kind, answer in answers.items()}


def fit_steps(suggestion: Suggestion) -> int:
    """The fit of a suggestion in steps, 0 to 5."""
    return round(FIT_STEPS * suggestion.fit)


def _fitting(suggestions: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
    """The suggestions with a fit of at least one step, ranked anew. Others are well known but do not meet the need."""
    kept = [suggestion for suggestion in suggestions if fit_steps(suggestion)]
    return tuple(replace(suggestion, rank=place) for place, suggestion in enumerate(kept, start=1))


def _longest(suggestions: Sequence[Suggestion]) -> float:
    reasons = (reason for suggestion in suggestions for reason in suggestion.reasons)
    return max((abs(reason.contribution) for reason in reasons), default=0.0)


def _corrected_fields(network: Network, question: PartnerQuestion) -> tuple[str, ...] | None:
    """The fields of the brief as the reader corrected them; None without a correction."""
    if not question.added and not question.not_meant:
        return None
    read = network.recommender.understand(question.brief).fields
    return tuple(dict.fromkeys((*(name for name in read if name not in question.not_meant), *question.added)))


class PartnerCards:
    """Makes the cards of suggestions in the language of a page."""

    def __init__(self, views: NetworkViews, catalogue: Catalogue, at: Addresses) -> None:
        self._views = views
        self._catalogue = catalogue
        self._at = at

    def of(self, suggestions: Sequence[Suggestion]) -> tuple[PartnerCard, ...]:
        """The cards of suggestions. The longest bar stands for the largest contribution among them."""
        longest = _longest(suggestions)
        return tuple(self._card(suggestion, longest) for suggestion in suggestions)

    def by_kind(
        self, best: Mapping[str, Sequence[Suggestion]], missing: Sequence[ActorKind] = ()
    ) -> tuple[PartnerGroup, ...]:
        """The cards of the best partners by kind, missing kinds first. The bars compare within all groups.

        A kind without partners is left out unless it is missing.
        """
        longest = _longest([suggestion for suggestions in best.values() for suggestion in suggestions])
        return tuple(
            PartnerGroup(
                kind,
                tuple(self._card(suggestion, longest) for suggestion in best[kind.id]),
                is_missing=kind in missing,
            )
            for kind in sorted(load_kinds().actor.values(), key=lambda kind: kind not in missing)
            if best[kind.id] or kind in missing
        )

    def _card(self, suggestion: Suggestion, longest: float) -> PartnerCard:
        language = self._catalogue.language
        displayed = [reason for reason in suggestion.reasons if abs(reason.contribution) >= _SMALLEST_SHARE * longest]
        for_them = (render(reason, language, "candidate") for reason in displayed if reason.contribution > 0)
        for_asker = {render(reason, language) for reason in displayed}
        return PartnerCard(
            actor=self._views.actor(suggestion.actor_id),
            rank=suggestion.rank,
            fit_steps=fit_steps(suggestion),
            likelihood=self._likelihood(suggestion),
            n_moved_up=max(suggestion.moved, 0),
            reasons=tuple(self._line(reason, longest) for reason in displayed[:_REASONS_SHOWN]),
            reasons_for_them=tuple([text for text in for_them if text not in for_asker][:_REASONS_FOR_THEM]),
        )

    def _likelihood(self, suggestion: Suggestion) -> Likelihood | None:
        if suggestion.likelihood is None:
            return None
        percent = format_percent(suggestion.likelihood, self._catalogue.language)
        word = self._catalogue.text(likelihood_key(suggestion.likelihood))
        return Likelihood(word, self._catalogue.text("likelihood.stated", percent=percent))

    def _line(self, reason: Reason, longest: float) -> ReasonLine:
        links = dict.fromkeys(link for evidence in reason.evidence if (link := self._link(evidence)))
        return ReasonLine(
            text=render(reason, self._catalogue.language),
            is_positive=reason.contribution > 0,
            share=round(100 * abs(reason.contribution) / longest),
            links=tuple(links)[:_LINKS_OF_A_REASON],
        )

    def _link(self, evidence: Evidence) -> ReasonLink | None:
        first = evidence.key[0]
        if evidence.table in {"projects", "project_participants"}:
            return ReasonLink(self._catalogue.text("evidence.project"), self._at.project(first), is_external=False)
        url = safe_link(evidence.source_url)
        if url is not None:
            return ReasonLink(host_of(url), url, is_external=True)
        return ReasonLink(self._catalogue.text("evidence.member"), self._at.actor(first), is_external=False)
