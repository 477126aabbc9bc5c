from collections.abc import Mapping
from pathlib import Path

import pytest

from graph.kinds import load_kinds
from graph.model import Actor, Participation, Project, Relationship
from ingest.issues import Issue
from ingest.load import Reading, read_tables
from tests.ingest.folders import ACTOR, PROJECT, SCHOOL, Rows, write_folder

MOU = {"source_id": "a1", "target_id": "a2", "kind": "signed_mou"}
PART = {"project_id": "p1", "actor_id": "a1"}


def read(folder: Path, **tables: Rows) -> Reading:
    return read_tables(write_folder(folder, "csv", **tables))


def only_issue(reading: Reading) -> Issue:
    assert len(reading.issues) == 1, reading.issues
    return reading.issues[0]


def summary(issue: Issue) -> tuple[str, int | None, str | None, str | None, str | None]:
    return issue.code, issue.line, issue.column, issue.value, issue.detail


def test_every_column_of_the_format_arrives_in_its_place(tmp_path: Path) -> None:
    actor = ACTOR | {
        "subkind": "",
        "name_en": "Sunlight",
        "short_name": "AD",
        "aliases": "Ánh Dương | Anh Duong JSC",
        "summary": "Đo bụi mịn",
        "summary_en": "Fine dust",
        "fields": "digital_ai|smart_city",
        "needs": "nơi đặt trạm",
        "offers": "cảm biến|bản đồ",
        "district_or_city": "Hà Nội",
        "country": "VN",
        "founded": "2020-05",
        "website": "anhduong.vn",
        "source_url": "https://example.org/a",
        "Mã số thuế": "0101",
        "status": "active",
    }
    project = PROJECT | {"owner_id": "a1", "year": "2024", "end": "2025-06", "total_cost": "183454.80", "theme": "T"}
    mou = MOU | {"since": "2024", "until": "2025-01-31", "status": "active", "value_vnd": "1500000000", "note": "Ghi"}
    reading = read(
        tmp_path,
        actors=[actor, SCHOOL],
        projects=[project],
        relationships=[mou],
        project_participants=[PART | {"role": "chủ trì"}],
    )
    assert [issue.code for issue in reading.issues] == ["unknown_column", "unknown_column"]
    found = reading.tables.facts(Actor)[0]
    assert found.aliases == ("Ánh Dương", "Anh Duong JSC")
    assert found.fields == ("digital_ai", "smart_city")
    assert (found.needs, found.offers) == (("nơi đặt trạm",), ("cảm biến", "bản đồ"))
    assert (found.founded, found.country, found.website) == ("2020-05", "VN", "anhduong.vn")
    assert dict(found.attributes) == {"Mã số thuế": "0101", "status": "active"}
    assert (found.provenance.source, found.provenance.source_url) == ("actors.csv", "https://example.org/a")
    owned = reading.tables.facts(Project)[0]
    assert (owned.owner_id, owned.started, owned.end, owned.total_cost) == ("a1", "2024", "2025-06", 183454.8)
    tie = reading.tables.facts(Relationship)[0]
    assert (tie.since, tie.until, tie.status, tie.value_vnd, tie.note) == (
        "2024",
        "2025-01-31",
        "active",
        1_500_000_000,
        "Ghi",
    )
    assert reading.tables.facts(Participation)[0].role == "chủ trì"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"id": ""}, ("missing_value", 2, "id", None, None)),
        ({"name": "  "}, ("missing_value", 2, "name", None, None)),
        ({"kind": "starup"}, ("unknown_kind", 2, "kind", "starup", "startup")),
        ({"kind": "Doanh nghiệp"}, ("unknown_kind", 2, "kind", "Doanh nghiệp", "business")),
        ({"kind": "NHA TRUONG"}, ("unknown_kind", 2, "kind", "NHA TRUONG", "school")),
        ({"kind": "12345"}, ("unknown_kind", 2, "kind", "12345", ", ".join(load_kinds().actor))),
        ({"founded": "31/02/2025"}, ("bad_date", 2, "founded", "31/02/2025", "2025-02")),
        ({"id": "a\u200b1"}, ("bad_character", 2, "id", "a\\u200b1", "U+200B ZERO WIDTH SPACE")),
        ({"id": "x" * 201}, ("too_long", 2, "id", "x" * 79 + "…", "200")),
        ({"name": "x" * 1001}, ("too_long", 2, "name", "x" * 79 + "…", "1000")),
        ({"summary": "x" * 10_000_000}, ("too_long", 2, "summary", "x" * 79 + "…", "100000")),
        ({"summary": "x\n" * 5_000_000}, ("too_long", 2, "summary", "x " * 39 + "x…", "100000")),
    ],
)
def test_a_bad_cell_keeps_its_row_out_and_no_other(
    tmp_path: Path, changes: Mapping[str, str], expected: tuple[str, int, str, str, str]
) -> None:
    reading = read(tmp_path, actors=[ACTOR | dict(changes), SCHOOL])
    assert summary(reading.issues[0]) == expected
    assert reading.issues[0].severity == "error"
    assert [actor.id for actor in reading.tables.facts(Actor)] == ["a2"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"subkind": "universty"}, ("unknown_subkind", 2, "subkind", "universty", "university")),
        ({"fields": "digital_ia|smart_city"}, ("unknown_field", 2, "fields", "digital_ia", "digital_ai")),
        ({"fields": "an ninh mạng"}, ("unknown_field", 2, "fields", "an ninh mạng", "cybersecurity")),
        ({"website": "javascript:alert(1)"}, ("not_a_web_address", 2, "website", "javascript:alert(1)", None)),
        ({"source_url": "theo báo"}, ("not_a_web_address", 2, "source_url", "theo báo", None)),
        ({"summary": "a\x07b"}, ("removed_character", 2, "summary", "a b", "U+0007")),
        ({"name": "Tr\ufffdờng"}, ("lost_character", 2, "name", "Tr\ufffdờng", "U+FFFD REPLACEMENT CHARACTER")),
        ({"sumary": "x"}, ("unknown_column", 2, "sumary", None, "summary")),
    ],
)
def test_a_doubtful_cell_is_kept_with_a_warning(
    tmp_path: Path, changes: Mapping[str, str], expected: tuple[str, int, str, str, str]
) -> None:
    reading = read(tmp_path, actors=[SCHOOL | dict(changes)])
    issue = only_issue(reading)
    assert summary(issue) == expected
    assert issue.severity == "warning"
    assert reading.tables.actors.num_rows == 1


def test_a_row_tells_all_that_is_wrong_with_it_at_once(tmp_path: Path) -> None:
    reading = read(tmp_path, actors=[{"id": "a1", "kind": "starup", "name": "", "founded": "2025-13"}])
    assert {issue.code for issue in reading.issues} == {"unknown_kind", "missing_value", "bad_date"}


def test_a_missing_required_column_is_said_once_and_other_tables_are_read(tmp_path: Path) -> None:
    reading = read(tmp_path, actors=[{"id": "a1", "name": "A"}, {"id": "a2", "name": "B"}], projects=[PROJECT])
    issue = only_issue(reading)
    assert summary(issue) == ("missing_column", None, "kind", None, "id, name")
    assert (reading.tables.actors.num_rows, reading.tables.projects.num_rows) == (0, 1)
    assert list(reading.counts) == ["projects"]


def test_the_second_row_of_an_id_is_rejected_and_names_the_first(tmp_path: Path) -> None:
    reading = read(tmp_path, actors=[ACTOR, SCHOOL, ACTOR | {"name": "Khác"}], projects=[PROJECT, PROJECT])
    assert [summary(issue) for issue in reading.issues] == [
        ("duplicate_id", 4, "id", "a1", "2"),
        ("duplicate_id", 3, "id", "p1", "2"),
    ]
    assert reading.tables.facts(Actor)[0].name == ACTOR["name"]


def test_an_id_whose_first_row_was_bad_is_free_for_the_next(tmp_path: Path) -> None:
    reading = read(tmp_path, actors=[ACTOR | {"founded": "x"}, ACTOR])
    assert [issue.code for issue in reading.issues] == ["bad_date"]
    assert reading.tables.actors.num_rows == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"target_id": "a9"}, ("unknown_actor", 2, "target_id", "a9", None)),
        ({"source_id": "a9"}, ("unknown_actor", 2, "source_id", "a9", None)),
        ({"target_id": "a1"}, ("self_relationship", 2, "target_id", "a1", None)),
        ({"kind": "signed_mous"}, ("unknown_kind", 2, "kind", "signed_mous", "signed_mou")),
        ({"kind": "founded_by", "source_id": "a3"}, ("ends_not_allowed", 2, "kind", "founded_by", "expert → school")),
        ({"value_vnd": "1.500.000"}, ("bad_number", 2, "value_vnd", "1.500.000", "1500000")),
        ({"since": "2025-02-30"}, ("bad_date", 2, "since", "2025-02-30", "2025-02")),
    ],
)
def test_a_bad_relationship_is_rejected(
    tmp_path: Path, changes: Mapping[str, str], expected: tuple[str, int, str, str, str]
) -> None:
    actors = [ACTOR, SCHOOL, {"id": "a3", "kind": "expert", "name": "Trần Thị B"}]
    reading = read(tmp_path, actors=actors, relationships=[MOU | dict(changes), MOU])
    assert summary(only_issue(reading)) == expected
    assert len(reading.tables.facts(Relationship)) == 1


def test_a_participation_needs_its_project_and_its_actor(tmp_path: Path) -> None:
    rows = [PART, PART | {"actor_id": "a9"}, PART | {"project_id": "p9"}, {"project_id": "p9", "actor_id": "a9"}]
    reading = read(tmp_path, actors=[ACTOR], projects=[PROJECT], project_participants=rows)
    assert [(issue.code, issue.line) for issue in reading.issues] == [
        ("unknown_actor", 3),
        ("unknown_project", 4),
        ("unknown_project", 5),
        ("unknown_actor", 5),
    ]
    assert reading.counts["project_participants"].n_rejected == 3


def test_links_to_a_rejected_row_are_rejected_too(tmp_path: Path) -> None:
    reading = read(tmp_path, actors=[ACTOR | {"kind": "?"}, SCHOOL], relationships=[MOU])
    assert [issue.code for issue in reading.issues] == ["unknown_kind", "unknown_actor"]


def test_links_of_one_kind_between_the_same_ends_are_counted_in_their_order(tmp_path: Path) -> None:
    rows = [MOU | {"since": "2024"}, MOU | {"kind": "rd_contract"}, MOU | {"since": "2023"}, MOU | {"since": "2024"}]
    reading = read(tmp_path, actors=[ACTOR, SCHOOL], relationships=rows)
    ties = reading.tables.facts(Relationship)
    assert [(tie.kind, tie.occurrence, tie.since) for tie in ties] == [
        ("rd_contract", 0, None),
        ("signed_mou", 0, "2024"),
        ("signed_mou", 1, "2023"),
    ]
    assert summary(only_issue(reading)) == ("repeated_link", 5, None, None, "2")
    counts = reading.counts["relationships"]
    assert (counts.n_read, counts.n_loaded, counts.n_repeated, counts.n_rejected) == (4, 4, 1, 0)


def test_links_that_differ_in_an_attribute_or_a_source_are_two(tmp_path: Path) -> None:
    rows = [PART | {"role": "x"}, PART | {"role": "x", "lô": "2"}, PART | {"role": "x", "source_url": "https://a.vn"}]
    reading = read(tmp_path, actors=[ACTOR], projects=[PROJECT], project_participants=rows)
    assert [part.occurrence for part in reading.tables.facts(Participation)] == [0, 1, 2]
    assert [issue.code for issue in reading.issues] == ["unknown_column"]


def test_projects_may_lack_a_title_or_a_known_owner(tmp_path: Path) -> None:
    reading = read(tmp_path, actors=[ACTOR], projects=[PROJECT | {"title": "", "owner_id": "a9"}])
    assert [(issue.code, issue.severity) for issue in reading.issues] == [
        ("missing_title", "warning"),
        ("unknown_owner", "warning"),
    ]
    assert reading.tables.facts(Project)[0].owner_id == "a9"


@pytest.mark.parametrize(
    ("since", "until", "is_doubtful"),
    [
        ("2024", "2023-12-31", True),
        ("2024-05", "2024", False),
        ("2024", "2024-01", False),
        ("2024-05-02", "2024-05", False),
        ("2024-05-02", "2024-05-01", True),
        ("2024-05", "2024-04", True),
    ],
)
def test_an_end_before_its_start_is_doubted_only_where_no_days_could_fit(
    tmp_path: Path, since: str, until: str, is_doubtful: bool
) -> None:
    reading = read(tmp_path, actors=[ACTOR, SCHOOL], relationships=[MOU | {"since": since, "until": until}])
    assert [issue.code for issue in reading.issues] == ["ends_before_start"] * is_doubtful
    assert reading.tables.relationships.num_rows == 1


def test_what_holds_for_a_table_is_said_once(tmp_path: Path) -> None:
    rows = [ACTOR | {"id": f"a{n}", "fields": "ai|web3", "màu": "đỏ"} for n in range(50)]
    reading = read(tmp_path, actors=rows)
    assert sorted((issue.code, issue.value) for issue in reading.issues) == [
        ("unknown_column", None),
        ("unknown_field", "ai"),
        ("unknown_field", "web3"),
    ]


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "'; DROP TABLE actors; --", "MATCH (n) DETACH DELETE n", "=1+1", "[red]đỏ[/red]"],
)
def test_fragments_of_code_are_texts_like_others(tmp_path: Path, text: str) -> None:
    reading = read(tmp_path, actors=[ACTOR | {"id": text, "name": text}])
    assert reading.issues == ()
    assert (reading.tables.facts(Actor)[0].id, reading.tables.facts(Actor)[0].name) == (text, text)
