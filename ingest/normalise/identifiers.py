"""Codes of organisations in registers (tax code, ROR, PIC, OpenAlex, Wikidata), each as ``scheme:value``."""

import re
from typing import Literal

from stdnum.exceptions import InvalidChecksum, InvalidComponent
from stdnum.vn import mst

from ingest.normalise.result import MAX_CHARACTERS, MAX_LIST_CHARACTERS, Normalised, simplify
from ingest.values import CellError

Scheme = Literal["tax", "ror", "pic", "openalex", "wikidata"]

_TAX_EXAMPLE = "0100109106"
_EXAMPLE = "ror:04nyv3z04"
_LOOK_ALIKES = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1"})
_TAX_LABEL = re.compile(
    r"^(?:mã số thuế|mã số doanh nghiệp|mã số dn|mã số|mst|msdn|tax code|tax id|tax)[\s:.]*", re.IGNORECASE
)
_DIGITS = re.compile("[0-9]{10}(?:[0-9]{3})?|[1-9][0-9]{8}(?:[0-9]{3})?")
"""A code, with or without the zero at its beginning."""
_BASE_32 = "0123456789abcdefghjkmnpqrstvwxyz"
_FORMS: tuple[tuple[Scheme, re.Pattern[str]], ...] = (
    (
        "ror",
        re.compile(
            r"(?:(?:https?://)?(?:www\.)?ror\.org/|ror\s*[:\s]\s*)?(0[0-9a-hjkmnp-tv-z]{6}[0-9]{2})", re.IGNORECASE
        ),
    ),
    ("pic", re.compile(r"(?:pic\s*(?:code|no|number)?\s*[:.\s]\s*)([0-9]{9})", re.IGNORECASE)),
    (
        "openalex",
        re.compile(
            r"(?:(?:https?://)?(?:api\.)?openalex\.org/(?:institutions/)?|openalex\s*[:\s]\s*)?(I[0-9]{4,12})",
            re.IGNORECASE,
        ),
    ),
    (
        "wikidata",
        re.compile(
            r"(?:(?:https?://)?(?:www\.)?wikidata\.org/(?:wiki|entity)/|wikidata\s*[:\s]\s*)?(Q[1-9][0-9]{0,11})",
            re.IGNORECASE,
        ),
    ),
)
_SEPARATOR = re.compile(r"[;,|\n]+")


def tax_code(text: str) -> Normalised[str]:
    """The ten digits of a tax code; for a branch, followed by a hyphen and its three digits.

    A leading zero that a spreadsheet removed is restored if the check digit then agrees. Form and check digit are
    those of :mod:`stdnum.vn.mst`.

    Raises
    ------
    CellError
        ``unread_tax_code``: the text is not a code of 10 or 13 digits.

    >>> tax_code("MST: 0100 109 106"), tax_code("100109106").value, tax_code("0100109106001").value
    (Normalised(value='0100109106', noticed=()), '0100109106', '0100109106-001')
    """
    if len(text) > MAX_CHARACTERS:
        raise CellError("unread_tax_code", _TAX_EXAMPLE)
    written = _TAX_LABEL.sub("", simplify(text)).translate(_LOOK_ALIKES)
    digits = re.sub(r"[\s.\-]", "", written.strip("'\""))
    if not _DIGITS.fullmatch(digits):
        raise CellError("unread_tax_code", _TAX_EXAMPLE)
    if len(digits) in (10, 13):
        return _checked(digits)
    restored = f"0{digits}"
    if not mst.is_valid(restored):
        raise CellError("unread_tax_code", _TAX_EXAMPLE)
    return Normalised(mst.format(restored)).with_notice("tax_code_restored", mst.format(restored))


def identifier(text: str, scheme: Scheme | None = None) -> Normalised[str]:
    """A code of a register as ``scheme:value``.

    Parameters
    ----------
    text
        A code alone, a code after its scheme, or the web address of a code.
    scheme
        The scheme of the column, if known. If None, digits alone are a tax code if their check digit agrees.

    Raises
    ------
    CellError
        ``unread_identifier``: the text is not a code of a known register.

    >>> identifier("https://ror.org/04nyv3z04").value, identifier("Q1204714").value
    ('ror:04nyv3z04', 'wikidata:Q1204714')
    >>> identifier("999894041", "pic").value, identifier("0100109106").value
    ('pic:999894041', 'tax:0100109106')
    """
    if len(text) > MAX_CHARACTERS:
        raise CellError("unread_identifier", _EXAMPLE)
    written = simplify(text).rstrip("/").removesuffix(".0")
    if scheme == "tax" or written.lower().startswith("tax:") or _TAX_LABEL.match(written):
        code = tax_code(written)
        return Normalised(f"tax:{code.value}", code.noticed)
    if scheme == "pic" and re.fullmatch("[0-9]{9}", written):
        return Normalised(f"pic:{written}")
    for known, form in _FORMS:
        match = form.fullmatch(written)
        if match and scheme in (None, known) and (known != "ror" or _is_ror(match[1].lower())):
            return Normalised(f"{known}:{match[1].lower() if known == 'ror' else match[1].upper()}")
    digits = re.sub(r"[\s.\-]", "", written)
    if scheme is None and len(digits) in (10, 13) and mst.is_valid(digits):
        return Normalised(f"tax:{mst.format(digits)}")
    raise CellError("unread_identifier", _EXAMPLE)


def split_identifiers(text: str, scheme: Scheme | None = None) -> Normalised[tuple[str, ...]]:
    """The distinct codes in a cell; a part that is not a code is reported.

    Raises
    ------
    CellError
        ``unread_identifier``: the cell contains no code.

    >>> split_identifiers("ror.org/04nyv3z04; Q1204714").value
    ('ror:04nyv3z04', 'wikidata:Q1204714')
    """
    if len(text) > MAX_LIST_CHARACTERS:
        raise CellError("unread_identifier", _EXAMPLE)
    found: dict[str, None] = {}
    noticed: list[tuple[str, str | None]] = []
    for part in filter(None, map(str.strip, _SEPARATOR.split(text))):
        try:
            code = identifier(part, scheme)
        except CellError:
            noticed.append(("unread_identifier", part))
            continue
        found[code.value] = None
        noticed += code.noticed
    if not found:
        raise CellError("unread_identifier", _EXAMPLE)
    return Normalised(tuple(found), tuple(noticed))


def _checked(digits: str) -> Normalised[str]:
    """The code; a wrong check digit is reported with the code that its first nine digits require, if there is one."""
    code = Normalised(mst.format(digits))
    try:
        mst.validate(digits)
    except InvalidChecksum:
        check = mst.calc_check_digit(digits)
        right = mst.format(digits[:9] + check + digits[10:]) if len(check) == 1 else None
        return code.with_notice("tax_code_check_digit", right)
    except InvalidComponent as error:
        raise CellError("unread_tax_code", _TAX_EXAMPLE) from error
    return code


def _is_ror(code: str) -> bool:
    """Whether the check digits agree with the six characters before them (ISO 7064, modulo 97-10), as in ROR codes."""
    number = 0
    for character in code[1:7]:
        number = number * 32 + _BASE_32.index(character)
    return 98 - (number * 100) % 97 == int(code[7:])
