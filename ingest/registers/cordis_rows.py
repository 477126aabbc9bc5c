"""Records of CORDIS as rows of the exchange format. Contact forms concern persons and are not converted."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stdnum.vn import mst

from ingest.registers.writing import Cells, load_mapping

ACTOR_COLUMNS = (
    *("id", "kind", "subkind", "name", "short_name", "aliases", "district_or_city", "country", "website"),
    *("source_url", "identifiers", "vat_number", "street", "post_code", "nuts_code"),
)
PROJECT_COLUMNS = (
    *("id", "kind", "title", "summary", "theme", "fields", "start", "end", "total_cost", "source_url", "acronym"),
    *("status", "framework_programme", "funding_scheme", "call", "topics", "topic_titles", "legal_basis"),
    *("ec_max_contribution", "ec_signature_date", "euroscivoc", "keywords", "grant_doi", "rcn"),
)
PARTICIPANT_COLUMNS = ("project_id", "actor_id", "role", "source_url", "ec_contribution", "end_of_participation")

_PIC = re.compile(r"[0-9]{9}")


def actor_id(pic: str) -> str:
    """The id of an organisation with this participant identification code.

    >>> actor_id("999997930")
    'cordis-999997930'
    """
    return f"cordis-{pic}"


def project_id(number: str) -> str:
    """The id of a project with this grant agreement number.

    The prefix differs from that of organisations, because a participant identification code may be the same number.

    >>> project_id("101070000")
    'cordis-project-101070000'
    """
    return f"cordis-project-{number}"


def project_url(number: str) -> str:
    """The public page of a project, which also lists its participants."""
    return f"https://cordis.europa.eu/project/id/{number}"


def actor_row(pic: str, values: Mapping[str, Any], cells: Cells) -> dict[str, str]:
    """The row of the organisation in a participation."""
    country = country_code(cells.name("country", values.get("country")))
    vat = _vat_number(cells.name("vatNumber", values.get("vatNumber")))
    identifiers = [f"pic:{pic}"] if _PIC.fullmatch(pic) else []
    if country == "VN" and mst.is_valid(digits := re.sub(r"[^0-9]", "", vat)):
        identifiers.append(f"tax:{digits}")
    return {
        "id": actor_id(pic),
        **_kind(str(values.get("activityType") or ""), values.get("SME")),
        "name": cells.name("name", values.get("name")),
        "short_name": cells.name("shortName", values.get("shortName")),
        "district_or_city": cells.name("city", values.get("city")),
        "country": country,
        "website": cells.name("organizationURL", values.get("organizationURL")),
        "identifiers": cells.items("identifiers", identifiers),
        "vat_number": vat,
        "street": cells.name("street", values.get("street")),
        "post_code": cells.name("postCode", values.get("postCode")),
        "nuts_code": cells.name("nutsCode", values.get("nutsCode")),
    }


def with_older_names(row: Mapping[str, str], names: Iterable[str], cells: Cells) -> dict[str, str]:
    """The row of an organisation, with its other names as aliases."""
    others = (name for name in names if name not in {row["name"], row["short_name"]})
    return dict(row) | {"aliases": cells.items("aliases", others)}


def country_code(written: str) -> str:
    """The ISO code of a country for its code in CORDIS.

    >>> country_code("EL"), country_code("VN")
    ('GR', 'VN')
    """
    return str(load_mapping("cordis")["countries"].get(written.upper(), written.upper()))


def _kind(activity: str, is_sme: object) -> dict[str, str]:
    known = load_mapping("cordis")
    kind = dict(known["activities"].get(activity.strip().upper(), known["activities"]["unknown"]))
    if str(is_sme).strip().lower() in {"true", "1", "y"} and kind["kind"] in known["sme"]:
        kind["subkind"] = known["sme"][kind["kind"]]
    return kind


def _vat_number(written: str) -> str:
    return "" if written.upper() in load_mapping("cordis")["vat"]["none"] else written


def project_row(
    number: str, values: Mapping[str, Any], about: Mapping[str, Sequence[str]], cells: Cells
) -> dict[str, str]:
    """The row of a project, with what the other files say about it.

    Parameters
    ----------
    about
        By file: EuroSciVoc paths, titles of topics, titles of the programme parts that pay for the project.
    """
    legal_basis = cells.name("legalBasis", values.get("legalBasis"))
    paths = [path.strip("/") for path in about["euroscivoc"] if path]
    headings = [path.rpartition("/")[2] for path in paths]
    return {
        "id": project_id(number),
        "kind": "project",
        "title": cells.name("title", values.get("title")),
        "summary": cells.text("objective", values.get("objective")),
        "theme": "; ".join(filter(None, about["legalbasis"])) or legal_basis,
        "fields": cells.items("fields", (field for path in paths for field in fields_of(path))),
        "start": cells.date("startDate", values.get("startDate")),
        "end": cells.date("endDate", values.get("endDate")),
        "total_cost": cells.amount("totalCost", values.get("totalCost")),
        "source_url": project_url(number),
        "acronym": cells.name("acronym", values.get("acronym")),
        "status": cells.name("status", values.get("status")),
        "framework_programme": cells.name("frameworkProgramme", values.get("frameworkProgramme")),
        "funding_scheme": cells.name("fundingScheme", values.get("fundingScheme")),
        "call": cells.name("masterCall", values.get("masterCall") or values.get("subCall")),
        "topics": cells.name("topics", values.get("topics")),
        "topic_titles": cells.items("topic_titles", about["topics"]),
        "legal_basis": legal_basis,
        "ec_max_contribution": cells.amount("ecMaxContribution", values.get("ecMaxContribution")),
        "ec_signature_date": cells.date("ecSignatureDate", values.get("ecSignatureDate")),
        "euroscivoc": cells.items("euroscivoc", headings),
        "keywords": cells.text("keywords", values.get("keywords")),
        "grant_doi": cells.name("grantDoi", values.get("grantDoi")),
        "rcn": cells.name("rcn", values.get("rcn")),
    }


def fields_of(path: str) -> tuple[str, ...]:
    """The fields of the deepest heading in a EuroSciVoc path that ``cordis.toml`` maps to fields.

    >>> fields_of("natural sciences/computer and information sciences/artificial intelligence/machine learning")
    ('digital_ai',)
    >>> fields_of("humanities/philosophy, ethics and religion")
    ()
    """
    crosswalk = load_mapping("cordis")["fields"]
    headings = (heading.strip().lower() for heading in reversed(path.split("/")))
    return next((tuple(crosswalk[heading]) for heading in headings if heading in crosswalk), ())


def participant_row(pic: str, number: str, values: Mapping[str, Any], cells: Cells) -> dict[str, str]:
    """The row of a participation of an organisation in a project."""
    return {
        "project_id": project_id(number),
        "actor_id": actor_id(pic),
        "role": cells.name("role", values.get("role")),
        "source_url": project_url(number),
        "ec_contribution": cells.amount("ecContribution", values.get("ecContribution")),
        "end_of_participation": cells.name("endOfParticipation", values.get("endOfParticipation")),
    }
