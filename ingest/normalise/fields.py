"""Fields of technology from ids, labels, terms and the groups of both decisions on strategic technologies."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any

from graph.folding import fold
from graph.kinds import load_kinds
from ingest.normalise.phrases import Phrases
from ingest.normalise.result import MAX_LIST_CHARACTERS, Normalised, facts, simplify
from ingest.values import CellError

_HARD_SEPARATOR = re.compile(r"[;|\n•]+|(?:^|\s)[-+*]\s")
_COMMA = re.compile(r"\s*,\s*")
_SOFT_SEPARATOR = re.compile(r"\s*[/&+]\s*|\s+(?:và|and|cùng)\s+|\s-\s", re.IGNORECASE)
_PREAMBLE = re.compile(r"^(?:(?:các )?(?:lĩnh vực|ngành nghề|ngành|công nghệ)|fields?)\s*:\s*", re.IGNORECASE)
_NUMBERED = re.compile(
    r"(?:nhom|group)(?: linh vuc)?(?: cong nghe)?(?: chien luoc)?(?: so)? ((?:[0-9]{1,2}(?: va| and)? ?)+)"
)
_GROUP = re.compile(
    r"^(?:nhóm|group)(?:\s+[0-9]{1,2}\s*[:.–-])?(?:\s+công nghệ)?(?:\s+về)?\s+|^công nghệ(?:\s+về)?\s+", re.IGNORECASE
)


def fields(text: str, version: str | None = None) -> Normalised[tuple[str, ...]]:
    """The distinct fields that a cell names, as ids of the taxonomy; an unknown one stays as written and is reported.

    Parameters
    ----------
    text
        One or several ids, labels in either language, terms, names of groups, or texts that contain a term.
    version
        The version of the list of strategic technologies that the sheet follows (:func:`taxonomy_of`). Without a
        version, here or in the cell, the number of a group has no meaning.

    Raises
    ------
    CellError
        ``missing_value``: the cell contains only separators.

    >>> fields("AI, Dữ liệu lớn và chip bán dẫn").value
    ('digital_ai', 'cloud_quantum_bigdata', 'semiconductor')
    >>> fields("Nhóm công nghệ số 3", "1131-2025").value, fields("Nhóm 3").value
    (('blockchain',), ('Nhóm 3',))
    >>> fields("Triết học")
    Normalised(value=('Triết học',), noticed=(('unknown_field', None),))
    """
    if len(text) > MAX_LIST_CHARACTERS:
        return Normalised((text,)).with_notice("unknown_field", None)
    version = version or taxonomy_of(text)
    found: dict[str, None] = {}
    noticed: list[tuple[str, str | None]] = []
    for item in _items(text, version):
        known = _known(item, version) or _loose(item)
        found |= dict.fromkeys(known or (item,))
        if not known:
            noticed.append(("unknown_field", _nearest(item)))
    if not found:
        raise CellError("missing_value")
    return Normalised(tuple(found), tuple(noticed))


def taxonomy_of(text: str) -> str | None:
    """The version of the list of strategic technologies that a header, a title or a cell names; None without one.

    >>> taxonomy_of("Lĩnh vực (theo QĐ 1131/QĐ-TTg)"), taxonomy_of("Lĩnh vực")
    ('1131-2025', None)
    """
    words = f" {fold(text)} "
    for version, entry in facts("fields")["version"].items():
        if any(f" {fold(name)} " in words for name in entry["named_by"]):
            return str(version)
    return None


def _items(text: str, version: str | None) -> Iterator[str]:
    """The parts of a cell that name one field each; parts that name a field only together are kept together."""
    line = _PREAMBLE.sub("", "\n".join(map(simplify, text.splitlines())))
    if _known(line, version):
        yield line
        return
    for part in filter(None, (item.strip(" .,;") for item in _HARD_SEPARATOR.split(line))):
        for item in _joined([part] if _known(part, version) else _COMMA.split(part), ", ", version):
            yield from filter(None, (piece.strip(" .") for piece in _pieces(item, version)))


def _pieces(item: str, version: str | None) -> list[str]:
    """The parts between words such as *và* or slashes, if one of them is a field or all of them contain one."""
    pieces = _SOFT_SEPARATOR.split(item)
    if _known(item, version) or len(pieces) == 1:
        return [item]
    is_list = any(_known(piece, version) for piece in pieces) or all(map(_loose, pieces))
    return pieces if is_list else [item]


def _joined(parts: list[str], separator: str, version: str | None) -> Iterator[str]:
    """The parts, where parts that together form one name, as in *năng lượng, vật liệu tiên tiến*, are joined again."""
    start = 0
    while start < len(parts):
        ends = range(min(len(parts), start + 4), start + 1, -1)
        end = next((end for end in ends if _known(separator.join(parts[start:end]), version)), start + 1)
        yield separator.join(parts[start:end])
        start = end


@lru_cache(maxsize=65_536)
def _known(item: str, version: str | None) -> tuple[str, ...]:
    """The fields of an item that is exactly an id, a label, a term or a group."""
    if numbered := _NUMBERED.fullmatch(fold(_without_version(item))):
        numbers = map(int, re.findall("[0-9]+", numbered[1]))
        groups = _numbers(version)
        named = [groups.get(number, ()) for number in numbers]
        return tuple(dict.fromkeys(field for ids in named for field in ids)) if all(named) else ()
    names = _without_version(item)
    for name in (names, _GROUP.sub("", names), _GROUP.sub("", _GROUP.sub("", names))):
        if version and (group := _groups(version).whole(name)):
            return group
        if ids := _phrases().whole(name):
            return ids
    return ()


@lru_cache(maxsize=65_536)
def _loose(item: str) -> tuple[str, ...]:
    """The fields of all terms that occur in an item."""
    if _NUMBERED.fullmatch(fold(item)):
        return ()
    return tuple(dict.fromkeys(field for found in _phrases().within(item) for field in found.meaning if field))


@lru_cache(maxsize=65_536)
def _nearest(item: str) -> str | None:
    texts = _phrases().folded_texts
    nearest = get_close_matches(fold(item)[:80], texts, n=1, cutoff=0.75)
    return next(filter(None, texts[nearest[0]]), None) if nearest else None


def _without_version(item: str) -> str:
    """The item without brackets that name the decision it follows."""
    return re.sub(r"\([^()]*\)", lambda match: "" if taxonomy_of(match[0]) else match[0], item).strip()


def _merged(entries: Iterator[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    """All fields to which each word refers."""
    merged: dict[str, dict[str, None]] = {}
    for word, field in entries:
        merged.setdefault(fold(word), {})[field] = None
    return {word: tuple(ids) for word, ids in merged.items()}


@cache
def _phrases() -> Phrases[tuple[str, ...]]:
    """Labels and names of groups first, then synonyms and terms; an ignored word has one field without an id."""
    first = [*_labels(), *((group[key], ids) for group, ids in _all_groups() for key in ("vi", "en"))]
    words = list(_words())
    merged = _merged(iter(words))
    ignored = ((word, ("",)) for word in facts("fields")["ignored"])
    return Phrases([*first, *ignored, *((word, merged[fold(word)]) for word, _ in words)])


def _labels() -> Iterator[tuple[str, tuple[str, ...]]]:
    for field in load_kinds().fields.values():
        for name in (field.id, field.label.vi, field.label.en):
            yield name, (field.id,)


def _words() -> Iterator[tuple[str, str]]:
    for field_id, synonyms in facts("fields")["synonyms"].items():
        for word in synonyms:
            yield word, field_id
    for field in load_kinds().fields.values():
        for terms in field.terms.values():
            for term in terms:
                yield term, field.id


def _all_groups() -> Iterator[tuple[Mapping[str, Any], tuple[str, ...]]]:
    """The groups of all versions that equal one field; a broader group counts only where its version is named."""
    for entry in facts("fields")["version"].values():
        for group in entry["group"]:
            if len(group["fields"]) == 1:
                yield group, tuple(group["fields"])


@cache
def _groups(version: str) -> Phrases[tuple[str, ...]]:
    groups = facts("fields")["version"][version]["group"]
    return Phrases((group[key], tuple(group["fields"])) for group in groups for key in ("vi", "en"))


@cache
def _numbers(version: str | None) -> Mapping[int, tuple[str, ...]]:
    groups = facts("fields")["version"][version]["group"] if version else ()
    return {group["number"]: tuple(group["fields"]) for group in groups if group.get("numbered", True)}
