import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from graph.errors import IngestError
from graph.kinds import load_kinds
from ingest.registers.ror import convert_ror
from ingest.registers.writing import load_mapping
from tests.ingest.registers.archives import Converted, codes, ror_record, ror_zip, zip_of

FIRST, SECOND, THIRD = "01aaaaa11", "02bbbbb22", "03ccccc33"


def converted(source: Path, countries: Sequence[str] = ()) -> Converted:
    folder = source.with_suffix(".tables")
    return Converted(lambda into: convert_ror(source, into, countries), folder)


def part_of(parent: str, kind: str = "parent") -> dict[str, str]:
    return {"id": f"https://ror.org/{parent}", "label": "x", "type": kind}


def abroad(ror_id: str, **more: Any) -> dict[str, Any]:
    place = [{"geonames_id": 2, "geonames_details": {"country_code": "LA", "name": "Vientiane"}}]
    return ror_record(ror_id, "Sample of Laos", locations=place, **more)


def test_names_are_told_apart_by_language_and_type(tmp_path: Path) -> None:
    names = [
        {"lang": "en", "types": ["label", "ror_display"], "value": "Sample University"},
        {"lang": "vi", "types": ["label"], "value": "Trường Đại học Mẫu"},
        {"lang": "fr", "types": ["label"], "value": "Université Exemple"},
        {"lang": "en", "types": ["alias"], "value": "University of Sample"},
        {"lang": None, "types": ["acronym"], "value": "SU"},
        {"lang": None, "types": ["acronym"], "value": "ĐHM"},
    ]
    result = converted(ror_zip(tmp_path / "r.zip", [ror_record(FIRST, "", names=names)]))
    assert result.conversion.issues == ()
    (row,) = result.rows["actors"]
    assert (row["name"], row["name_en"], row["short_name"]) == ("Trường Đại học Mẫu", "Sample University", "SU")
    assert row["aliases"].split("|") == ["ĐHM", "Université Exemple", "University of Sample"]


def test_names_are_written_in_composed_form_and_a_separator_in_one_splits_nothing(tmp_path: Path) -> None:
    names = [
        {"lang": "vi", "types": ["ror_display"], "value": "Vie\u0323\u0302n Ma\u0302\u0303u"},
        {"lang": None, "types": ["alias"], "value": "A|B"},
    ]
    (row,) = converted(ror_zip(tmp_path / "r.zip", [ror_record(FIRST, "", names=names)])).rows["actors"]
    assert (row["name"], row["aliases"]) == ("Viện Mẫu", "A/B")
    assert "name_en" not in row


def test_an_organisation_keeps_its_place_links_and_identifiers(tmp_path: Path) -> None:
    record = ror_record(
        FIRST,
        "Sample University",
        established=1956,
        domains=["sample.edu.vn"],
        links=[
            {"type": "website", "value": "https://sample.edu.vn/"},
            {"type": "wikipedia", "value": "https://en.wikipedia.org/wiki/Sample"},
        ],
        external_ids=[
            {"type": "wikidata", "preferred": None, "all": ["Q11", "Q12"]},
            {"type": "grid", "preferred": "grid.1.1", "all": ["grid.1.1", "grid.2.2"]},
            {"type": "isni", "preferred": None, "all": ["0000 0001 2345 6789"]},
            {"type": "fundref", "preferred": None, "all": ["100", "200"]},
        ],
    )
    (row,) = converted(ror_zip(tmp_path / "r.zip", [record])).rows["actors"]
    assert row["id"] == "ror-01aaaaa11"
    assert row["identifiers"] == "ror:01aaaaa11|wikidata:Q11|wikidata:Q12"
    assert (row["grid"], row["isni"], row["fundref"]) == ("grid.1.1", "0000 0001 2345 6789", "100|200")
    assert (row["website"], row["domains"]) == ("https://sample.edu.vn/", "sample.edu.vn")
    assert (row["country"], row["district_or_city"], row["founded"]) == ("VN", "Hanoi", "1956")
    assert (row["source_url"], row["register_status"]) == ("https://ror.org/01aaaaa11", "active")


@pytest.mark.parametrize(
    ("types", "kind"),
    [
        (["funder", "education"], ("school", "university")),
        (["company"], ("business", None)),
        (["facility", "funder"], ("school", "research_institute")),
        (["government", "healthcare"], ("agency", None)),
        (["nonprofit"], ("intermediary", None)),
        (["something new"], ("intermediary", None)),
        ([], ("intermediary", None)),
    ],
)
def test_the_first_type_of_the_mapping_decides_the_kind(
    tmp_path: Path, types: list[str], kind: tuple[str, str | None]
) -> None:
    (row,) = converted(ror_zip(tmp_path / "r.zip", [ror_record(FIRST, "X", types=types)])).rows["actors"]
    assert (row["kind"], row.get("subkind")) == kind
    assert row.get("register_types", "") == "|".join(types)


def test_what_the_mapping_names_exists() -> None:
    kinds = load_kinds()
    for entry in load_mapping("organisations")["types"].values():
        assert entry.get("subkind", "") in {"", *kinds.actor[entry["kind"]].subkinds}
        assert kinds.relationship["part_of"].allows(entry["kind"], entry["kind"])


def test_a_parent_is_linked_where_both_ends_are_written(tmp_path: Path) -> None:
    records = [
        ror_record(FIRST, "Faculty", relationships=[part_of(SECOND), part_of("09zzzzz99"), part_of(FIRST)]),
        ror_record(SECOND, "University", relationships=[part_of(FIRST, "child"), part_of(THIRD, "related")]),
        abroad(THIRD, relationships=[part_of(SECOND), part_of(SECOND, "predecessor")]),
    ]
    source = ror_zip(tmp_path / "r.zip", records)
    links = [(row["source_id"], row["target_id"], row["kind"]) for row in converted(source).rows["relationships"]]
    assert links == [("ror-01aaaaa11", "ror-02bbbbb22", "part_of"), ("ror-03ccccc33", "ror-02bbbbb22", "part_of")]
    here = converted(source, ["vn"])
    assert [row["source_id"] for row in here.rows["relationships"]] == ["ror-01aaaaa11"]
    assert here.by_id()["ror-02bbbbb22"]["related_ids"] == "ror-03ccccc33"


def test_countries_and_withdrawn_records_are_left_out_and_counted(tmp_path: Path) -> None:
    records = [
        ror_record(FIRST, "Here"),
        abroad(SECOND),
        ror_record(THIRD, "Gone", status="withdrawn"),
        ror_record("04ddddd44", "Closed", status="inactive"),
    ]
    result = converted(ror_zip(tmp_path / "r.zip", records), ["VN"])
    (counts,) = result.conversion.records.values()
    assert (counts.n_read, counts.n_taken, counts.n_left_out) == (4, 2, 2)
    assert result.by_id()["ror-04ddddd44"]["register_status"] == "inactive"
    assert not result.conversion.has_errors


def test_a_broken_record_in_the_middle_costs_only_itself(tmp_path: Path) -> None:
    records = [ror_record(f"0{n:06}11", f"Sample {n}") for n in range(300)]
    text = json.dumps(records, indent=4).replace('"value": "Sample 150"', '"value": "Sam"ple 150"')
    result = converted(zip_of(tmp_path / "r.zip", {"v2.0-2026-01-01-ror-data.json": text}))
    assert codes(result.conversion.issues) == [("bad_json_record", 151)]
    assert len(result.rows["actors"]) == 299


def test_records_that_are_none_are_reported_with_their_number(tmp_path: Path) -> None:
    records = [
        ror_record(FIRST, "Good"),
        7,
        ror_record("nonsense", "Bad id"),
        ror_record(FIRST, "Twice"),
        ror_record(SECOND, "", names=[]),
        {"id": "https://ror.org/02bbbbb22", "names": None, "locations": "x", "links": [3], "types": {}},
    ]
    result = converted(ror_zip(tmp_path / "r.zip", records))
    assert codes(result.conversion.issues) == [
        ("not_an_object", 2),
        ("bad_register_id", 3),
        ("repeated_record", 4),
        ("missing_value", 5),
        ("missing_value", 6),
    ]


def test_a_dump_that_breaks_off_keeps_what_was_read(tmp_path: Path) -> None:
    whole = json.dumps([ror_record(FIRST, "A"), ror_record(SECOND, "B"), ror_record(THIRD, "C")])
    path = tmp_path / "v2.0-2026-01-01-ror-data.json"
    path.write_text(whole[: whole.index(THIRD) + 100], encoding="utf-8")
    result = converted(path)
    assert codes(result.conversion.issues) == [("bad_json_record", 3)]
    assert len(result.rows["actors"]) == 2


def test_the_file_in_schema_2_is_found_beside_others(tmp_path: Path) -> None:
    old = json.dumps([{"id": "https://ror.org/01aaaaa11", "name": "Old schema", "country": {}}])
    new = json.dumps([ror_record(FIRST, "New schema")])
    name = "v1.60-2025-02-27-ror-data"
    files = {f"{name}.csv": "id", f"{name}.json": old, f"{name}_schema_v2.json": new, f"{name}_schema_v2.csv": "id"}
    assert converted(zip_of(tmp_path / "r.zip", files)).rows["actors"][0]["name"] == "New schema"
    with pytest.raises(IngestError, match="schema 1"):
        convert_ror(zip_of(tmp_path / "old.zip", {f"{name}.json": old}), tmp_path)


@pytest.mark.parametrize(("name", "content"), [("a.txt", "x"), ("a.csv", "id\n")])
def test_what_is_no_dump_is_refused(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(IngestError, match="no JSON file"):
        convert_ror(tmp_path / name, tmp_path)
    with pytest.raises(IngestError, match="does not exist"):
        convert_ror(tmp_path / "nowhere.zip", tmp_path)
    with pytest.raises(IngestError, match="cannot be read"):
        convert_ror(tmp_path / ("x" * 300), tmp_path)


def test_an_empty_dump_converts_to_nothing_and_no_array_is_an_error(tmp_path: Path) -> None:
    assert converted(zip_of(tmp_path / "r.zip", {"ror-data.json": "[]"})).conversion.issues == ()
    assert codes(converted(zip_of(tmp_path / "e.zip", {"ror-data.json": " "})).conversion.issues) == [
        ("bad_json", None)
    ]


def test_every_type_of_the_schema_is_mapped() -> None:
    schema = {"archive", "company", "education", "facility", "funder", "government", "healthcare", "nonprofit", "other"}
    assert set(load_mapping("organisations")["types"]) == schema | {"unknown"}
