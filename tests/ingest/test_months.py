"""A list that comes every month: what is new, changed, gone and back, and what a load would change."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from graph.changes import read_changes
from graph.model import Actor, Fact, Relationship
from graph.sqlite_store import SqliteStore
from graph.tables import key_of
from ingest.differences import compare
from ingest.load import load_folder
from tests.ingest.folders import write_csv, write_folder

HEADER = ("STT", "Tên đơn vị", "Loại hình", "Nhu cầu", "Trực thuộc")
OCTOBER = (
    ("1", "Công ty Cổ phần An Phát", "Doanh nghiệp", "tìm trường", ""),
    ("2", "Trường Đại học Thủy lợi", "Trường đại học", "", ""),
    ("3", "Startup Xanh", "Startup", "vốn", ""),
    ("4", "Viện Nước", "Viện nghiên cứu", "", "Trường Đại học Thủy lợi"),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(tmp_path / "network.db") as opened:
        yield opened


def month(folder: Path, rows: Sequence[Sequence[str]], name: str = "DS thành viên.csv") -> Path:
    folder.mkdir(exist_ok=True)
    lines = [dict(zip(HEADER, row, strict=True)) for row in rows]
    write_csv(folder / name, [{"": "", **line} for line in lines])
    return folder


def names_of(fact: Fact) -> tuple[str, tuple[str, ...]]:
    assert isinstance(fact, Actor)
    return fact.name, fact.needs


def members(store: SqliteStore) -> Mapping[str, Actor]:
    return {actor.name: actor for actor in store.tables().facts(Actor)}


def test_the_next_month_updates_marks_what_is_gone_and_brings_nothing_back(store: SqliteStore, tmp_path: Path) -> None:
    load_folder(store, month(tmp_path / "a", OCTOBER, "DS thành viên T10-2026.csv"))
    before = members(store)
    changed = ("1", "Trường Đại học Thủy lợi", "Trường đại học", "đo mặn", "")
    november = [changed, OCTOBER[0], OCTOBER[3], ("4", "Quỹ Sao", "Quỹ đầu tư", "", "")]
    report = load_folder(store, month(tmp_path / "b", november, "DS thành viên T11-2026.csv"))
    after = members(store)
    assert after.keys() == {*before, "Quỹ Sao"}
    assert all(after[name].id == before[name].id for name in before)
    assert after["Trường Đại học Thủy lợi"].needs == ("đo mặn",)
    (last_load,) = store.events("load")[:1]
    assert after["Startup Xanh"].provenance.last_seen == last_load.at[:10]
    assert [name for name, actor in after.items() if actor.provenance.last_seen] == ["Startup Xanh"]
    assert [(each.source, each.n_vanished, each.is_marked) for each in report.vanished] == [
        ("DS thành viên.csv", 1, True)
    ]
    (told,) = [change for change in read_changes(store, n_loads=1) if change.table == "actors"]
    assert [len(told.new), len(told.changed), len(told.vanished)] == [1, 1, 1]
    load_folder(store, month(tmp_path / "c", [*november, OCTOBER[2]], "DS thành viên T12-2026.csv"))
    assert not any(actor.provenance.last_seen for actor in members(store).values())
    assert [len(change.returned) for change in read_changes(store, n_loads=1)] == [1]


def test_two_lists_that_tell_of_the_same_parties_keep_their_agreements_apart(
    store: SqliteStore, tmp_path: Path
) -> None:
    folder = month(tmp_path / "a", OCTOBER)

    def agreements(name: str, *days: str) -> Path:
        rows = [f"{OCTOBER[0][1]};{OCTOBER[1][1]};MOU;{day}" for day in days]
        text = "\n".join(["Bên A;Bên B;Loại;Ngày ký", *rows])
        (folder / name).write_text(text + "\n", encoding="utf-8")
        return folder / name

    def days() -> list[str]:
        ties = [tie for tie in store.tables().facts(Relationship) if tie.kind == "signed_mou"]
        return sorted(tie.since or "" for tie in ties if not tie.provenance.last_seen)

    agreements("Sở.csv", "2025-03-01")
    agreements("Trung tâm.csv", "2026-05-02", "2026-06-03")
    load_folder(store, folder)
    assert days() == ["2025-03-01", "2026-05-02", "2026-06-03"]
    report = load_folder(store, agreements("Trung tâm.csv", "2026-05-02", "2026-06-04"))
    assert [(each.n_vanished, each.is_marked) for each in report.vanished] == [(1, True)]
    assert days() == ["2025-03-01", "2026-05-02", "2026-06-04"]
    load_folder(store, agreements("Sở 2026.csv", "2026-03-09"))
    assert days() == ["2025-03-01", "2026-03-09", "2026-05-02", "2026-06-04"]
    revision = store.revision()
    load_folder(store, folder)
    assert store.revision() == revision


def test_what_was_erased_does_not_come_back_with_the_next_file(store: SqliteStore, tmp_path: Path) -> None:
    folder = month(tmp_path / "a", OCTOBER)
    load_folder(store, folder)
    erased = members(store)["Startup Xanh"].id
    assert store.erase_actor(erased)
    report = load_folder(store, folder)
    assert [(issue.code, issue.line, issue.value) for issue in report.issues] == [("erased", 4, None)]
    assert erased not in {actor.id for actor in members(store).values()}
    assert erased not in json.dumps([dict(event.payload) for event in store.events()])


def test_a_file_that_holds_hardly_any_of_the_list_is_another_list(store: SqliteStore, tmp_path: Path) -> None:
    load_folder(store, month(tmp_path / "a", OCTOBER))
    other = [("1", f"Công ty {name}", "Doanh nghiệp", "", "") for name in ("Đỏ", "Vàng", "Tím")]
    report = load_folder(store, month(tmp_path / "b", other))
    assert [issue.code for issue in report.issues] == ["other_list"]
    assert not any(actor.provenance.last_seen for actor in members(store).values())
    apart = load_folder(store, month(tmp_path / "c", other[:1]), collection="mầm non")
    assert apart.issues == ()
    assert len(members(store)) == 7
    assert len(store.tables().actors) == 8


def test_a_row_that_is_kept_out_this_month_is_not_gone(store: SqliteStore, tmp_path: Path) -> None:
    rows = [{"id": f"a{n}", "kind": "school", "name": f"Viện {n}"} for n in range(4)]
    load_folder(store, write_folder(tmp_path / "a", actors=rows))
    report = load_folder(store, write_folder(tmp_path / "b", actors=[*rows[:3], rows[3] | {"kind": "shool"}]))
    assert report.rows.n_rejected == 1
    assert report.vanished == ()


def test_a_file_that_cannot_be_read_marks_nothing(store: SqliteStore, tmp_path: Path) -> None:
    folder = month(tmp_path / "a", OCTOBER)
    load_folder(store, folder)
    (folder / "DS thành viên.csv").write_bytes(b"PK\x03\x04 torn")
    (folder / "khác.csv").write_text("Tên đơn vị;Loại hình\nViện B;Viện nghiên cứu\n", encoding="utf-8")
    report = load_folder(store, folder)
    assert report.has_errors
    assert not any(actor.provenance.last_seen for actor in members(store).values())


def test_what_a_load_would_change_is_what_it_changes(store: SqliteStore, tmp_path: Path) -> None:
    load_folder(store, month(tmp_path / "a", OCTOBER))
    november = [OCTOBER[0], ("2", *OCTOBER[1][1:3], "đo mặn", ""), OCTOBER[2], ("4", "Quỹ Sao", "Quỹ đầu tư", "", "")]
    folder = month(tmp_path / "b", november)
    revision = store.revision()
    found, issues = compare(store, folder)
    assert (issues, store.revision()) == ((), revision)
    actors, links = found
    assert [names_of(fact) for fact in actors.new] == [("Quỹ Sao", ())]
    assert [(names_of(old)[1], names_of(new)[1]) for old, new in actors.changed] == [((), ("đo mặn",))]
    assert [names_of(fact) for fact in actors.vanished] == [("Viện Nước", ())]
    assert (links.table, len(links.vanished)) == ("relationships", 1)
    load_folder(store, folder)
    told = {change.table: change for change in read_changes(store, n_loads=1)}
    assert told["actors"].vanished == (key_of(actors.vanished[0]),)
    assert compare(store, folder)[0] == []


def test_clear_records_are_linked_once_and_a_person_has_the_last_word(store: SqliteStore, tmp_path: Path) -> None:
    folder = month(tmp_path / "a", OCTOBER)
    other = [("1", "CTCP An Phát", "Doanh nghiệp", "", ""), ("2", "Trường ĐH Thủy lợi", "Trường ĐH", "", "")]
    month(folder, other, "Sự kiện.csv")
    report = load_folder(store, folder)
    assert report.linked is not None
    names = {actor.id: actor.name for actor in store.tables().facts(Actor)}
    linked = {frozenset((names[pair.left_id], names[pair.right_id])) for pair in report.linked.linked}
    assert linked >= {frozenset({"Trường Đại học Thủy lợi", "Trường ĐH Thủy lợi"})}
    judged = store.events("judgement")
    month(folder, [*other, ("3", "Viện Mới", "Viện nghiên cứu", "", "")], "Sự kiện.csv")
    again = load_folder(store, folder)
    assert again.linked is not None
    assert (again.linked.linked, again.linked.n_withdrawn) == ((), 0)
    assert json.dumps([event.payload["by"] for event in judged]) == json.dumps(["ketnoi"] * len(judged))
