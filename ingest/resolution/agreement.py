"""How two records agree in their names, and what forbids taking them for one whatever their likeness."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Literal

from ingest.resolution.lexicon import BREAK, lexicon
from ingest.resolution.names import COUNTRY, NameKey
from ingest.resolution.profiles import Profile
from ingest.resolution.spelling import is_slip, remains_of, tones_agree

Way = Literal["own_name", "other_name", "translated", "damaged", "slip", "acronym", "none"]
"""How the names agree; the earlier, the better."""
_WAYS: tuple[Way, ...] = ("own_name", "other_name", "translated", "damaged", "slip", "acronym", "none")
_MARKS = {"w": "word", "c": "word", "h": "head", "u": "unit", "p": "place", "n": "number"}
_MIN_SUPPORT = 2
"""Words that must be alike beside one with a slip."""

PART_GUARDS = ("guard_number", "guard_unit")
"""Guards that say of two records that one is another part of something: no identifier and no chain overrules them."""

Reason = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two records agree in the two of their names that differ least.

    Attributes
    ----------
    apart
        Tokens of either name that the other record does not account for; those of a slip do not count.
    """

    way: Way
    left: NameKey | None
    right: NameKey | None
    apart: frozenset[str]


_NO_AGREEMENT = Agreement("none", None, None, frozenset())


def agreement(left: Profile, right: Profile) -> Agreement:
    """The best agreement between any name of one record and any of the other."""
    found = [_compare(left, right, one, two) for one, two in product(left.full, right.full)]
    best = min(found, key=_rank, default=_NO_AGREEMENT)
    if best.way == "none" and _acronyms_meet(left, right):
        return Agreement("acronym", best.left, best.right, frozenset())
    return best


def _rank(found: Agreement) -> tuple[int, int, str, str]:
    names = (found.left.text if found.left else "", found.right.text if found.right else "")
    first, second = sorted(names)
    return _WAYS.index(found.way), len(found.apart), first, second


def _acronyms_meet(left: Profile, right: Profile) -> bool:
    initials = [frozenset(acronym for key in one.full for acronym in key.initials) for one in (left, right)]
    return bool(left.acronyms & right.acronyms or left.acronyms & initials[1] or right.acronyms & initials[0])


def _compare(left: Profile, right: Profile, one: NameKey, two: NameKey) -> Agreement:
    if one.is_damaged != two.is_damaged and len(one.letters) > _MIN_SUPPORT and _is_ruin(one, two):
        return Agreement("damaged", one, two, frozenset())
    are_foreign = None not in (one.language, two.language) and one.language != two.language
    if are_foreign and not left.is_person:
        apart = _apart(one.meaning, two.meaning, left.context_meaning, right.context_meaning) | _range_apart(one, two)
        return Agreement("none" if apart else "translated", one, two, apart)
    apart = _apart(one.tokens, two.tokens, left.context, right.context) | _range_apart(one, two)
    if apart:
        kept = _without_slips(one, two, apart)
        if kept and not left.is_person and one.meaning == two.meaning and one.is_national == two.is_national:
            return Agreement("translated", one, two, frozenset())
        return Agreement("none" if kept else "slip", one, two, kept or apart)
    is_own = one is left.own and two is right.own
    return Agreement("own_name" if is_own else "other_name", one, two, apart)


def _apart(
    one: frozenset[str], two: frozenset[str], context_one: frozenset[str], context_two: frozenset[str]
) -> frozenset[str]:
    """Tokens of each that the other does not account for; what lies around explains no second place."""
    mine, theirs = one - two, two - one
    if _places(mine) and _places(theirs):
        context_one, context_two = context_one - _places(context_one), context_two - _places(context_two)
    return (mine - context_two) | (theirs - context_one)


def _range_apart(one: NameKey, two: NameKey) -> frozenset[str]:
    """The country, where it stands in one name and a place in the other: "… Việt Nam" is not "… Hà Nội"."""
    is_apart = (one.is_national and not two.is_national and two.places) or (
        two.is_national and not one.is_national and one.places
    )
    return frozenset({f"p:{COUNTRY}"}) if is_apart else frozenset()


def _places(tokens: frozenset[str]) -> frozenset[str]:
    return frozenset(token for token in tokens if token[0] == "p")


def _is_ruin(one: NameKey, two: NameKey) -> bool:
    """Whether one name is the other with characters lost, each of them one that is not ASCII."""
    ruin, whole = (one, two) if one.is_damaged else (two, one)
    return ruin.letters == whole.letters and remains_of(ruin.text, whole.text)


def _without_slips(one: NameKey, two: NameKey, apart: frozenset[str]) -> frozenset[str]:
    """What is left apart once words that are slips of each other are paired off; all of it if little else agrees."""
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


def guards(left: Profile, right: Profile, found: Agreement) -> list[Reason]:
    """Everything that forbids an automatic link between two records, with what it rests on."""
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


def _shared_schemes(left: Profile, right: Profile) -> list[str]:
    return sorted(left.identifiers.keys() & right.identifiers.keys())


def _identifier_guards(left: Profile, right: Profile) -> Iterable[Reason]:
    for scheme in conflicting_schemes(left, right):
        values = sorted(left.identifiers[scheme] | right.identifiers[scheme])
        yield "guard_identifier", f"{scheme}: {', '.join(values)}"


def conflicting_schemes(left: Profile, right: Profile) -> list[str]:
    """Schemes in which both have identifiers and none in common."""
    return [
        scheme for scheme in _shared_schemes(left, right) if not left.identifiers[scheme] & right.identifiers[scheme]
    ]


def _kind_guards(left: Profile, right: Profile) -> Iterable[Reason]:
    if left.is_person != right.is_person:
        yield "guard_kind", ", ".join(sorted((left.record.kind, right.record.kind)))


def _parent_guards(left: Profile, right: Profile) -> Iterable[Reason]:
    if left.record.id in right.record.parents or right.record.id in left.record.parents:
        yield "guard_parent", ""


def _person_guards(left: Profile, right: Profile) -> Iterable[Reason]:
    if not left.belongs & right.belongs and not _share_domain(left, right):
        yield "guard_person", ""


def _name_guards(left: Profile, right: Profile, found: Agreement) -> Iterable[Reason]:
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


def _tones_agree(left: Profile, one: NameKey, two: NameKey) -> bool:
    """Whether the tones of two names agree; of persons' names, where both bear any, in every word."""
    if left.is_person and not one.text.isascii() and not two.text.isascii():
        return sorted(one.spelt) == sorted(two.spelt)
    return tones_agree(one.spelt, two.spelt)


def _order_differs(left: Profile, one: NameKey, two: NameKey) -> bool:
    """Whether the same words come in another order, other than by what a comma has put behind the rest."""
    first, second = (one.words, two.words) if left.is_person else (one.proper, two.proper)
    if first == second or sorted(first) != sorted(second):
        return False
    is_turned = any(first[i:] + first[:i] == second for i in range(len(first)))
    return not (is_turned and BREAK in one.text + two.text)


def _place_guards(left: Profile, right: Profile) -> Iterable[Reason]:
    if left.places and right.places and not left.places & right.places and not _share_domain(left, right):
        yield "guard_place", ", ".join(sorted(left.places ^ right.places))


def _own_name_guards(left: Profile, right: Profile, found: Agreement) -> Iterable[Reason]:
    """Guards for names that agree by an alias or a translation while names in one language say otherwise."""
    if found.way not in ("other_name", "translated", "slip"):
        return
    for one, two in _own_in_one_language(left, right):
        mine, theirs = one.tokens - two.tokens - right.context, two.tokens - one.tokens - left.context
        if not mine and not theirs:
            continue
        if _without_slips(one, two, mine | theirs) and (not mine or not theirs or found.way == "translated"):
            yield "guard_own_name", " / ".join(sorted((one.text, two.text)))


def _own_in_one_language(left: Profile, right: Profile) -> Iterable[tuple[NameKey, NameKey]]:
    for language in ("vi", "en"):
        one = next((key for key in left.full if key.language == language), None)
        two = next((key for key in right.full if key.language == language), None)
        if one is not None and two is not None:
            yield one, two


def _generic_guards(left: Profile, right: Profile, found: Agreement) -> Iterable[Reason]:
    """A guard for names such as "Trường Đại học Kinh tế" that many may bear, where nothing else speaks for them."""
    one, two = found.left, found.right
    if found.way in ("none", "acronym") or one is None or two is None:
        return
    if found.way == "damaged":
        one = two = two if one.is_damaged else one
    is_located = _places(one.tokens | left.context) & _places(two.tokens | right.context) - {f"p:{COUNTRY}"}
    if (one.is_generic or two.is_generic) and not (is_located or left.belongs & right.belongs):
        yield from () if _share_domain(left, right) else (("guard_generic", one.text),)


def _share_domain(left: Profile, right: Profile) -> bool:
    return left.record.domain is not None and left.record.domain == right.record.domain
