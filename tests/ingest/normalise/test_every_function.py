"""What holds for every function that reads a cell."""

import tomllib
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given

import ingest.normalise
from ingest.issues import severities
from ingest.normalise.dates import date, date_span
from ingest.normalise.fields import fields
from ingest.normalise.identifiers import Scheme, identifier, split_identifiers, tax_code
from ingest.normalise.kinds import actor_kind, kind_of_name, kind_of_title, opportunity_kind, relationship_kind
from ingest.normalise.money import Unit, money, unit_of_header
from ingest.normalise.phones import phones
from ingest.normalise.places import place_of
from ingest.normalise.result import Normalised
from ingest.normalise.web import emails, web_addresses, web_domain, web_host
from ingest.values import CellError
from tests.ingest.normalise.strategies import cells

DATA_FILES = sorted(Path(ingest.normalise.__file__).parent.glob("*.toml"))
READERS: dict[str, Callable[[str], Normalised[Any]]] = {
    "actor_kind": actor_kind,
    "date": date,
    "date_month_first": lambda text: date(text, day_first=False),
    "date_span": date_span,
    "emails": emails,
    "fields": fields,
    "fields_of_1131": lambda text: fields(text, "1131-2025"),
    "identifier": identifier,
    "money": money,
    "money_in_millions": lambda text: money(text, Unit(Decimal(10**6), "VND")),
    "opportunity_kind": opportunity_kind,
    "phones": phones,
    "place_of": place_of,
    "relationship_kind": relationship_kind,
    "split_identifiers": split_identifiers,
    "tax_code": tax_code,
    "web_addresses": web_addresses,
    **{f"identifier_{scheme}": partial(identifier, scheme=scheme) for scheme in get_args(Scheme)},
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@given(text=cells)
def test_any_text_is_read_or_refused_for_a_reason_of_the_catalogue(
    reader: Callable[[str], Normalised[Any]], text: str
) -> None:
    try:
        result = reader(text)
    except CellError as refused:
        codes = [refused.code]
    else:
        codes = [code for code, _ in result.noticed]
        assert all(detail is None or detail for _, detail in result.noticed)
    assert set(codes) <= severities().keys()


@given(text=cells)
def test_guesses_from_names_titles_and_headers_never_fail(text: str) -> None:
    for guess in (kind_of_name, kind_of_title, unit_of_header, web_host, web_domain):
        guess(text)


@pytest.mark.parametrize("path", DATA_FILES, ids=lambda path: path.stem)
def test_a_data_file_can_be_read_by_staff(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert tomllib.loads(text)
