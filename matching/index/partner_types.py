"""Who is sought: the sorts of partner that a question in words asks for, and which actors are of them.

The sorts are data, ``matching/index/partner_types.toml``. "We are a startup looking for a university" seeks a school: what the asker
says of itself is told from what it asks for.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from itertools import takewhile

import numpy as np

from graph.folding import fold
from graph.kinds import Language
from graph.snapshot import GraphSnapshot
from matching.arrays import BoolArray, FloatArray
from matching.text.phrase_book import Entry, Finding, PhraseBook, tokens_of

_UNASKED_SHARE = 0.4
"""What a sort counts that is named where nothing is asked for."""
_REACH = 14
"""Words after one that asks, such as "looking for", within which a sort is sought."""
_ASKING = frozenset(
    {"tim", "can", "muon", "mong", "kiem", "moi", "noi", "gap", "goi", "nho", "xin"}
    | {"seek", "seeks", "seeking", "look", "looks", "looking", "need", "needs", "want", "wants", "like", "invite"}
    | {"find", "meet", "wish", "hope", "hoping", "search", "searching", "connect", "introduction", "which", "any"}
)
_WANTING = frozenset(
    {"muon", "can", "tim", "dang", "mong"}
    | {"want", "wants", "need", "needs", "seek", "seeks", "look", "looks", "would", "is", "plans"}
)
_SELF_SAID = ("toi la", "em la", "minh la", "we are", "we re", "i am", "i m", "as a", "as an")
_OURS = frozenset({"our", "my"})
_OF_US = frozenset({"toi", "em", "minh"})
_NOT_OURS = frozenset(
    {"cho", "voi", "giup", "de", "va", "den", "ma", "co", "nao"} | {"that", "who", "which", "to", "for"}
)
_SENTENCE_END = "."
_MAX_READ = 500
"""Characters of a profile that are read for marks."""


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of partner; the fields are those of the file."""

    id: str
    terms: Mapping[Language, tuple[str, ...]]
    marks: Mapping[Language, tuple[str, ...]]
    kinds: tuple[str, ...]
    alone: float
    subkinds: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


@cache
def load_sorts() -> Mapping[str, Sort]:
    """All sorts by id, in the order of the file."""
    rows = tomllib.loads(files("matching.index").joinpath("partner_types.toml").read_text(encoding="utf-8"))
    return {
        sort_id: Sort(
            sort_id,
            terms={"vi": tuple(row["vi"]), "en": tuple(row["en"])},
            marks={"vi": tuple(row.get("marks_vi", ())), "en": tuple(row.get("marks_en", ()))},
            kinds=tuple(row["kinds"]),
            alone=float(row["alone"]),
            subkinds=tuple(row.get("subkinds", ())),
            gives=tuple(row.get("gives", ())),
            takes=tuple(row.get("takes", ())),
        )
        for sort_id, row in rows.items()
    }


class SoughtReader:
    """Finds the sorts of partner that a text asks for."""

    def __init__(self, sorts: Mapping[str, Sort]) -> None:
        self.ids = tuple(sorts)
        self._phrases = PhraseBook(_entries(sorts, marks=False), folds_syllables=False)

    def read(self, text: str) -> dict[str, float]:
        """Ids of the sorts that are sought, each with how surely, 0 to 1.

        >>> SoughtReader(load_sorts()).read("Chúng tôi là startup, tìm trường đại học")
        {'school': 1.0}
        """
        sought: dict[str, float] = {}
        for sort_id, _, share in self._named(text):
            sought[sort_id] = max(sought.get(sort_id, 0.0), share)
        return sought

    def words(self, text: str) -> dict[str, tuple[str, ...]]:
        """Ids of the sorts that are sought, each with the words that say so."""
        said: dict[str, dict[str, None]] = {}
        for sort_id, written, _ in self._named(text):
            said.setdefault(sort_id, {})[written] = None
        return {sort_id: tuple(written) for sort_id, written in said.items()}

    def _named(self, text: str) -> Iterator[tuple[str, str, float]]:
        tokens = [_plain(token) for token in tokens_of(text)]
        for finding in self._phrases.find(text):
            share = _share_sought(tokens, finding)
            if share:
                yield from ((sort_id, finding.written, share) for sort_id in finding.ids)


@cache
def sought_reader() -> SoughtReader:
    """The reader of all sorts, made once."""
    return SoughtReader(load_sorts())


@cache
def _mark_phrases() -> PhraseBook:
    return PhraseBook(_entries(load_sorts(), marks=True), folds_syllables=False)


def _plain(token: str) -> str:
    if token[0].isalnum():
        return fold(token)
    return _SENTENCE_END if any(mark in token for mark in ".!?;:") else ","


def _share_sought(tokens: Sequence[str], finding: Finding) -> float:
    """How surely a sort that is named is sought rather than what the asker is, 0 to 1."""
    before = _until(reversed(tokens[: finding.start]), _SENTENCE_END)
    after = _until(tokens[finding.start + finding.n_words :], _SENTENCE_END)
    if after[:1] == ["nao"]:
        return 1.0
    asked_at = next((place for place, token in enumerate(before[:_REACH]) if token in _ASKING), None)
    if _is_ours(before[:asked_at], after):
        return 0.0
    if asked_at is not None:
        return 1.0
    return 0.0 if _WANTING.intersection(_until(after, ",")[:3]) else _UNASKED_SHARE


def _is_ours(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether the words around a sort say that the asker is of it; those before it are given backwards."""
    near = _until(before, ",")
    if _OURS.intersection(near[:3]):
        return True
    introduction = f" {' '.join(reversed(near[:8]))} "
    if any(f" {said} " in introduction for said in _SELF_SAID):
        return True
    following = _until(after, ",")[:5]
    place = next((place for place, token in enumerate(following) if token in _OF_US), len(following))
    return place < len(following) and not _NOT_OURS.intersection(following[:place])


def _until(tokens: Iterable[str], end: str) -> list[str]:
    return list(takewhile(lambda token: token != end, tokens))


class Sorts:
    """Which actors of a network are of which sort.

    Parameters
    ----------
    snapshot
        The network.
    """

    def __init__(self, snapshot: GraphSnapshot) -> None:
        self._sorts = load_sorts()
        self.reader = sought_reader()
        self._snapshot = snapshot

    @cached_property
    def members(self) -> FloatArray:
        """How much each actor is of each sort, float32 of 0 to 1, shape (n_sorts, n_actors)."""
        return np.stack([self._members_of(sort) for sort in self._sorts.values()])

    def query(self, text: str) -> FloatArray:
        """How much each actor is of a sort that a text asks for, float32 of 0 to 1, shape (n_actors,)."""
        sought = self.reader.read(text)
        best = np.zeros(self._snapshot.n_actors, np.float32)
        for place, sort_id in enumerate(self._sorts):
            if sort_id in sought:
                np.maximum(best, self.members[place] * np.float32(sought[sort_id]), out=best)
        return best

    def words_for(self, text: str, actor: int) -> tuple[str, ...]:
        """The words of a text that ask for sorts that an actor is of."""
        said = self.reader.words(text)
        of_actor = [sort_id for place, sort_id in enumerate(self._sorts) if self.members[place, actor] > 0]
        return tuple(dict.fromkeys(word for sort_id in of_actor for word in said.get(sort_id, ())))

    def _members_of(self, sort: Sort) -> FloatArray:
        tables = self._snapshot.tables
        is_kind = np.isin(tables.actors["kind"].to_pylist(), sort.kinds)
        shown = self._marked[sort.id] | np.isin(tables.actors["subkind"].to_pylist(), sort.subkinds)
        kinds = tables.relationships["kind"].to_pylist()
        shown[self._snapshot.relationship_source[np.isin(kinds, sort.gives)]] = True
        shown[self._snapshot.relationship_target[np.isin(kinds, sort.takes)]] = True
        return np.where(is_kind, np.where(shown, 1.0, sort.alone), 0.0).astype(np.float32)

    @cached_property
    def _marked(self) -> Mapping[str, BoolArray]:
        """Whether the name or profile of each actor shows each sort."""
        phrases = _mark_phrases()
        marked = {sort_id: np.zeros(self._snapshot.n_actors, bool) for sort_id in self._sorts}
        tables = self._snapshot.tables.actors
        for column in ("name", "name_en", "summary", "summary_en"):
            for row, text in enumerate(tables[column].to_pylist()):
                for finding in phrases.find(text[:_MAX_READ]) if text else ():
                    for sort_id in finding.ids:
                        marked[sort_id][row] = True
        return marked


def _entries(sorts: Mapping[str, Sort], *, marks: bool) -> Iterator[Entry]:
    for sort in sorts.values():
        for language, listed in (sort.marks if marks else sort.terms).items():
            for term in listed:
                yield sort.id, language, term
