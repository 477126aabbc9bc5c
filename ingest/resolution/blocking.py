"""Candidate pairs: records that share one of several keys, in blocks of bounded size."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from ingest.resolution.lexicon import lexicon, shortened
from ingest.resolution.names import NameKey
from ingest.resolution.profiles import Profile, direct_key

MAX_BLOCK_RECORDS = 60
"""A key that more records share brings no pair of them; keys of exact names are narrowed down by place first."""
_MAX_RARE_RECORDS = 25
_N_RAREST = 3
_SHORT_LETTERS = 14
_MAX_ONE_LESS = 9

PairIndices = npt.NDArray[np.int64]
"""Shape (n, 2): rows of records, the smaller first; sorted, each pair once."""


def candidate_pairs(profiles: Sequence[Profile]) -> PairIndices:
    """Pairs of records that are worth a comparison, as rows of the profiles."""
    counts = Counter(word for profile in profiles for word in _words(profile))
    blocks: dict[str, list[int]] = defaultdict(list)
    for index, profile in enumerate(profiles):
        for key in dict.fromkeys(_keys(profile, counts)):
            blocks[key].append(index)
    crowded = [block for block in blocks.values() if len(block) > MAX_BLOCK_RECORDS]
    small = [block for block in blocks.values() if 1 < len(block) <= MAX_BLOCK_RECORDS]
    small.extend(narrow for block in crowded for narrow in _narrowed(block, profiles))
    return _unique_pairs(small, len(profiles))


def _unique_pairs(blocks: Iterable[Sequence[int]], n_records: int) -> PairIndices:
    codes = np.fromiter(
        (first * n_records + second for block in blocks for first, second in combinations(block, 2)), dtype=np.int64
    )
    codes = np.unique(codes)
    return np.stack([codes // max(n_records, 1), codes % max(n_records, 1)], axis=1)


def _narrowed(block: Sequence[int], profiles: Sequence[Profile]) -> Iterator[list[int]]:
    """The records of a crowded block that also share a place, a domain or what they belong to."""
    parts: dict[str, list[int]] = defaultdict(list)
    for index in block:
        profile = profiles[index]
        for mark in sorted({*profile.places, *profile.belongs, profile.record.domain or ""} - {""}):
            parts[mark].append(index)
    return (part for part in parts.values() if 1 < len(part) <= MAX_BLOCK_RECORDS)


def _words(profile: Profile) -> frozenset[str]:
    return frozenset(word for key in profile.full for word in key.words)


def _keys(profile: Profile, counts: Counter[str]) -> Iterator[str]:
    yield from (f"id {identifier}" for identifier in profile.record.identifiers)
    if profile.record.domain is not None:
        yield f"domain {profile.record.domain}"
    yield from (f"acronym {acronym}" for acronym in sorted(profile.acronyms))
    for key in profile.full:
        yield from _name_keys(key, profile)
        yield from _slip_keys(key)
        rare = sorted((counts[word], word) for word in set(key.words) if counts[word] <= _MAX_RARE_RECORDS)
        yield from (f"rare {word}" for _, word in rare[:_N_RAREST])


def _name_keys(key: NameKey, profile: Profile) -> Iterator[str]:
    """Keys of what the name says, alone and with what its place and what it belongs to would add."""
    yield from (f"name {direct_key(tokens)}" for tokens in profile.written_out(key))
    yield f"words {' '.join(sorted(set(key.words)))} {' '.join(sorted(key.places))}"
    if len(key.words) > 1:
        yield f"bare {' '.join(sorted(set(key.words)))}"
    meaning = frozenset(token for token in key.meaning if token[0] in "cn")
    for places in dict.fromkeys((key.places, key.places | profile.places)):
        yield f"meaning {direct_key(meaning)} {' '.join(sorted(places))}"
    yield from (f"acronym {initials}" for initials in sorted(key.initials))
    if key.is_damaged or not key.text.isascii():
        yield f"letters {key.letters}"


def _slip_keys(key: NameKey) -> Iterator[str]:
    """Keys that a name and the same with one slip of the hand have in common."""
    words = sorted({token[2:] for token in key.tokens})
    if 2 < len(words) <= _MAX_ONE_LESS:
        odd = [word for word in words if word not in lexicon().vocabulary] or words
        yield from (f"less {' '.join(other for other in words if other != word)}" for word in odd)
    joined = "".join(key.words)
    if 4 < len(joined) <= _SHORT_LETTERS:
        yield f"short {joined}"
        yield from (f"short {shorter}" for shorter in shortened(joined))
