"""Blocking: candidate pairs are records that share at least one of several keys; blocks have a bounded size."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from ingest.resolution.compared_records import ComparedRecord, direct_key
from ingest.resolution.lexicon import lexicon, shortened
from ingest.resolution.names import NameKey

MAX_BLOCK_RECORDS = 60
"""A key shared by more records gives no pair directly; its block is first divided by place, parent and domain.

This and the other limits of this module were set by hand. The recall in decision 0008 counts pairs that they miss.
"""
_MAX_RARE_RECORDS = 25
"""A word is rare if at most this many names have it; set by hand."""
_N_RAREST = 3
"""At most this many rare words of a name become keys; set by hand."""
_MIN_SHORT_LETTERS, _MAX_SHORT_LETTERS = 5, 14
"""Names with so many letters get one key for each letter left out; set by hand."""
_MIN_ONE_LESS, _MAX_ONE_LESS = 3, 9
"""Names with so many different words get one key for each word left out; set by hand."""

PairIndices = npt.NDArray[np.int64]
"""Shape (n, 2), int64: the rows of two records, the smaller first; sorted, each pair once."""


def candidate_pairs(compared: Sequence[ComparedRecord]) -> PairIndices:
    """The pairs of records worth comparing, as row numbers of the compared records."""
    counts = Counter(word for entry in compared for word in _words(entry))
    blocks: dict[str, list[int]] = defaultdict(list)
    for index, entry in enumerate(compared):
        for key in dict.fromkeys(_keys(entry, counts)):
            blocks[key].append(index)
    crowded = [block for block in blocks.values() if len(block) > MAX_BLOCK_RECORDS]
    small = [block for block in blocks.values() if 1 < len(block) <= MAX_BLOCK_RECORDS]
    small.extend(narrow for block in crowded for narrow in _narrowed(block, compared))
    return _unique_pairs(small, len(compared))


def _unique_pairs(blocks: Iterable[Sequence[int]], n_records: int) -> PairIndices:
    codes = np.fromiter(
        (first * n_records + second for block in blocks for first, second in combinations(block, 2)), dtype=np.int64
    )
    codes = np.unique(codes)
    return np.stack([codes // max(n_records, 1), codes % max(n_records, 1)], axis=1)


def _narrowed(block: Sequence[int], compared: Sequence[ComparedRecord]) -> Iterator[list[int]]:
    """The parts of a large block: records that also share a place, a domain or a parent."""
    parts: dict[str, list[int]] = defaultdict(list)
    for index in block:
        entry = compared[index]
        for mark in sorted({*entry.places, *entry.belongs, entry.record.domain or ""} - {""}):
            parts[mark].append(index)
    return (part for part in parts.values() if 1 < len(part) <= MAX_BLOCK_RECORDS)


def _words(entry: ComparedRecord) -> frozenset[str]:
    return frozenset(word for key in entry.full for word in key.words)


def _keys(entry: ComparedRecord, counts: Counter[str]) -> Iterator[str]:
    yield from (f"id {identifier}" for identifier in entry.record.identifiers)
    if entry.record.domain is not None:
        yield f"domain {entry.record.domain}"
    yield from (f"acronym {acronym}" for acronym in sorted(entry.acronyms))
    for key in entry.full:
        yield from _name_keys(key, entry)
        yield from _slip_keys(key)
        rare = sorted((counts[word], word) for word in set(key.words) if counts[word] <= _MAX_RARE_RECORDS)
        yield from (f"rare {word}" for _, word in rare[:_N_RAREST])


def _name_keys(key: NameKey, entry: ComparedRecord) -> Iterator[str]:
    """Keys made from a name, and from the name completed by its place and its parents."""
    yield from (f"name {direct_key(tokens)}" for tokens in entry.written_out(key))
    yield f"words {' '.join(sorted(set(key.words)))} {' '.join(sorted(key.places))}"
    if len(key.words) > 1:
        yield f"bare {' '.join(sorted(set(key.words)))}"
    meaning = frozenset(token for token in key.meaning if token[0] in "cn")
    for places in dict.fromkeys((key.places, key.places | entry.places)):
        yield f"meaning {direct_key(meaning)} {' '.join(sorted(places))}"
    yield from (f"acronym {initials}" for initials in sorted(key.initials))
    if key.is_damaged or not key.text.isascii():
        yield f"letters {key.letters}"


def _slip_keys(key: NameKey) -> Iterator[str]:
    """Keys that a name shares with the same name misspelt in one word or letter."""
    words = sorted({token[2:] for token in key.tokens})
    if _MIN_ONE_LESS <= len(words) <= _MAX_ONE_LESS:
        odd = [word for word in words if word not in lexicon().vocabulary] or words
        yield from (f"less {' '.join(other for other in words if other != word)}" for word in odd)
    joined = "".join(key.words)
    if _MIN_SHORT_LETTERS <= len(joined) <= _MAX_SHORT_LETTERS:
        yield f"short {joined}"
        yield from (f"short {shorter}" for shorter in shortened(joined))
