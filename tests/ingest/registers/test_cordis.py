import csv
import json
from pathlib import Path

import pytest

from graph.errors import IngestError
from graph.kinds import load_kinds
from graph.model import Actor, Participation
from ingest.registers.cordis import convert_cordis
from ingest.registers.writing import load_mapping
from tests.ingest.registers.archives import (
    FIRM,
    ORGANISATION_COLUMNS,
    PROJECT,
    PROJECT_COLUMNS,
    UNIVERSITY,
    Converted,
    codes,
    cordis_zip,
    semicolons,
    zip_of,
)


def converted(source: Path) -> Converted:
    return Converted(lambda folder: convert_cordis(source, folder), source.with_suffix(".tables"))


def test_a_programme_becomes_actors_projects_and_participants(tmp_path: Path) -> None:
    project = PROJECT | {"startDate": "2024-01-01", "endDate": "2026-12-31", "totalCost": "1250000,5"}
    result = converted(cordis_zip(tmp_path / "cordis-HORIZONprojects-csv.zip", [project]))
    assert result.conversion.issues == ()
    (row,) = result.rows["projects"]
    assert (
        row
        | {
            "id": "cordis-project-101000001",
            "kind": "project",
            "title": "Light for rice",
            "start": "2024-01-01",
            "end": "2026-12-31",
            "total_cost": "1250000.5",
            "acronym": "LANTERN",
            "source_url": "https://cordis.europa.eu/project/id/101000001",
        }
        == row
    )
    actors = result.by_id()
    assert (actors["cordis-900000001"]["kind"], actors["cordis-900000001"]["subkind"]) == ("school", "university")
    assert actors["cordis-900000002"]["identifiers"] == "pic:900000002"
    assert [(row["actor_id"], row["role"]) for row in result.rows["project_participants"]] == [
        ("cordis-900000001", "coordinator"),
        ("cordis-900000002", "participant"),
    ]
    tables = result.reading.tables
    assert (tables.of(Actor).num_rows, tables.of(Participation).num_rows) == (2, 2)


def test_one_organisation_in_many_rows_is_one_actor_named_as_in_the_latest(tmp_path: Path) -> None:
    rows = [
        UNIVERSITY | {"name": "Old Name", "shortName": "ON", "contentUpdateDate": "2015-01-01 10:00:00"},
        UNIVERSITY | {"name": "Latest", "city": "Bonn", "role": "partner", "contentUpdateDate": "2026-01-01 10:00:00"},
        UNIVERSITY | {"name": "Middle", "role": "thirdParty", "contentUpdateDate": "2020-01-01 10:00:00"},
    ]
    result = converted(cordis_zip(tmp_path / "c.zip", organisations=rows))
    (actor,) = result.rows["actors"]
    assert (actor["name"], actor["district_or_city"]) == ("Latest", "Bonn")
    assert set(actor["aliases"].split("|")) == {"Old Name", "Middle", "ON"}
    assert len(result.rows["project_participants"]) == 3


def test_rows_without_a_date_are_ordered_as_they_stand(tmp_path: Path) -> None:
    rows = [UNIVERSITY | {"name": name, "role": name} for name in ("First", "Second", "Third")]
    assert converted(cordis_zip(tmp_path / "c.zip", organisations=rows)).rows["actors"][0]["name"] == "Third"


def test_quotes_semicolons_newlines_and_entities_come_through(tmp_path: Path) -> None:
    project = PROJECT | {
        "title": 'A "quoted"; title\nin two lines &amp; more',
        "objective": "First;\nsecond &lt; third\n\n“đồng bằng”",
    }
    (row,) = converted(cordis_zip(tmp_path / "c.zip", [project])).rows["projects"]
    assert row["title"] == 'A "quoted"; title in two lines & more'
    assert row["summary"] == "First;\nsecond < third\n\n“đồng bằng”"


def test_quotes_behind_backslashes_are_read_as_well(tmp_path: Path) -> None:
    text = 'id;title;objective\n"1";"The \\"green\\"; city";"x"\n"2";"Path C:\\";"y"\n"3";"\\"All\\"";"z"\n'
    result = converted(cordis_zip(tmp_path / "c.zip", organisations=[UNIVERSITY | {"projectID": "1"}], project=text))
    assert [row["title"] for row in result.rows["projects"]] == ['The "green"; city', "Path C:\\", '"All"']


def test_a_byte_order_mark_and_missing_columns_do_no_harm(tmp_path: Path) -> None:
    few = ("projectID", "organisationID", "name")
    source = cordis_zip(
        tmp_path / "c.zip",
        project=("\ufeff" + semicolons([{"id": "101000001", "title": "T"}], ("id", "title"))).encode(),
        organization=semicolons([{column: UNIVERSITY[column] for column in few}], few),
    )
    result = converted(source)
    assert result.conversion.issues == ()
    assert result.rows["actors"][0]["kind"] == "intermediary"


def test_a_table_without_a_required_column_is_reported(tmp_path: Path) -> None:
    text = "projectID;name\n101000001;Sample\n"
    result = converted(cordis_zip(tmp_path / "c.zip", organization=text))
    assert [(issue.code, issue.column) for issue in result.conversion.issues] == [("missing_column", "organisationID")]
    assert len(result.rows["projects"]) == 1


def test_bad_records_are_reported_with_their_line_and_the_others_kept(tmp_path: Path) -> None:
    good = semicolons([UNIVERSITY, FIRM], ORGANISATION_COLUMNS).splitlines()
    bad = ['"101000001";"never closed', "only;three;cells"]
    nameless = semicolons([UNIVERSITY | {"name": ""}, UNIVERSITY | {"organisationID": " "}], ORGANISATION_COLUMNS)
    lost = semicolons([UNIVERSITY | {"projectID": "5"}], ORGANISATION_COLUMNS)
    lines = [*good[:2], *bad, good[2], *nameless.splitlines()[1:], *lost.splitlines()[1:]]
    result = converted(cordis_zip(tmp_path / "c.zip", organization="\n".join(lines) + "\n"))
    assert codes(result.conversion.issues) == [
        ("bad_quotes", 3),
        ("wrong_number_of_cells", 4),
        ("missing_value", 6),
        ("missing_value", 7),
        ("unknown_project", 8),
    ]
    assert {issue.file for issue in result.conversion.issues} == {"c.zip/organization.csv"}
    assert len(result.rows["actors"]) == 2


def test_a_project_that_comes_twice_is_taken_once(tmp_path: Path) -> None:
    result = converted(cordis_zip(tmp_path / "c.zip", [PROJECT, PROJECT | {"title": "Again"}]))
    assert codes(result.conversion.issues) == [("repeated_record", 3)]
    assert [row["title"] for row in result.rows["projects"]] == ["Light for rice"]


@pytest.mark.parametrize(
    ("column", "written", "kept"),
    [
        ("totalCost", "2.999.999,50", "2999999.50"),
        ("totalCost", "0", "0"),
        ("totalCost", "1 000", "1000"),
        ("totalCost", "-5", None),
        ("totalCost", "1,5 million", None),
        ("startDate", "2024-02-30", None),
        ("startDate", "31/01/2024", "2024-01-31"),
        ("startDate", "2024-01-31 00:00:00", "2024-01-31"),
    ],
)
def test_a_cell_is_normalised_or_left_out_and_reported(
    tmp_path: Path, column: str, written: str, kept: str | None
) -> None:
    result = converted(cordis_zip(tmp_path / "c.zip", [PROJECT | {column: written}]))
    target = {"totalCost": "total_cost", "startDate": "start"}[column]
    assert result.rows["projects"][0].get(target) == kept
    assert codes(result.conversion.issues) == ([] if kept else [("cell_left_out", 2)])
    assert not result.conversion.has_errors


def test_bytes_that_are_no_utf8_cost_their_cell(tmp_path: Path) -> None:
    text = semicolons([UNIVERSITY | {"city": "@@"}, FIRM | {"name": "##"}], ORGANISATION_COLUMNS).encode()
    source = cordis_zip(tmp_path / "c.zip", organization=text.replace(b"@@", b"K\xf6ln").replace(b"##", b"\xff"))
    result = converted(source)
    assert codes(result.conversion.issues) == [("cell_left_out", 2), ("cell_left_out", 3), ("missing_value", 3)]
    assert "district_or_city" not in result.by_id()["cordis-900000001"]


def test_countries_and_tax_codes_are_written_as_everybody_writes_them(tmp_path: Path) -> None:
    rows = [
        UNIVERSITY | {"country": "EL", "vatNumber": "EL090000000"},
        FIRM | {"country": "VN", "vatNumber": "VN0100109106"},
        FIRM | {"organisationID": "900000003", "country": "VN", "vatNumber": "0100109107"},
        FIRM | {"organisationID": "900000004", "country": "UK", "vatNumber": "MISSING"},
    ]
    actors = converted(cordis_zip(tmp_path / "c.zip", organisations=rows)).by_id()
    assert [row["country"] for row in actors.values()] == ["GR", "VN", "VN", "GB"]
    assert [row["identifiers"] for row in actors.values()] == [
        "pic:900000001",
        "pic:900000002|tax:0100109106",
        "pic:900000003",
        "pic:900000004",
    ]
    assert actors["cordis-900000001"]["vat_number"] == "EL090000000"
    assert "vat_number" not in actors["cordis-900000004"]


def test_small_firms_are_told_from_large_ones(tmp_path: Path) -> None:
    rows = [FIRM | {"SME": "true"}, FIRM | {"organisationID": "900000003"}, UNIVERSITY | {"SME": "true"}]
    actors = converted(cordis_zip(tmp_path / "c.zip", organisations=rows)).by_id()
    assert [row.get("subkind") for row in actors.values()] == ["university", "sme", None]


def test_contact_forms_are_not_taken_over(tmp_path: Path) -> None:
    form = "https://ec.europa.eu/contact/Jane-Doe"
    result = converted(cordis_zip(tmp_path / "c.zip", organisations=[UNIVERSITY | {"contactForm": form}]))
    assert form not in json.dumps(result.rows)


def test_the_other_files_give_fields_theme_and_topics(tmp_path: Path) -> None:
    path = "natural sciences/computer and information sciences/artificial intelligence/machine learning"
    source = cordis_zip(
        tmp_path / "c.zip",
        euroSciVoc=semicolons(
            [
                {"projectID": "101000001", "euroSciVocPath": "/" + path, "euroSciVocTitle": "machine learning"},
                {"projectID": "101000001", "euroSciVocPath": "humanities/philosophy", "euroSciVocTitle": "philosophy"},
            ],
            ("projectID", "euroSciVocCode", "euroSciVocPath", "euroSciVocTitle"),
        ),
        topics=semicolons(
            [{"projectID": "101000001", "topic": "T-1", "title": "A topic"}], ("projectID", "topic", "title")
        ),
        legalBasis=semicolons(
            [
                {"projectID": "101000001", "legalBasis": "H.1", "title": "Paid", "uniqueProgrammePart": "true"},
                {"projectID": "101000001", "legalBasis": "H.2", "title": "Profits", "uniqueProgrammePart": ""},
            ],
            ("projectID", "legalBasis", "title", "uniqueProgrammePart"),
        ),
    )
    (row,) = converted(source).rows["projects"]
    assert (row["fields"], row["theme"], row["topic_titles"]) == ("digital_ai", "Paid", "A topic")
    assert set(row["euroscivoc"].split("|")) == {"machine learning", "philosophy"}


def test_the_json_archive_says_the_same_as_the_csv_archive(tmp_path: Path) -> None:
    projects, organisations = [PROJECT | {"totalCost": "12.5"}], [UNIVERSITY, FIRM]
    as_json = {"project.json": json.dumps(projects), "organization.json": json.dumps(organisations)}
    (tmp_path / "json").mkdir()
    from_json = converted(zip_of(tmp_path / "json" / "c.zip", as_json))
    from_csv = converted(cordis_zip(tmp_path / "c.zip", projects, organisations))
    assert from_json.rows == from_csv.rows


def test_a_folder_of_several_programmes_is_one_network(tmp_path: Path) -> None:
    folder = tmp_path / "programmes"
    folder.mkdir()
    cordis_zip(folder / "h2020.zip")
    later = {"projectID": "101000002", "name": "University of Sample", "contentUpdateDate": "2026-01-01"}
    cordis_zip(folder / "horizon.zip", [PROJECT | {"id": "101000002"}], [UNIVERSITY | later])
    result = converted(folder)
    assert len(result.rows["projects"]) == 2
    assert result.by_id()["cordis-900000001"]["name"] == "University of Sample"
    assert result.by_id()["cordis-900000001"]["aliases"] == "UNIVERSITY OF SAMPLE"


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    whole = cordis_zip(tmp_path / "c.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(IngestError, match="no whole zip archive"):
        convert_cordis(tmp_path / "cut.zip", tmp_path)


def test_a_file_damaged_inside_its_archive_is_reported_and_the_records_before_stay(tmp_path: Path) -> None:
    rows = [FIRM | {"organisationID": f"9{n:08}", "name": f"Firm {n * 7919 % 10007}"} for n in range(4_000)]
    source = cordis_zip(tmp_path / "c.zip", organisations=rows)
    damaged = bytearray(source.read_bytes())
    middle = damaged.index(b"organization.csv") + 20_000
    damaged[middle : middle + 2_000] = b"\xff" * 2_000
    source.write_bytes(bytes(damaged))
    result = converted(source)
    assert ("unreadable_file", None) in codes(result.conversion.issues)
    assert result.conversion.has_errors
    assert 0 < len(result.rows["actors"]) < 4_000


@pytest.mark.parametrize("missing", ["project.csv", "organization.csv"])
def test_an_archive_without_its_main_files_is_refused(tmp_path: Path, missing: str) -> None:
    text = semicolons([PROJECT], PROJECT_COLUMNS)
    files = {"project.csv": text, "organization.csv": text}
    del files[missing]
    with pytest.raises(IngestError, match=missing.removesuffix(".csv")):
        convert_cordis(zip_of(tmp_path / "c.zip", files), tmp_path)


def test_what_the_mapping_names_exists(tmp_path: Path) -> None:
    kinds, known = load_kinds(), load_mapping("cordis")
    for activity in known["activities"].values():
        assert activity.get("subkind", "") in {"", *kinds.actor[activity["kind"]].subkinds}
    assert {field for fields in known["fields"].values() for field in fields} <= set(kinds.fields)
    for kind, subkind in known["sme"].items():
        assert subkind in kinds.actor[kind].subkinds


def test_a_huge_cell_is_read(tmp_path: Path) -> None:
    result = converted(cordis_zip(tmp_path / "c.zip", [PROJECT | {"objective": 'x "y"; ' * 10_000}]))
    assert len(result.rows["projects"][0]["summary"]) == 69_999
    assert csv.field_size_limit() >= 1 << 20


def test_more_names_than_a_cell_holds_are_reported(tmp_path: Path) -> None:
    rows = [UNIVERSITY | {"name": f"{n} {'x' * 900}", "role": str(n)} for n in range(120)]
    result = converted(cordis_zip(tmp_path / "c.zip", organisations=rows))
    assert codes(result.conversion.issues) == [("cell_left_out", None)]
    assert 100 < len(result.rows["actors"][0]["aliases"].split("|")) < 119
