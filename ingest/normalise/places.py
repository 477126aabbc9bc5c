"""Places: provinces, and the present wards and communes of Hanoi as far as new and old addresses determine them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Literal

from graph.folding import fold
from ingest.normalise.result import MAX_CHARACTERS, Normalised, facts, plain, simplify

HOME_CITY = "Hà Nội"
HOME_COUNTRY = "VN"

_Level = Literal["country", "province", "district", "ward"]
_SEPARATOR = re.compile(r"[,;/|\n()]+|\s-\s")
_BEFORE_UNIT = re.compile(
    r"(?<!thị)\s+(?=(?:phường|quận|huyện|thị xã|thị trấn|tỉnh|xã|thành phố|tp\.?)\s)", re.IGNORECASE
)
_BEFORE_CITY = re.compile(r"(?<=\w)\s+(?=(?:hà nội|ha noi|hanoi)\.?$)", re.IGNORECASE)
_POSTCODE = re.compile(r"(?<=[a-z]) +[0-9]{5,6}\s*$")
_UNIT_IN_FULL = re.compile(r"(?:phuong|quan|huyen|thi xa|xa) [a-z]")


@dataclass(frozen=True, slots=True)
class Place:
    """A place; parts that the text does not determine are None.

    Attributes
    ----------
    text
        The place as it is written.
    ward
        The present ward or commune, such as ``Phường Láng``.
    old_ward, old_district
        The ward and district named in the text that were abolished in July 2025.
    province
        The present province or city.
    country
        ``VN``; None where nothing in the text is known to be in Vietnam.
    candidates
        The present wards and communes that are possible where ``ward`` is None.
    """

    text: str
    ward: str | None = None
    old_ward: str | None = None
    old_district: str | None = None
    province: str | None = None
    country: str | None = None
    candidates: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The smallest known unit with its province; for a place elsewhere, the text.

        >>> place_of("P. Hàng Bạc, Q. Hoàn Kiếm, HN").value.label, place_of("Singapore").value.label
        ('Phường Hoàn Kiếm, Hà Nội', 'Singapore')
        """
        if self.province is None:
            return self.text
        unit = self.ward or (_district_name(self.old_district) if self.old_district else None)
        return f"{unit}, {self.province}" if unit else self.province


@lru_cache(maxsize=65_536)
def place_of(text: str, within: str | None = None) -> Normalised[Place]:
    """The place that an address or the name of a place means.

    An old ward gives the present ward if it went there as a whole; otherwise the present wards with a part of it, or of
    the old district, are candidates. For places outside Hanoi only the province is determined; other texts, and texts
    with several provinces, are returned as they are. If a text has several wards, only the province is determined.

    Parameters
    ----------
    text
        An address, or the name of a place.
    within
        The province known from the rest of the row or sheet, used if the text names none.

    >>> place = place_of("46 Trần Hưng Đạo, phường Cửa Nam, Hà Nội").value
    >>> place.ward, place.old_ward
    ('Phường Cửa Nam', None)
    >>> place_of("P. Hàng Bạc", "Hà Nội").value.ward
    'Phường Hoàn Kiếm'
    >>> place_of("Q. Đống Đa, TP HN").value.old_district, place_of("Bắc Giang").value.province
    ('Đống Đa', 'Bắc Ninh')
    """
    if len(text) > MAX_CHARACTERS:
        return Normalised(Place(text))
    line = _BEFORE_CITY.sub(", ", _BEFORE_UNIT.sub(", ", simplify(text).rstrip(" .")))
    parts = (_POSTCODE.sub("", plain(part)).strip(" .:") for part in _SEPARATOR.split(line))
    segments = list(filter(None, parts))
    countries = [segment for segment in segments if fold(segment) in _countries()]
    rest = [segment for segment in segments if segment not in countries]
    provinces = {segment: name for segment in rest if (name := _province(segment))}
    if len(set(provinces.values())) > 1:
        return Normalised(Place(text, country=HOME_COUNTRY))
    rest = [segment for segment in rest if segment not in provinces]
    province = next(iter(provinces.values()), _province(plain(within)) if within else None)
    place = Place(text, province=province, country=HOME_COUNTRY if countries or province else None)
    result = _in_home_city(place, rest) if province in (None, HOME_CITY) else Normalised(place)
    written = {name for segment in provinces for name in (fold(segment), _name_in(segment, "province"))}
    return result.with_notice("merged_province", province) if written & _merged_names() else result


@dataclass(frozen=True, slots=True)
class _OldWard:
    """A former ward or commune, and the present ones that contain a part of it."""

    name: str
    district: str
    today: tuple[str, ...]
    is_certain: bool


def _in_home_city(place: Place, segments: list[str]) -> Normalised[Place]:
    district = next((name for segment in reversed(segments) if (name := _district(segment))), None)
    if district:
        place = replace(place, old_district=district, province=HOME_CITY, country=HOME_COUNTRY)
    named = [segment for segment in segments if _unit_of(segment, "ward")]
    known = [segment for segment in named if _name_in(segment, "ward") in _ward_names()]
    if place.province and (known or named):
        found = [_in_ward(place, segment) for segment in known or named[:1]]
        same = len({each.value.ward or each.value.old_ward for each in found}) == 1
        return found[0] if same else Normalised(replace(place, old_district=None))
    if district:
        candidates = _wards_in(district)
        return Normalised(replace(place, candidates=candidates)).with_notice("old_district", ", ".join(candidates))
    if place.province and len(segments) == 1 and (ward := _present_wards().get(fold(segments[0]))):
        return Normalised(replace(place, ward=ward))
    return _unknown(place, segments)


def _in_ward(place: Place, segment: str) -> Normalised[Place]:
    """The place in the ward that a segment names, by its present or former name."""
    old = _old_named(segment, place.old_district)
    today = _present_wards().get(_name_in(segment, "ward"))
    if today and (place.old_district is None or (not old and today in _wards_in(place.old_district))):
        return Normalised(replace(place, ward=today))
    if not old:
        return _unknown(place, [segment])
    place = replace(place, old_ward=old[0].name, old_district=old[0].district if len(old) == 1 else None)
    candidates = tuple(dict.fromkeys(ward for each in old for ward in each.today))
    if len(candidates) == 1 and all(each.is_certain for each in old):
        return Normalised(replace(place, ward=candidates[0])).with_notice("old_ward", candidates[0])
    return Normalised(replace(place, candidates=candidates)).with_notice("old_district", ", ".join(candidates))


def _old_named(segment: str, district: str | None) -> tuple[_OldWard, ...]:
    """The former wards with this name, in the district if one is known."""
    named = _old_wards().get(fold(segment)) or _old_wards().get(_name_in(segment, "ward"), ())
    return tuple(ward for ward in named if district in (None, ward.district))


def _unknown(place: Place, segments: list[str]) -> Normalised[Place]:
    """The place unchanged; an issue reports a Vietnamese unit that is written out but unknown."""
    written = next(filter(_UNIT_IN_FULL.match, segments), None)
    if written is None:
        return Normalised(place)
    nearest = get_close_matches(fold(written), _full_names(), n=1, cutoff=0.8)
    return Normalised(place).with_notice(
        "unknown_place", f"{_full_names()[nearest[0]]}, {HOME_CITY}" if nearest else None
    )


def _province(segment: str) -> str | None:
    return _provinces().get(fold(segment)) or _provinces().get(_name_in(segment, "province"))


def _district(segment: str) -> str | None:
    return _districts().get(fold(segment)) or _districts().get(_name_in(segment, "district"))


def _unit_of(segment: str, level: _Level) -> re.Match[str] | None:
    return _units(level).fullmatch(segment)


def _name_in(segment: str, level: _Level) -> str:
    """The folded name in a segment, without the word for the unit before or after it."""
    match = _unit_of(segment, level)
    return fold(match["before"] or match["behind"]) if match else fold(segment)


@cache
def _units(level: _Level) -> re.Pattern[str]:
    words = "|".join(
        sorted((re.escape(plain(word)) for word in facts("places")["words"][level]), key=len, reverse=True)
    )
    return re.compile(rf"(?:{words})(?:\. *| +)(?P<before>[a-z].*)|(?P<behind>.*[a-z]) +(?:{words})")


@cache
def _countries() -> frozenset[str]:
    return frozenset(map(fold, facts("places")["words"]["country"]))


@cache
def _provinces() -> Mapping[str, str]:
    """The present province by all names of it and of the provinces merged into it."""
    table, aliases = facts("places")["provinces"], facts("places")["aliases"]
    return {
        fold(name): province
        for province, merged in table.items()
        for unit in (province, *merged)
        for name in (unit, *aliases.get(unit, ()))
    }


@cache
def _merged_names() -> frozenset[str]:
    """The folded names of the former provinces."""
    table, aliases = facts("places")["provinces"], facts("places")["aliases"]
    return frozenset(
        fold(name) for merged in table.values() for unit in merged for name in (unit, *aliases.get(unit, ()))
    )


@cache
def _districts() -> Mapping[str, str]:
    return {fold(name): name for name in facts("places")["district"]}


@cache
def _district_name(district: str) -> str:
    return f"{facts('places')['district'][district]['kind'].capitalize()} {district}"


@cache
def _present_wards() -> Mapping[str, str]:
    """The full names of the present wards and communes by folded name."""
    today = facts("places")["today"]
    units = (("Phường", today["phuong"]), ("Xã", today["xa"]))
    return {fold(name): f"{unit} {name}" for unit, names in units for name in names}


@cache
def _wards_in(district: str) -> tuple[str, ...]:
    """The present wards and communes with a part of a district, in alphabetical order."""
    wards = facts("places")["district"][district]["wards"].values()
    return tuple(sorted({_present_wards()[fold(name)] for names in wards for name in names}, key=fold))


@cache
def _old_wards() -> Mapping[str, tuple[_OldWard, ...]]:
    """The former wards and communes by folded name, with those merged between 2020 and 2025."""
    by_name: dict[str, tuple[_OldWard, ...]] = {}
    for district, entry in facts("places")["district"].items():
        wards: Mapping[str, list[str]] = entry["wards"]
        former: Mapping[str, list[str]] = facts("places")["formerly"].get(district, {})
        for name, names in (
            *wards.items(),
            *((old, [new for each in into for new in wards[each]]) for old, into in former.items()),
        ):
            today = tuple(dict.fromkeys(_present_wards()[fold(each)] for each in names))
            ward = _OldWard(name, district, today, is_certain=name in wards)
            by_name[fold(name)] = (*by_name.get(fold(name), ()), ward)
    return by_name


@cache
def _ward_names() -> frozenset[str]:
    return frozenset((*_present_wards(), *_old_wards()))


@cache
def _full_names() -> Mapping[str, str]:
    """The full names of all units of the city, present and former, by folded full name."""
    districts = {fold(_district_name(name)): _district_name(name) for name in facts("places")["district"]}
    old = {f"{unit} {name}": wards[0].name for name, wards in _old_wards().items() for unit in ("phuong", "xa")}
    return old | districts | {fold(name): name for name in _present_wards().values()}
