import gzip
from collections.abc import Sequence
from pathlib import Path

import pytest

from graph.errors import IngestError
from ingest.registers.openalex import convert_openalex
from tests.ingest.registers.archives import Converted, codes, json_lines, openalex_record

PARENT = {"id": "https://openalex.org/I2", "display_name": "Parent", "relationship": "parent"}


def converted(source: Path, countries: Sequence[str] = ()) -> Converted:
    folder = source.parent / "tables"
    return Converted(lambda into: convert_openalex(source, into, countries), folder)


def lines(path: Path, *records: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json_lines(records).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def test_an_institution_becomes_an_actor_with_its_identifiers_and_names(tmp_path: Path) -> None:
    record = openalex_record(
        "I1",
        "Sample University",
        ror="https://ror.org/01aaaaa11",
        homepage_url="https://sample.edu.vn",
        display_name_acronyms=["SU"],
        display_name_alternatives=["Đại học Mẫu", "Sample University"],
        ids={"wikidata": "https://www.wikidata.org/wiki/Q42", "grid": "grid.1.1", "mag": 5},
        international={"display_name": {"vi": "Trường Đại học Mẫu", "en": "Sample University", "de": "Muster"}},
    )
    result = converted(lines(tmp_path / "in" / "institutions.jsonl", record))
    assert result.conversion.issues == ()
    (row,) = result.rows["actors"]
    assert row["id"] == "openalex-I1"
    assert (row["name"], row["name_en"], row["short_name"]) == ("Trường Đại học Mẫu", "Sample University", "SU")
    assert row["aliases"] == "Đại học Mẫu"
    assert row["identifiers"] == "openalex:I1|ror:01aaaaa11|wikidata:Q42"
    assert (row["kind"], row["country"], row["district_or_city"]) == ("school", "VN", "Hanoi")
    assert (row["works_count"], row["website"], row["grid"]) == ("7", "https://sample.edu.vn", "grid.1.1")


def test_a_snapshot_is_read_from_its_folders_and_the_newest_copy_counts(tmp_path: Path) -> None:
    institutions = tmp_path / "in" / "institutions"
    lines(institutions / "updated_date=2024-01-01" / "part_000.gz", openalex_record("I1", "Old name"))
    lines(institutions / "updated_date=2026-01-01" / "part_000.gz", openalex_record("I1", "New name"))
    lines(institutions / "updated_date=2026-01-01" / "part_001.gz", openalex_record("I3", "Other"))
    (institutions / "manifest").write_text("{}")
    result = converted(institutions)
    assert {row["name"] for row in result.rows["actors"]} == {"New name", "Other"}
    assert {name: counts.n_left_out for name, counts in result.conversion.records.items()} == {
        "updated_date=2026-01-01/part_001.gz": 0,
        "updated_date=2026-01-01/part_000.gz": 0,
        "updated_date=2024-01-01/part_000.gz": 1,
    }


def test_parents_are_linked_in_what_was_selected(tmp_path: Path) -> None:
    source = lines(
        tmp_path / "in" / "part_000.gz",
        openalex_record("I1", "Faculty", associated_institutions=[PARENT, PARENT | {"relationship": "related"}]),
        openalex_record("I2", "Parent"),
        openalex_record("I3", "Elsewhere", country_code="LA", geo={}, associated_institutions=[PARENT]),
    )
    assert len(converted(source).rows["relationships"]) == 2
    (link,) = converted(source, ["VN"]).rows["relationships"]
    assert (link["source_id"], link["target_id"], link["kind"]) == ("openalex-I1", "openalex-I2", "part_of")


def test_merged_ids_are_no_actors_and_stay_with_what_they_became(tmp_path: Path) -> None:
    snapshot = tmp_path / "data"
    lines(snapshot / "institutions" / "updated_date=2026-01-01" / "part_000.gz", openalex_record("I1", "Kept"))
    lines(snapshot / "institutions" / "updated_date=2020-01-01" / "part_000.gz", openalex_record("I9", "Merged"))
    lines(snapshot / "authors" / "updated_date=2026-01-01" / "part_000.gz", {"id": "https://openalex.org/A1"})
    merged = snapshot / "merged_ids" / "institutions" / "2025-01-01.csv.gz"
    merged.parent.mkdir(parents=True)
    merged.write_bytes(gzip.compress(b"merge_date,id,merge_into_id\n2025-01-01,I9,I1\n2025-01-01,I8,A1\n"))
    result = converted(snapshot)
    (row,) = result.rows["actors"]
    assert (row["id"], row["merged_ids"]) == ("openalex-I1", "I9")
    assert codes(result.conversion.issues) == [("bad_register_id", 3)]


def test_broken_lines_are_reported_and_the_others_kept(tmp_path: Path) -> None:
    path = tmp_path / "in" / "institutions.jsonl"
    good = json_lines([openalex_record("I1", "Good")])
    bad = ['{"id": "https://openalex.org/I5", \n', "[1]\n", "\n", '{"id": "https://openalex.org/A5"}\n']
    nameless = json_lines([openalex_record("I6", " "), openalex_record("I7", "x" * 2_000)])
    path.parent.mkdir()
    path.write_text("\ufeff" + "".join([*bad, good, nameless]), encoding="utf-8")
    result = converted(path)
    assert codes(result.conversion.issues) == [
        ("bad_json_record", 1),
        ("not_an_object", 2),
        ("bad_register_id", 4),
        ("missing_value", 6),
        ("cell_left_out", 7),
        ("missing_value", 7),
    ]
    assert [row["id"] for row in result.rows["actors"]] == ["openalex-I1"]


def test_a_part_that_breaks_off_is_reported_and_the_lines_before_stay(tmp_path: Path) -> None:
    whole = lines(tmp_path / "in" / "part_000.gz", *(openalex_record(f"I{n}", f"S{n * 7919}") for n in range(1, 900)))
    whole.write_bytes(whole.read_bytes()[:-500])
    result = converted(whole)
    assert ("unreadable_file", None) in codes(result.conversion.issues)
    assert 0 < len(result.rows["actors"]) < 899


def test_a_folder_without_institutions_is_refused(tmp_path: Path) -> None:
    lines(tmp_path / "data" / "authors" / "part_000.gz", {})
    with pytest.raises(IngestError, match="no institutions"):
        convert_openalex(tmp_path / "data", tmp_path)
