"""Suggested partners as a page shows them: fit in five steps, reasons in words, links to what they rest on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from graph.kinds import ActorKind, load_kinds
from graph.model import Actor
from graph.wording import Catalogue
from matching.questions import Answer, Evidence, Options, Profile, Reason, Suggestion
from matching.reasons.explanation import render
from service.network_state import Network
from service.pages.addresses import Addresses, host_of, safe_link
from service.pages.question import Question
from service.pages.views import NetworkViews
from service.pages.wording import format_percent, likelihood_key

SUGGESTIONS = 20
"""Partners in an answer at most: what a person reads."""
SUGGESTIONS_OF_A_KIND = 3
"""Partners of one kind beside a member or a challenge."""
FIT_STEPS = 5
_SHARE_TOLD = 0.03
"""Reasons shorter than this beside the longest on the page are too small to be told."""
_REASONS_SHOWN = 5
_REASONS_FOR_THEM = 2
_LINKS_OF_A_REASON = 3


@dataclass(frozen=True, slots=True)
class Link:
    """A page that shows what a reason says."""

    label: str
    href: str
    is_external: bool


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """A reason in words; ``share`` is its length beside the longest on the page, in percent."""

    text: str
    is_positive: bool
    share: int
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Likelihood:
    """How likely the two are to work together: in a word, and in percent."""

    word: str
    stated: str


@dataclass(frozen=True, slots=True)
class PartnerCard:
    """A suggested partner; ``n_moved_up`` places it was moved up so that more members are seen."""

    actor: Actor
    rank: int
    fit_steps: int
    likelihood: Likelihood | None
    n_moved_up: int
    reasons: tuple[ReasonLine, ...]
    reasons_for_them: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartnerGroup:
    """The best partners of one kind; ``is_missing`` where the kind takes no part yet."""

    kind: ActorKind
    cards: tuple[PartnerCard, ...]
    is_missing: bool = False


def answer_question(network: Network, question: Question, asker: Actor | None) -> Answer:
    """Partners for what was asked, by a member of the network or by somebody else."""
    recommender = network.recommender
    if asker is not None and not question.brief and not question.added:
        answer = recommender.for_actor(asker.id, Options(question.kinds, SUGGESTIONS, exposure=network.exposure))
        return replace(answer, suggestions=_fitting(answer.suggestions))
    # One place more, as an asker may well be the best match of its own words.
    options = Options(question.kinds, SUGGESTIONS + 1, exposure=network.exposure)
    if question.brief:
        answer = recommender.for_brief(question.brief, options, fields=_corrected_fields(network, question))
    else:
        answer = recommender.for_profile(Profile(fields=question.added), options)
    others = [suggestion for suggestion in answer.suggestions if asker is None or suggestion.actor_id != asker.id]
    return replace(answer, suggestions=_fitting(others)[:SUGGESTIONS])


def fit_steps(suggestion: Suggestion) -> int:
    """How well a suggestion fits, in marks of five."""
    return round(FIT_STEPS * suggestion.fit)


def _fitting(suggestions: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
    """Those with a mark at least, ranked anew: one without is merely well known, and no answer to a need."""
    kept = [suggestion for suggestion in suggestions if fit_steps(suggestion)]
    return tuple(replace(suggestion, rank=place) for place, suggestion in enumerate(kept, start=1))


def _longest(suggestions: Sequence[Suggestion]) -> float:
    reasons = (reason for suggestion in suggestions for reason in suggestion.reasons)
    return max((abs(reason.contribution) for reason in reasons), default=0.0)


def _corrected_fields(network: Network, question: Question) -> tuple[str, ...] | None:
    """The fields meant where the reader corrected what was read from the brief, else None."""
    if not question.added and not question.not_meant:
        return None
    read = network.recommender.for_brief(question.brief, Options(limit=1, explain=False)).understanding.fields
    return tuple(dict.fromkeys((*(name for name in read if name not in question.not_meant), *question.added)))


class PartnerCards:
    """Makes cards of suggestions in the language of a page."""

    def __init__(self, views: NetworkViews, catalogue: Catalogue, at: Addresses) -> None:
        self._views = views
        self._catalogue = catalogue
        self._at = at

    def of(self, suggestions: Sequence[Suggestion]) -> tuple[PartnerCard, ...]:
        """Cards of suggestions, with bars that compare within all of them."""
        longest = _longest(suggestions)
        return tuple(self._card(suggestion, longest) for suggestion in suggestions)

    def by_kind(self, ask: Callable[[Options], Answer], missing: Sequence[ActorKind] = ()) -> tuple[PartnerGroup, ...]:
        """The best partners of each kind, kinds that are missing first, with bars that compare within all of them.

        A kind without partners is left out unless it is missing.
        """
        best = [
            (kind, _fitting(ask(Options(kinds=(kind.id,), limit=SUGGESTIONS_OF_A_KIND)).suggestions))
            for kind in sorted(load_kinds().actor.values(), key=lambda kind: kind not in missing)
        ]
        longest = _longest([suggestion for _, suggestions in best for suggestion in suggestions])
        return tuple(
            PartnerGroup(
                kind, tuple(self._card(suggestion, longest) for suggestion in suggestions), is_missing=kind in missing
            )
            for kind, suggestions in best
            if suggestions or kind in missing
        )

    def _card(self, suggestion: Suggestion, longest: float) -> PartnerCard:
        language = self._catalogue.language
        told = [reason for reason in suggestion.reasons if abs(reason.contribution) >= _SHARE_TOLD * longest]
        for_them = (render(reason, language, "candidate") for reason in told if reason.contribution > 0)
        for_asker = {render(reason, language) for reason in told}
        return PartnerCard(
            actor=self._views.actor(suggestion.actor_id),
            rank=suggestion.rank,
            fit_steps=fit_steps(suggestion),
            likelihood=self._likelihood(suggestion),
            n_moved_up=max(suggestion.moved, 0),
            reasons=tuple(self._line(reason, longest) for reason in told[:_REASONS_SHOWN]),
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

    def _link(self, evidence: Evidence) -> Link | None:
        first = evidence.key[0]
        if evidence.table in {"projects", "project_participants"}:
            return Link(self._catalogue.text("evidence.project"), self._at.project(first), is_external=False)
        url = safe_link(evidence.source_url)
        if url is not None:
            return Link(host_of(url), url, is_external=True)
        return Link(self._catalogue.text("evidence.member"), self._at.actor(first), is_external=False)
