"""Kinds of actors, relationships and opportunities from the words that people use, from names and from titles."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from graph.folding import fold
from graph.kinds import load_kinds
from ingest.normalise.phrases import Phrases
from ingest.normalise.result import MAX_CHARACTERS, Normalised, facts
from ingest.values import CellError

_PARTS = re.compile(r"[,;/|()\n]|\s-\s")
_GROUP_PARTS = re.compile(rf"{_PARTS.pattern}|\s(?:và|and)\s")
_GROUP = re.compile(r"^\W*(?:(?:danh sách|khối|nhóm|các|loại)\s+)+", re.IGNORECASE)
_N_OF_GROUP = re.compile(r"[\s:(]*[0-9]+(?:\s+\w+){0,2}\)?\s*$")


@dataclass(frozen=True, slots=True)
class Party:
    """A kind of actor, with its subkind where that is known."""

    kind: str
    subkind: str | None = None


_NO_PARTY = Party("")
"""The meaning of words that only look like a kind of actor, such as *trường* (school) in *thị trường* (market)."""


@dataclass(frozen=True, slots=True)
class Tie:
    """A kind of relationship, and whether the words put the target first instead of the source."""

    kind: str
    is_inverse: bool = False


@dataclass(frozen=True, slots=True)
class _NameRule:
    party: Party | None
    begins: Phrases[bool]
    ends: Phrases[bool]
    has: Phrases[bool] | None
    lacks: Phrases[bool]
    is_anywhere: bool


def actor_kind(text: str) -> Normalised[Party]:
    """The kind of actor, with its subkind, that a cell names by id, label, abbreviation or common word.

    Raises
    ------
    CellError
        ``unknown_kind``: the text names no kind, or several.

    >>> actor_kind("Trường ĐH").value, actor_kind("STARTUP").value
    (Party(kind='school', subkind='university'), Party(kind='startup', subkind=None))
    """
    text = text[:MAX_CHARACTERS]
    party = (
        _actor_phrases().whole(text) or _party_of_parts(_PARTS.split(text)) or kind_of_title(text) or kind_of_name(text)
    )
    if party is None:
        raise CellError("unknown_kind", _nearest(text, _actor_phrases(), load_kinds().actor))
    return Normalised(party)


def kind_of_name(name: str) -> Party | None:
    """The kind of actor that the first or last words of its name show; None where they show none.

    >>> kind_of_name("Khoa CNTT – Trường ĐH Thủy lợi"), kind_of_name("PGS.TS. Trần An"), kind_of_name("Hội chợ xuân")
    (Party(kind='school', subkind='faculty'), Party(kind='expert', subkind=None), None)
    """
    name = name[:MAX_CHARACTERS]
    for rule in _name_rules():
        fits_at_edge = rule.is_anywhere or rule.begins.begins(name) or rule.ends.ends(name)
        if fits_at_edge and (rule.has is None or rule.has.within(name)) and not rule.lacks.within(name):
            return rule.party
    return None


def kind_of_title(title: str) -> Party | None:
    """The kind of actor that the title or name of a sheet announces; None where it announces none, or several.

    The subkind is None where the title names several subkinds.

    >>> kind_of_title("DANH SÁCH DOANH NGHIỆP KHỞI NGHIỆP 2026"), kind_of_title("Hợp đồng với doanh nghiệp")
    (Party(kind='startup', subkind=None), None)
    """
    title = title[:MAX_CHARACTERS]
    if _other_titles().within(title):
        return None
    found = (found.meaning for found in _title_phrases().within(title))
    return _common_party(party for party in found if party != _NO_PARTY)


def kind_of_group(heading: str) -> Party | None:
    """The kind that a heading between rows names; None where the heading may also be the name of an actor.

    >>> kind_of_group("Khối doanh nghiệp (12 đơn vị)"), kind_of_group("Doanh nghiệp Ánh Dương")
    (Party(kind='business', subkind=None), None)
    """
    parts = [part for part in _GROUP_PARTS.split(_N_OF_GROUP.sub("", _GROUP.sub("", heading))) if part.strip()]
    named = [_actor_phrases().whole(part) for part in parts]
    return _common_party(party for party in named if party) if all(named) else None


def relationship_kind(text: str) -> Normalised[Tie]:
    """The kind of relationship that a cell names, and whether it puts the target first.

    Raises
    ------
    CellError
        ``unknown_kind``: the text names no kind.

    >>> relationship_kind("Ký MOU").value, relationship_kind("Nhận đầu tư").value
    (Tie(kind='signed_mou', is_inverse=False), Tie(kind='invested_in', is_inverse=True))
    """
    text, phrases = text[:MAX_CHARACTERS], _relationship_phrases()
    tie = phrases.whole(text) or _longest_phrase(phrases, text)
    if tie is None:
        raise CellError("unknown_kind", _nearest(text, phrases, load_kinds().relationship))
    return Normalised(tie)


def opportunity_kind(text: str) -> Normalised[str]:
    """The kind of opportunity that a cell names.

    Raises
    ------
    CellError
        ``unknown_kind``: the text names no kind.

    >>> opportunity_kind("Nhiệm vụ KH&CN cấp thành phố").value, opportunity_kind("bài toán").value
    ('project', 'challenge')
    """
    text, phrases = text[:MAX_CHARACTERS], _opportunity_phrases()
    kind = phrases.whole(text) or phrases.begins(text)
    if kind is None:
        raise CellError("unknown_kind", _nearest(text, phrases, load_kinds().opportunity))
    return Normalised(kind)


def _party_of_parts(parts: list[str]) -> Party | None:
    """The one kind that is named by all parts that name a kind, as in ``business/investor``."""
    named = (_actor_phrases().whole(part) for part in parts if part.strip())
    return _common_party(party for party in named if party)


def _common_party(parties: Iterable[Party]) -> Party | None:
    named = tuple(parties)
    kinds = {party.kind for party in named}
    subkinds = {party.subkind for party in named if party.subkind}
    if len(kinds) != 1:
        return None
    return Party(kinds.pop(), subkinds.pop() if len(subkinds) == 1 else None)


def _longest_phrase(phrases: Phrases[Tie], text: str) -> Tie | None:
    """The meaning of the longest phrase in the text; of several with this length, the first."""
    found = max(phrases.within(text), key=lambda each: each.last - each.first, default=None)
    return found.meaning if found else None


def _nearest(text: str, phrases: Phrases[Party] | Phrases[Tie] | Phrases[str], known: Iterable[str]) -> str:
    """The id whose words are most similar to the text; all ids where none is similar."""
    nearest = get_close_matches(fold(text)[:80], phrases.folded_texts, n=1)
    if not nearest:
        return ", ".join(known)
    meaning = phrases.folded_texts[nearest[0]]
    return meaning if isinstance(meaning, str) else meaning.kind


def _actor_entries() -> Iterator[tuple[str, Party]]:
    """Words and their meanings: ids and labels before synonyms, kinds before subkinds; the first meaning counts."""
    kinds = load_kinds().actor
    for kind in kinds.values():
        for word in (kind.id, kind.label.vi, kind.label.en, kind.short_label.vi, kind.short_label.en):
            yield word, Party(kind.id)
    for kind in kinds.values():
        for subkind, label in kind.subkinds.items():
            for word in (subkind, label.vi, label.en, *re.split(", | or ", label.vi), *re.split(" or ", label.en)):
                yield word, Party(kind.id, subkind)
    for kind_id, subkinds in facts("kinds")["actor"].items():
        for subkind, synonyms in subkinds.items():
            for word in synonyms:
                yield word, Party(kind_id, None if subkind == "words" else subkind)


@cache
def _actor_phrases() -> Phrases[Party]:
    return Phrases(_actor_entries())


@cache
def _title_phrases() -> Phrases[Party]:
    return Phrases([*((word, _NO_PARTY) for word in facts("kinds")["title"]["ignored"]), *_actor_entries()])


@cache
def _other_titles() -> Phrases[bool]:
    return Phrases((word, True) for word in facts("kinds")["title"]["not_actors"])


@cache
def _name_rules() -> tuple[_NameRule, ...]:
    def phrases(rule: dict[str, list[str]], key: str) -> Phrases[bool]:
        return Phrases((phrase, True) for phrase in rule.get(key, ()))

    return tuple(
        _NameRule(
            Party(rule["kind"], rule.get("subkind")) if "kind" in rule else None,
            phrases(rule, "begins"),
            phrases(rule, "ends"),
            phrases(rule, "has") if "has" in rule else None,
            phrases(rule, "lacks"),
            is_anywhere="begins" not in rule and "ends" not in rule,
        )
        for rule in facts("kinds")["name"]
    )


@cache
def _relationship_phrases() -> Phrases[Tie]:
    def entries() -> Iterator[tuple[str, Tie]]:
        kinds, synonyms = load_kinds().relationship, facts("kinds")["relationship"]
        for kind in kinds.values():
            for word in (kind.id, kind.label.vi, kind.label.en):
                yield word, Tie(kind.id)
            for word in (kind.inverse_label.vi, kind.inverse_label.en) if kind.directed else ():
                yield word, Tie(kind.id, is_inverse=True)
        for kind_id, words in synonyms.items():
            for word in words["words"]:
                yield word, Tie(kind_id)
            for word in words.get("inverse", ()):
                yield word, Tie(kind_id, is_inverse=True)

    return Phrases(entries())


@cache
def _opportunity_phrases() -> Phrases[str]:
    kinds = load_kinds().opportunity
    labels = ((word, kind.id) for kind in kinds.values() for word in (kind.id, kind.label.vi, kind.label.en))
    synonyms = ((word, kind) for kind, words in facts("kinds")["opportunity"].items() for word in words)
    return Phrases([*labels, *synonyms])
