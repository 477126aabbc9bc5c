"""Amounts of money as they are written in Vietnamese sheets, and the units that headers name."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

from ingest.normalise.result import MAX_CHARACTERS, Normalised, facts, plain
from ingest.values import CellError

_EXAMPLE = "1500000000"
_HOME = "VND"
_MAX_AMOUNT = 2**63 - 1
_IMPLAUSIBLE = 10**15
"""Đồng. In a column of millions, a larger amount may have been written in đồng; set by hand."""
_NUMBER = re.compile(r"[0-9]{1,3}(?: [0-9]{3})+(?![0-9])|[0-9][0-9.,]*(?:e\+?[0-9]{1,2}(?![0-9a-z]))?")
_TOKEN = re.compile(rf"{_NUMBER.pattern}|us\$|[asu]\$s?|[a-z]+|\S")
_SCIENTIFIC = re.compile(r"[0-9]+(?:\.[0-9]+)?e\+?[0-9]{1,2}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:(?P<sep>[., ])[0-9]{3})(?:(?P=sep)[0-9]{3})*")
_POWER_OF_TEN = re.compile(r"1(?:[., ]?000)+")
_MAX_DIGITS = 30


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217)."""

    amount: Decimal
    currency: str

    @property
    def vnd(self) -> int | None:
        """The amount in whole đồng; None for another currency."""
        return round(self.amount) if self.currency == _HOME else None

    def __str__(self) -> str:
        return f"{self.amount.normalize():f} {self.currency}"


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of the numbers in a column: a multiple of a currency."""

    multiplier: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class _Amount:
    """One amount as read; multiplier and currency are None where the text has none."""

    number: Decimal
    multiplier: Decimal | None
    currency: str | None
    is_rough: bool = False
    is_ambiguous: bool = False


def money(text: str, unit: Unit | None = None) -> Normalised[Money]:
    """The amount in a cell, in đồng unless the cell or the header says otherwise.

    If a number has two kinds of separators, the last one begins the decimals. A separator before three digits separates
    thousands: ``1.500`` is one thousand five hundred, as in Vietnam; ``0.500`` is one half. Where amounts are counted
    in millions or more this may be wrong, which ``ambiguous_amount`` reports. Of a range, the lower end is returned.

    Parameters
    ----------
    text
        Digits and words of either language, such as ``1,5 tỷ đồng``, ``500tr`` or ``US$ 1.2 million``.
    unit
        The unit of the header (:func:`unit_of_header`), used if the cell has neither multiplier nor currency.

    Raises
    ------
    CellError
        ``unread_money``: the text is not an amount, or the amount is too large to be stored.

    >>> str(money("2 tỷ 300 triệu").value), str(money("1.500", Unit(Decimal(10**6), "VND")).value)
    ('2300000000 VND', '1500000000 VND')
    >>> money("$1.2 million").noticed
    (('foreign_currency', '1200000 USD'),)
    """
    if len(text) > MAX_CHARACTERS:
        raise CellError("unread_money", _EXAMPLE)
    tokens = tuple(_tokens(plain(text)))
    low, high = _ends(tokens, unit)
    value, most = (_as_money(each, unit) for each in (low, high))
    if most.amount < value.amount or most.amount > _MAX_AMOUNT:
        raise CellError("unread_money", _EXAMPLE)
    result = Normalised(value)
    if low.is_rough or most != value:
        result = result.with_notice("approximate_amount", str(value) if most == value else f"{value} – {most}")
    if low.is_ambiguous or high.is_ambiguous or (_is_counted(low, unit) and (value.vnd or 0) >= _IMPLAUSIBLE):
        result = result.with_notice("ambiguous_amount", str(value))
    return result if value.currency == _HOME else result.with_notice("foreign_currency", str(value))


def unit_of_header(header: str) -> Unit | None:
    """The unit that a header names for its column; None where it names none.

    >>> unit_of_header("Giá trị (triệu đồng)"), unit_of_header("Giá trị hợp đồng")
    (Unit(multiplier=Decimal('1000000'), currency='VND'), None)
    """
    words = plain(header[:MAX_CHARACTERS])
    parts = [*re.findall(r"[(\[]([^()\[\]]*)[)\]]", words), *re.split(r"[:,;]| - ", words)[1:]]
    introduction = "|".join(facts("money")["words"]["unit"])
    for part in parts:
        if unit := _unit(tuple(_tokens(re.sub(rf"^ *(?:{introduction})\b[ :]*", "", part)))):
            return unit
    tokens = tuple(_tokens(re.sub(r"[(\[].*", "", words)))
    for start in range(1, len(tokens)):
        if tokens[start] in _multipliers() and (unit := _unit(tokens[start:])):
            return unit
    return None


def _unit(tokens: tuple[str, ...]) -> Unit | None:
    """The unit that these words form, such as ``triệu đồng``, ``1.000 đ`` or ``USD million``; None with other words."""
    multiplier, currency = Decimal(1), None
    for token in tokens:
        if token in _multipliers():
            multiplier *= _multipliers()[token]
        elif currency is None and token in _currencies():
            currency = _currencies()[token]
        elif _POWER_OF_TEN.fullmatch(token):
            multiplier *= Decimal(re.sub("[., ]", "", token))
        else:
            return None
    is_stated = currency or any(token in _multipliers() and len(token) > 1 for token in tokens)
    return Unit(multiplier, currency or _HOME) if is_stated else None


def _tokens(words: str) -> Iterator[str]:
    """Numbers, words of the data file (which may consist of several words), and all other characters one by one."""
    raw = [token for written in _TOKEN.findall(words) for token in facts("money")["joined"].get(written, [written])]
    start = 0
    while start < len(raw):
        end = next((end for end in range(start + 3, start, -1) if " ".join(raw[start:end]) in _lexicon()), start + 1)
        yield " ".join(raw[start:end])
        start = min(end, len(raw))


def _ends(tokens: tuple[str, ...], unit: Unit | None) -> tuple[_Amount, _Amount]:
    """The lower and the upper end of a range; a single amount twice."""
    ranges = facts("money")["words"]["range"]
    for place, token in enumerate(tokens):
        left, right = tokens[:place], tokens[place + 1 :]
        if token in ranges and any(map(_NUMBER.fullmatch, left)) and any(map(_NUMBER.fullmatch, right)):
            high, low = _amount(right, unit), _amount(left, unit)
            if low.multiplier is None:
                low = replace(low, multiplier=high.multiplier)
            currency = low.currency or high.currency
            return replace(low, currency=currency), replace(high, currency=currency)
    only = _amount(tokens, unit)
    return only, only


def _amount(tokens: tuple[str, ...], unit: Unit | None) -> _Amount:
    """One amount such as ``~ 2 tỷ 300 triệu đồng``: the sum of numbers with their multipliers, and a currency."""
    words = facts("money")["words"]
    terms: list[tuple[str, Decimal | None]] = []
    currency, is_rough, n_halves = None, False, Decimal(0)
    for token in tokens:
        if _NUMBER.fullmatch(token) and (not terms or terms[-1][1]) and not n_halves:
            terms.append((token, None))
        elif token in _multipliers() and terms:
            terms[-1] = (terms[-1][0], (terms[-1][1] or 1) * _multipliers()[token])
        elif token in _currencies() and currency in (None, _currencies()[token]):
            currency = _currencies()[token]
        elif token in words["half"] and terms and terms[-1][1]:
            n_halves = terms[-1][1] / 2
        elif token in words["about"]:
            is_rough = True
        elif token not in words["ignored"]:
            raise CellError("unread_money", _EXAMPLE)
    if not terms or (len(terms) > 1 and not all(multiplier for _, multiplier in terms)):
        raise CellError("unread_money", _EXAMPLE)
    return _sum(terms, n_halves, unit, _Amount(Decimal(0), None, currency, is_rough))


def _sum(terms: list[tuple[str, Decimal | None]], rest: Decimal, unit: Unit | None, read: _Amount) -> _Amount:
    if len(terms) == 1 and not rest:
        written, multiplier = terms[0]
        counted = multiplier or (unit.multiplier if unit and not read.currency else Decimal(1))
        number, is_ambiguous = _number(written, counted, read.currency or (unit.currency if unit else _HOME))
        return replace(read, number=number, multiplier=multiplier, is_ambiguous=is_ambiguous)
    scales = [multiplier or Decimal(1) for _, multiplier in terms]
    if sorted(set(scales), reverse=True) != scales:
        raise CellError("unread_money", _EXAMPLE)
    total = sum(
        (_number(written, scale, _HOME)[0] * scale for (written, _), scale in zip(terms, scales, strict=True)), rest
    )
    return replace(read, number=total, multiplier=Decimal(1))


def _number(written: str, multiplier: Decimal, currency: str) -> tuple[Decimal, bool]:
    """The number, and whether its only separator might begin the decimals."""
    if len(written) > _MAX_DIGITS:
        raise CellError("unread_money", _EXAMPLE)
    if _SCIENTIFIC.fullmatch(written):
        return Decimal(written), False
    written = written.rstrip(".,")
    grouped = _GROUPED.fullmatch(written)
    n_signs = sum(map(written.count, ".,"))
    if grouped and not (n_signs == 1 and written.startswith("0")):
        is_foreign = currency != _HOME and grouped["sep"] == "."
        is_ambiguous = n_signs == 1 and multiplier > 1 and (is_foreign or grouped["sep"] == "," or multiplier >= 10**9)
        if is_foreign and is_ambiguous:
            return Decimal(written), True
        return Decimal(re.sub("[., ]", "", written)), is_ambiguous
    whole, sign, decimals = _split_decimals(written)
    if "." in whole or "," in whole:
        whole_group = _GROUPED.fullmatch(whole)
        if whole_group is None or whole_group["sep"] == sign:
            raise CellError("unread_money", _EXAMPLE)
    return Decimal(f"{re.sub('[., ]', '', whole)}.{decimals or 0}"), False


def _split_decimals(written: str) -> tuple[str, str, str]:
    place = max(written.rfind("."), written.rfind(","))
    return (written, "", "") if place < 0 else (written[:place], written[place], written[place + 1 :])


def _is_counted(read: _Amount, unit: Unit | None) -> bool:
    """Whether the unit of the header applies, because the cell has neither multiplier nor currency."""
    return unit is not None and read.multiplier is None and read.currency is None


def _as_money(read: _Amount, unit: Unit | None) -> Money:
    if unit is not None and _is_counted(read, unit):
        return Money(read.number * unit.multiplier, unit.currency)
    currency = read.currency or (unit.currency if unit else _HOME)
    return Money(read.number * (read.multiplier or 1), currency)


@cache
def _multipliers() -> Mapping[str, Decimal]:
    return {word: Decimal(size) for size, words in facts("money")["multipliers"].items() for word in words}


@cache
def _currencies() -> Mapping[str, str]:
    return {word: code for code, words in facts("money")["currencies"].items() for word in words}


@cache
def _lexicon() -> frozenset[str]:
    words: Mapping[str, Any] = facts("money")["words"]
    return frozenset((*_multipliers(), *_currencies(), *(word for group in words.values() for word in group)))
