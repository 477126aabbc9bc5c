"""Small registers of our own in the official formats, with invented organisations."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ingest.issues import Issue
from ingest.load import Reading, read_tables
from ingest.registers.writing import Conversion
from tests.ingest.folders import read_csv

PROJECT_COLUMNS = [
    "id",
    "acronym",
    "status",
    "title",
    "startDate",
    "endDate",
    "totalCost",
    "ecMaxContribution",
    "legalBasis",
    "topics",
    "ecSignatureDate",
    "frameworkProgramme",
    "masterCall",
    "subCall",
    "fundingScheme",
    "objective",
    "contentUpdateDate",
    "rcn",
    "grantDoi",
    "keywords",
]
ORGANISATION_COLUMNS = [
    "projectID",
    "projectAcronym",
    "organisationID",
    "vatNumber",
    "name",
    "shortName",
    "SME",
    "activityType",
    "street",
    "postCode",
    "city",
    "country",
    "nutsCode",
    "geolocation",
    "organizationURL",
    "contactForm",
    "contentUpdateDate",
    "rcn",
    "order",
    "role",
    "ecContribution",
    "netEcContribution",
    "totalCost",
    "endOfParticipation",
    "active",
]

PROJECT = {"id": "101000001", "acronym": "LANTERN", "title": "Light for rice", "status": "SIGNED"}
UNIVERSITY = {
    "projectID": "101000001",
    "organisationID": "900000001",
    "name": "UNIVERSITY OF SAMPLE",
    "activityType": "HES",
    "country": "DE",
    "role": "coordinator",
}
FIRM = UNIVERSITY | {"organisationID": "900000002", "name": "Sample GmbH", "activityType": "PRC", "role": "participant"}

Rows = Sequence[Mapping[str, str]]


def semicolons(rows: Rows, columns: Sequence[str]) -> str:
    """The rows as CORDIS writes them: semicolons, every cell in quotes, quotes doubled."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, delimiter=";", quoting=csv.QUOTE_ALL, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def zip_of(path: Path, files: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def cordis_zip(
    path: Path,
    projects: Rows = (PROJECT,),
    organisations: Rows = (UNIVERSITY, FIRM),
    **more: str | bytes,
) -> Path:
    """An archive of CORDIS; ``more`` adds files or replaces them: ``euroSciVoc="…"``."""
    files: dict[str, str | bytes] = {
        "project": semicolons(projects, PROJECT_COLUMNS),
        "organization": semicolons(organisations, ORGANISATION_COLUMNS),
    }
    return zip_of(path, {f"{name}.csv": content for name, content in (files | more).items()})


def ror_record(ror_id: str, name: str, **more: Any) -> dict[str, Any]:
    """A record of ROR, schema 2, of an organisation in Việt Nam."""
    return {
        "admin": {"created": {"date": "2020-01-01", "schema_version": "2.0"}},
        "domains": [],
        "established": 1990,
        "external_ids": [],
        "id": f"https://ror.org/{ror_id}",
        "links": [],
        "locations": [
            {"geonames_id": 1, "geonames_details": {"country_code": "VN", "country_name": "Vietnam", "name": "Hanoi"}}
        ],
        "names": [{"lang": "en", "types": ["label", "ror_display"], "value": name}],
        "relationships": [],
        "status": "active",
        "types": ["education"],
    } | more


def ror_zip(path: Path, records: Sequence[Any], name: str = "v2.0-2026-01-01-ror-data.json") -> Path:
    return zip_of(path, {name: json.dumps(list(records), ensure_ascii=False, indent=4)})


def openalex_record(openalex_id: str, name: str, **more: Any) -> dict[str, Any]:
    """An institution of OpenAlex in Việt Nam."""
    return {
        "id": f"https://openalex.org/{openalex_id}",
        "ror": None,
        "display_name": name,
        "display_name_alternatives": [],
        "display_name_acronyms": [],
        "country_code": "VN",
        "type": "education",
        "homepage_url": None,
        "geo": {"city": "Hanoi", "country_code": "VN"},
        "ids": {},
        "associated_institutions": [],
        "international": {"display_name": {}},
        "works_count": 7,
    } | more


def json_lines(records: Sequence[Any]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def codes(issues: Sequence[Issue]) -> list[tuple[str, int | None]]:
    return [(issue.code, issue.line) for issue in issues]


class Converted:
    """A conversion, the rows it wrote, and what loading them says."""

    def __init__(self, convert: Callable[[Path], Conversion], folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.conversion = convert(folder)
        self.rows = {path.stem: read_csv(path) for path in sorted(folder.iterdir())}
        self.reading: Reading = read_tables(folder)
        self.require_sums()

    def require_sums(self) -> None:
        """What holds for every conversion: nothing is lost, and all of it can be loaded."""
        for name, counts in self.conversion.records.items():
            reported = {i.line for i in self.conversion.issues if i.is_error and i.file == name and i.line}
            assert counts.n_read == counts.n_taken + counts.n_rejected + counts.n_left_out
            assert counts.n_rejected == len(reported)
        assert {name: len(rows) for name, rows in self.rows.items()} == dict(self.conversion.written)
        assert [issue for issue in self.reading.issues if issue.is_error] == []

    def by_id(self, table: str = "actors") -> dict[str, dict[str, str]]:
        return {row["id"]: row for row in self.rows[table]}
