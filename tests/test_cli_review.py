"""Review, judge, merges, unmerge and diff on the command line."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from graph.changes import ChangeLog
from graph.judgements import MACHINE, Judgement, append_judgements, read_judgements
from graph.model import Actor, Project, Provenance, Relationship
from graph.sqlite_store import SqliteStore
from service.review import compare
from tests.test_cli_network import Ketnoi

A = Actor("a", "school", "Đại học A", district_or_city="Hà Nội", provenance=Provenance("may.csv"))
B = Actor("b", "school", "[bold]Trường A[/bold]", identifiers=("ror:1",), provenance=Provenance("june.csv"))
C = Actor("c", "startup", "Công ty C", provenance=Provenance("june.csv"))


@pytest.fixture
def ketnoi(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Ketnoi:
    path = tmp_path / "network.db"
    monkeypatch.setenv("KETNOI_STORE", str(path))
    monkeypatch.setenv("KETNOI_LANGUAGE", "vi")
    monkeypatch.delenv("KETNOI_STAFF", raising=False)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    with SqliteStore(path) as store:
        store.upsert_actors([A, B, C])
        append_judgements(
            store,
            [
                Judgement.now("a", "b", "unsure", MACHINE, 0.7),
                Judgement.now("b", "c", "unsure", MACHINE, 0.4),
            ],
        )
    return Ketnoi(monkeypatch, capsys, path)


def said(ketnoi: Ketnoi) -> list[tuple[str, str, str, str]]:
    with SqliteStore(ketnoi.store) as store:
        return [(*entry.pair, entry.verdict, entry.by) for entry in read_judgements(store) if entry.is_human]


def test_review_lists_pairs_side_by_side(ketnoi: Ketnoi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    listed = ketnoi("review")
    assert listed.exit_code == 0
    for text in ("Đại học A", "[bold]Trường A[/bold]", "ror:1", "Hà Nội", "70%", "may.csv", "2 cặp đang chờ duyệt"):
        assert text in listed.out
    assert listed.out.index("Đại học A") < listed.out.index("Công ty C")


def test_review_as_json_is_complete(ketnoi: Ketnoi) -> None:
    rows = json.loads(ketnoi("review", "--json").out)
    assert [(row["left"]["id"], row["right"]["id"]) for row in rows] == [("a", "b"), ("b", "c")]
    assert rows[0]["judgement"]["probability"] == 0.7
    assert [trait["name"] for trait in rows[0]["traits"]] == [trait.name for trait in compare(A, B, "vi")]
    assert len(json.loads(ketnoi("review", "--json", "--limit", 1).out)) == 1


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("y\nn\n", [("a", "b", "same", "lan.p"), ("b", "c", "different", "lan.p")]),
        ("\n?\n", [("b", "c", "unsure", "lan.p")]),
        ("what\nn\nq\n", [("a", "b", "different", "lan.p")]),
        ("q\n", []),
        ("n\n", [("a", "b", "different", "lan.p")]),
    ],
)
def test_review_asks_in_a_terminal(
    ketnoi: Ketnoi, monkeypatch: pytest.MonkeyPatch, typed: str, expected: list[Any]
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    asked = ketnoi("review", "--by", "lan.p")
    assert asked.exit_code == 0
    n_left = 2 - sum(verdict != "unsure" for *_, verdict, _ in expected)
    assert f"{n_left} cặp đang chờ duyệt" in asked.out
    assert "[y/n/?/Enter/q]" in asked.out
    assert said(ketnoi) == expected


def test_whoever_judges_signs(ketnoi: Ketnoi, monkeypatch: pytest.MonkeyPatch) -> None:
    unsigned = ketnoi("judge", "a", "b", "same")
    assert (unsigned.exit_code, "KETNOI_STAFF" in unsigned.err) == (2, True)
    assert ketnoi("judge", "a", "b", "same", "--by", "Lan Phạm").exit_code == 2
    assert ketnoi("judge", "a", "b", "same", "--by", MACHINE).exit_code == 2
    assert said(ketnoi) == []
    monkeypatch.setenv("KETNOI_STAFF", "minh")
    assert ketnoi("judge", "b", "a", "same").exit_code == 0
    assert said(ketnoi) == [("a", "b", "same", "minh")]


def test_merges_are_listed_and_taken_apart(ketnoi: Ketnoi) -> None:
    ketnoi("judge", "a", "b", "same", "--by", "lan.p")
    ketnoi("judge", "b", "c", "same", "--by", "lan.p")
    listed = ketnoi("merges")
    for text in ("Đại học A", "[bold]Trường A[/bold]", "june.csv", "lan.p", "1 thành viên được ghép"):
        assert text in listed.out
    (merge,) = json.loads(ketnoi("merges", "--json").out)["merges"]
    assert merge["canonical_id"] == "a"
    assert [source["id"] for source in merge["sources"]] == ["a", "b", "c"]
    assert ketnoi("unmerge", "c", "--by", "minh").exit_code == 0
    (merge,) = json.loads(ketnoi("merges", "--json").out)["merges"]
    assert [source["id"] for source in merge["sources"]] == ["a", "b"]
    assert said(ketnoi)[-2:] == [("a", "c", "different", "minh"), ("b", "c", "different", "minh")]
    assert ketnoi("unmerge", "c", "--by", "minh").exit_code == 2
    assert ketnoi("judge", "a", "nobody", "same", "--by", "minh").exit_code == 2


def test_contradictions_are_told(ketnoi: Ketnoi) -> None:
    for pair in (("a", "b", "same"), ("b", "c", "same"), ("a", "c", "different")):
        ketnoi("judge", *pair, "--by", "lan.p")
    listed = ketnoi("merges")
    assert "a, b, c" in listed.out
    assert json.loads(ketnoi("merges", "--json").out)["conflicts"][0]["ids"] == ["a", "b", "c"]


def test_diff_shows_what_loads_changed(ketnoi: Ketnoi) -> None:
    assert "Chưa có thay đổi nào" in ketnoi("diff").out
    gone = Actor("c", "startup", "Công ty C", provenance=Provenance("june.csv", last_seen="2026-06-30"))
    with SqliteStore(ketnoi.store) as store:
        ChangeLog(store, "2026-06-01T00:00:00Z").upsert([Actor("d", "expert", "Dung", provenance=A.provenance)])
        july = ChangeLog(store, "2026-07-01T00:00:00Z")
        july.upsert([Actor("a", "school", "Đại học A mới", provenance=A.provenance), gone])
        july.upsert([Relationship("a", "b", "mentors", provenance=A.provenance)])
        july.upsert([Project("p", "project", "Dự án P", provenance=A.provenance)])
    latest = ketnoi("diff").out
    for text in (
        "a Đại học A mới: name, district_or_city",
        "không còn trong nguồn: 1",
        "c Công ty C",
        "a · b · mentors",
    ):
        assert text in latest
    assert "p Dự án P" in latest
    assert "Dung" not in latest
    assert "d Dung" in ketnoi("diff", "--since", 2).out
    assert "d Dung" not in ketnoi("diff", "--since", "2026-07").out
    assert "gone from the source: 1" in ketnoi("diff", "--language", "en").out
    rows = json.loads(ketnoi("diff", "--since", "2026", "--json").out)
    assert rows[0]["new"] == [["d"]]
    assert {"key": ["a"], "columns": ["name", "district_or_city"]} in [
        entry for row in rows for entry in row["changed"]
    ]
    assert ketnoi("diff", "--since", "yesterday").exit_code == 2


def test_without_a_network_each_says_how_to_load_one(ketnoi: Ketnoi) -> None:
    ketnoi.store.unlink()
    for arguments in (("review", "--json"), ("merges",), ("diff",), ("unmerge", "a", "--by", "lan")):
        ended = ketnoi(*arguments)
        assert (ended.exit_code, "ketnoi load" in ended.err) == (2, True)
        assert not ketnoi.store.exists()


def test_diff_names_who_wrote_through_the_api(ketnoi: Ketnoi) -> None:
    with SqliteStore(ketnoi.store) as store:
        ChangeLog(store, by="lan.p").upsert([Actor("d", "expert", "Dung")])
    assert "Ghi qua API bởi lan.p" in ketnoi("diff").out
    assert "Written through the API by lan.p" in ketnoi("diff", "--language", "en").out
    assert [row["by"] for row in json.loads(ketnoi("diff", "--json").out)] == ["lan.p"]
