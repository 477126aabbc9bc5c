"""Agreement of the names of two records, and guards: reasons that forbid an automatic link at any probability."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Literal

from ingest.resolution.compared_records import ComparedRecord
from ingest.resolution.lexicon import BREAK, lexicon
from ingest.resolution.names import COUNTRY, NameKey
from ingest.resolution.spelling import is_slip, remains_of, tones_agree

Way = Literal["own_name", "other_name", "translated", "damaged", "slip", "acronym", "none"]
"""How two names agree, from the strongest way to none."""
_WAYS: tuple[Way, ...] = ("own_name", "other_name", "translated", "damaged", "slip", "acronym", "none")
_MARKS = {"w": "word", "c": "word", "h": "head", "u": "unit", "p": "place", "n": "number"}
_MIN_SUPPORT = 2
"""A name with a misspelt word must share at least this many other words; set by hand.

Decision 0008 says on which pairs the rules were measured while they were set.
"""

PART_GUARDS = ("guard_number", "guard_unit")
"""Guards that mark two records as different parts of one whole. Neither an identifier nor a chain overrules them."""

PairReason = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement of two records, judged by the two of their names that differ least.

    Attributes
    ----------
    way
        How the two names agree.
    left, right
        The two names; None where a record has no name.
    apart
        Tokens of each name that the other record does not explain. Misspelt words that match are not among them.
    """

    way: Way
    left: NameKey | None
    right: NameKey | None
    apart: frozenset[str]


_NO_AGREEMENT = Agreement("none", None, None, frozenset())


def agreement(left: ComparedRecord, right: ComparedRecord) -> Agreement:
    """The strongest agreement between a name of one record and a name of the other."""
    found = [_compare(left, right, one, two) for one, two in product(left.full, right.full)]
    best = min(found, key=_rank, default=_NO_AGREEMENT)
    if best.way == "none" and _acronyms_meet(left, right):
        return Agreement("acronym", best.left, best.right, frozenset())
    return best


def _rank(found: Agreement) -> tuple[int, int, str, str]:
    names = (found.left.text if found.left else "", found.right.text if found.right else "")
    first, second = sorted(names)
    return _WAYS.index(found.way), len(found.apart), first, second


def _acronyms_meet(left: ComparedRecord, right: ComparedRecord) -> bool:
    initials = [frozenset(acronym for key in one.full for acronym in key.initials) for one in (left, right)]
    return bool(left.acronyms & right.acronyms or left.acronyms & initials[1] or right.acronyms & initials[0])


def _compare(left: ComparedRecord, right: ComparedRecord, one: NameKey, two: NameKey) -> Agreement:
    if one.is_damaged != two.is_damaged and len(one.letters) > _MIN_SUPPORT and _is_damaged_form(one, two):
        return Agreement("damaged", one, two, frozenset())
    are_foreign = None not in (one.language, two.language) and one.language != two.language
    if are_foreign and not left.is_person:
        contexts = _contexts(one, two, left.context_meaning, right.context_meaning)
        apart = _unexplained(one.meaning, two.meaning, *contexts) | _country_apart(one, two)
        return Agreement("none" if apart else "translated", one, two, apart)
    contexts = _contexts(one, two, left.context, right.context)
    apart = _unexplained(one.tokens, two.tokens, *contexts) | _country_apart(one, two)
    if apart:
        kept = _without_slips(one, two, apart)
        if kept and not left.is_person and one.meaning == two.meaning and one.is_national == two.is_national:
            return Agreement("translated", one, two, frozenset())
        return Agreement("none" if kept else "slip", one, two, kept or apart)
    is_own = one is left.own and two is right.own
    return Agreement("own_name" if is_own else "other_name", one, two, apart)


def _contexts(
    one: NameKey, two: NameKey, around_one: frozenset[str], around_two: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """The context tokens that may explain what each of two names lacks.

    A school may leave its city out of its name, so for names with a head the context includes places. A firm with a
    city in its name is not the firm without it, so for other names it does not.
    """
    if one.heads and two.heads:
        return around_one, around_two
    return around_one - _places(around_one), around_two - _places(around_two)


def _unexplained(
    one: frozenset[str], two: frozenset[str], context_one: frozenset[str], context_two: frozenset[str]
) -> frozenset[str]:
    """Tokens of each name that the other name and its context lack; a context never explains a second place."""
    mine, theirs = one - two, two - one
    if _places(mine) and _places(theirs):
        context_one, context_two = context_one - _places(context_one), context_two - _places(context_two)
    return (mine - context_two) | (theirs - context_one)


def _country_apart(one: NameKey, two: NameKey) -> frozenset[str]:
    """The country token, where one name has the country and the other a place: "… Việt Nam" is not "… Hà Nội"."""
    is_apart = (one.is_national and not two.is_national and two.places) or (
        two.is_national and not one.is_national and one.places
    )
    return frozenset({f"p:{COUNTRY}"}) if is_apart else frozenset()


def _places(tokens: frozenset[str]) -> frozenset[str]:
    return frozenset(token for token in tokens if token[0] == "p")


def _is_damaged_form(one: NameKey, two: NameKey) -> bool:
    """Whether one name is the other with some of its non-ASCII characters lost."""
    damaged, whole = (one, two) if one.is_damaged else (two, one)
    return damaged.letters == whole.letters and remains_of(damaged.text, whole.text)


def _without_slips(one: NameKey, two: NameKey, apart: frozenset[str]) -> frozenset[str]:
    """The tokens still apart after misspelt words are matched; all of them where too few other words agree."""
    mine = sorted(token for token in apart if token in one.tokens)
    theirs = sorted(token for token in apart if token in two.tokens)
    if len(mine) != len(theirs) or any(token[0] != "w" for token in apart):
        return apart
    if len(one.tokens & two.tokens) < _MIN_SUPPORT:
        return apart
    for token in mine:
        meant = next((other for other in theirs if is_slip(token[2:], other[2:])), None)
        if meant is None:
            return apart
        theirs.remove(meant)
    return frozenset()


def guards(left: ComparedRecord, right: ComparedRecord, found: Agreement) -> list[PairReason]:
    """The guards that forbid an automatic link between two records, each with its detail."""
    if any(left.identifiers[scheme] & right.identifiers[scheme] for scheme in _shared_schemes(left, right)):
        parts = (reason for reason in _name_guards(left, right, found) if reason[0] in PART_GUARDS)
        return [*_identifier_guards(left, right), *_kind_guards(left, right), *_parent_guards(left, right), *parts]
    hard = [*_identifier_guards(left, right), *_kind_guards(left, right), *_parent_guards(left, right)]
    if left.is_person and right.is_person:
        return [*hard, *_name_guards(left, right, found), *_person_guards(left, right)]
    return [
        *hard,
        *_name_guards(left, right, found),
        *_place_guards(left, right),
        *_own_name_guards(left, right, found),
        *_generic_guards(left, right, found),
    ]


def _shared_schemes(left: ComparedRecord, right: ComparedRecord) -> list[str]:
    return sorted(left.identifiers.keys() & right.identifiers.keys())


def _identifier_guards(left: ComparedRecord, right: ComparedRecord) -> Iterable[PairReason]:
    for scheme in conflicting_schemes(left, right):
        values = sorted(left.identifiers[scheme] | right.identifiers[scheme])
        yield "guard_identifier", f"{scheme}: {', '.join(values)}"


def conflicting_schemes(left: ComparedRecord, right: ComparedRecord) -> list[str]:
    """The schemes in which both records have identifiers but none in common."""
    return [
        scheme for scheme in _shared_schemes(left, right) if not left.identifiers[scheme] & right.identifiers[scheme]
    ]


def _kind_guards(left: ComparedRecord, right: ComparedRecord) -> Iterable[PairReason]:
    if left.is_person != right.is_person:
        yield "guard_kind", ", ".join(sorted((left.record.kind, right.record.kind)))


def _parent_guards(left: ComparedRecord, right: ComparedRecord) -> Iterable[PairReason]:
    if left.record.id in right.record.parents or right.record.id in left.record.parents:
        yield "guard_parent", ""


def _person_guards(left: ComparedRecord, right: ComparedRecord) -> Iterable[PairReason]:
    if not left.belongs & right.belongs and not _share_domain(left, right):
        yield "guard_person", ""


def _name_guards(left: ComparedRecord, right: ComparedRecord, found: Agreement) -> Iterable[PairReason]:
    if found.way == "acronym" and not _share_domain(left, right):
        yield "guard_acronym", ", ".join(sorted(left.acronyms | right.acronyms))
    for token in sorted(found.apart) if found.way == "none" else ():
        yield f"guard_{_MARKS[token[0]]}", token[2:]
    if found.left is None or found.right is None or found.way in ("acronym", "none"):
        return
    one, two = found.left, found.right
    if found.way in ("own_name", "other_name", "slip") and not _tones_agree(left, one, two):
        yield "guard_tones", " / ".join(sorted((one.text, two.text)))
    loose = lexicon().loose_forms if found.way == "translated" else frozenset()
    forms = one.legal - loose, two.legal - loose
    if all(forms) and forms[0] != forms[1] and found.way != "damaged":
        yield "guard_legal_form", ", ".join(sorted(one.legal ^ two.legal))
    if found.way in ("own_name", "other_name") and _order_differs(left, one, two):
        yield "guard_order", " / ".join(sorted((one.text, two.text)))


def _tones_agree(left: ComparedRecord, one: NameKey, two: NameKey) -> bool:
    """Whether the tones of two names agree; in names of persons with tones, every word must have the same tone."""
    if left.is_person and not one.text.isascii() and not two.text.isascii():
        return sorted(one.spelt) == sorted(two.spelt)
    return tones_agree(one.spelt, two.spelt)


def _order_differs(left: ComparedRecord, one: NameKey, two: NameKey) -> bool:
    """Whether two names have the same words in another order; moving words across a comma does not count."""
    first, second = (one.words, two.words) if left.is_person else (one.proper, two.proper)
    if first == second or sorted(first) != sorted(second):
        return False
    is_turned = any(first[i:] + first[:i] == second for i in range(len(first)))
    return not (is_turned and BREAK in one.text + two.text)


def _place_guards(left: ComparedRecord, right: ComparedRecord) -> Iterable[PairReason]:
    if left.places and right.places and not left.places & right.places and not _share_domain(left, right):
        yield "guard_place", ", ".join(sorted(left.places ^ right.places))


def _own_name_guards(left: ComparedRecord, right: ComparedRecord, found: Agreement) -> Iterable[PairReason]:
    """Guards for two records that agree by an alias or a translation while their names in one language differ."""
    if found.way not in ("other_name", "translated", "slip"):
        return
    for one, two in _own_in_one_language(left, right):
        around_one, around_two = _contexts(one, two, left.context, right.context)
        mine, theirs = one.tokens - two.tokens - around_two, two.tokens - one.tokens - around_one
        if not mine and not theirs:
            continue
        if _without_slips(one, two, mine | theirs) and (not mine or not theirs or found.way == "translated"):
            yield "guard_own_name", " / ".join(sorted((one.text, two.text)))


def _own_in_one_language(left: ComparedRecord, right: ComparedRecord) -> Iterable[tuple[NameKey, NameKey]]:
    for language in ("vi", "en"):
        one = next((key for key in left.full if key.language == language), None)
        two = next((key for key in right.full if key.language == language), None)
        if one is not None and two is not None:
            yield one, two


def _generic_guards(left: ComparedRecord, right: ComparedRecord, found: Agreement) -> Iterable[PairReason]:
    """A guard for a generic name such as "Trường Đại học Kinh tế", unless place, parent or domain agree as well."""
    one, two = found.left, found.right
    if found.way in ("none", "acronym") or one is None or two is None:
        return
    if found.way == "damaged":
        one = two = two if one.is_damaged else one
    is_located = _places(one.tokens | left.context) & _places(two.tokens | right.context)
    if (one.is_generic or two.is_generic) and not (is_located or left.belongs & right.belongs):
        yield from () if _share_domain(left, right) else (("guard_generic", one.text),)


def _share_domain(left: ComparedRecord, right: ComparedRecord) -> bool:
    return left.record.domain is not None and left.record.domain == right.record.domain
