"""Partner types: kinds of partner, such as investor or laboratory, that a text may request.

Types and their terms are data (``partner_types.toml``), and so are the words that tell a request from what the writer
says of itself (``request_words.toml``): "we are a startup looking for a university" requests a school.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import takewhile
from tomllib import loads

from graph.folding import fold
from graph.kinds import Language
from matching.text.phrase_book import Entry, Finding, PhraseBook, tokens_of

_UNASKED_SHARE = 0.4
"""How surely a type is requested that is named in a sentence without an asking word. Set by hand."""
_REACH = 14
"""Words after an asking word within which a type counts as requested. Set by hand."""
_NEAR = 3
"""Words within which a possessive or a verb of wanting belongs to a type. Set by hand."""
_INTRODUCTION = 8
"""Words before a type in which a phrase such as "we are" is looked for. Set by hand."""
_FOLLOWING = 5
"""Words after a type in which a possessive is looked for. Set by hand."""
_SENTENCE_END = "."


@dataclass(frozen=True, slots=True)
class PartnerType:
    """A kind of partner that a question may ask for; the attributes are explained in ``partner_types.toml``."""

    id: str
    terms: Mapping[Language, tuple[str, ...]]
    marks: Mapping[Language, tuple[str, ...]]
    kinds: tuple[str, ...]
    alone: float
    subkinds: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestWords:
    """Folded words that tell a request; the attributes are explained in ``request_words.toml``."""

    asking: frozenset[str]
    wanting: frozenset[str]
    introduces_self: frozenset[str]
    possessive_before: frozenset[str]
    possessive_after: frozenset[str]
    not_possessive: frozenset[str]
    which_after: frozenset[str]


@cache
def load_partner_types() -> Mapping[str, PartnerType]:
    """All partner types by id, in the order of the file."""
    rows = loads(files("matching.text").joinpath("partner_types.toml").read_text(encoding="utf-8"))
    return {
        type_id: PartnerType(
            type_id,
            terms={"vi": tuple(row["vi"]), "en": tuple(row["en"])},
            marks={"vi": tuple(row.get("marks_vi", ())), "en": tuple(row.get("marks_en", ()))},
            kinds=tuple(row["kinds"]),
            alone=float(row["alone"]),
            subkinds=tuple(row.get("subkinds", ())),
            gives=tuple(row.get("gives", ())),
            takes=tuple(row.get("takes", ())),
        )
        for type_id, row in rows.items()
    }


@cache
def load_request_words() -> RequestWords:
    """The words of all languages of the file together, since requests mix languages."""
    languages = loads(files("matching.text").joinpath("request_words.toml").read_text(encoding="utf-8")).values()
    return RequestWords(
        **{name: frozenset().union(*(words[name] for words in languages)) for name in RequestWords.__slots__}
    )


class PartnerTypeReader:
    """Finds the partner types that a text requests."""

    def __init__(self, types: Mapping[str, PartnerType]) -> None:
        self._phrases = PhraseBook(_entries(types, marks=False), folds_syllables=False)
        self._words = load_request_words()

    def read(self, text: str) -> dict[str, float]:
        """Ids of the requested types, each with how surely it is requested, 0 to 1.

        >>> PartnerTypeReader(load_partner_types()).read("Chúng tôi là startup, tìm trường đại học")
        {'school': 1.0}
        """
        requested: dict[str, float] = {}
        for type_id, _, share in self._requested(text):
            requested[type_id] = max(requested.get(type_id, 0.0), share)
        return requested

    def words(self, text: str) -> dict[str, tuple[str, ...]]:
        """Ids of the requested types, each with the words of the text that request it."""
        words: dict[str, dict[str, None]] = {}
        for type_id, written, _ in self._requested(text):
            words.setdefault(type_id, {})[written] = None
        return {type_id: tuple(written) for type_id, written in words.items()}

    def _requested(self, text: str) -> Iterator[tuple[str, str, float]]:
        tokens = [_comparable(token) for token in tokens_of(text)]
        for finding in self._phrases.find(text):
            share = _requested_share(tokens, finding, self._words)
            if share:
                yield from ((type_id, finding.written, share) for type_id in finding.ids)


@cache
def partner_type_reader() -> PartnerTypeReader:
    """The reader of all partner types, made once."""
    return PartnerTypeReader(load_partner_types())


@cache
def partner_type_marks() -> PhraseBook:
    """Finds the terms in names and profiles that show a partner type."""
    return PhraseBook(_entries(load_partner_types(), marks=True), folds_syllables=False)


def _comparable(token: str) -> str:
    """A word without diacritics; "." for punctuation that ends a sentence and "," for any other."""
    if token[0].isalnum():
        return fold(token)
    return _SENTENCE_END if any(mark in token for mark in ".!?;:") else ","


def _requested_share(tokens: Sequence[str], finding: Finding, words: RequestWords) -> float:
    """How surely a type that a text names is requested rather than what the writer is, 0 to 1."""
    before = _until(reversed(tokens[: finding.start]), _SENTENCE_END)
    after = _until(tokens[finding.start + finding.n_words :], _SENTENCE_END)
    if words.which_after.intersection(after[:1]):
        return 1.0
    asked_at = next((place for place, token in enumerate(before[:_REACH]) if token in words.asking), None)
    if _is_the_writer(before[:asked_at], after, words):
        return 0.0
    if asked_at is not None:
        return 1.0
    return 0.0 if words.wanting.intersection(_until(after, ",")[:_NEAR]) else _UNASKED_SHARE


def _is_the_writer(before: Sequence[str], after: Sequence[str], words: RequestWords) -> bool:
    """Whether the words around a type say that the writer is of it; the words before it come last word first."""
    near = _until(before, ",")
    if words.possessive_before.intersection(near[:_NEAR]):
        return True
    introduction = f" {' '.join(reversed(near[:_INTRODUCTION]))} "
    if any(f" {phrase} " in introduction for phrase in words.introduces_self):
        return True
    following = _until(after, ",")[:_FOLLOWING]
    place = next((place for place, token in enumerate(following) if token in words.possessive_after), len(following))
    return place < len(following) and not words.not_possessive.intersection(following[:place])


def _until(tokens: Iterable[str], end: str) -> list[str]:
    return list(takewhile(lambda token: token != end, tokens))


def _entries(types: Mapping[str, PartnerType], *, marks: bool) -> Iterator[Entry]:
    for each in types.values():
        for language, terms in (each.marks if marks else each.terms).items():
            for term in terms:
                yield each.id, language, term
