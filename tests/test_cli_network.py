import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import networkx
import pytest

from graph.interop import EXCHANGE_NAMES, JUDGEMENTS
from graph.sqlite_store import SqliteStore
from graph.store import Counts
from service.cli import main
from tests.ingest.folders import ACTOR, SCHOOL, read_csv, write_folder
from tests.worlds import HANOI

MOU = {"source_id": "a1", "target_id": "a2", "kind": "signed_mou"}
BROKEN = [ACTOR, SCHOOL | {"kind": "scool"}, ACTOR | {"name": "[bold]<script>alert(1)</script>[/bold]"}]


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it said."""

    exit_code: int
    out: str
    err: str


class Ketnoi:
    """The command line, run in this process on a store of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], store: Path) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.store = store

    def __call__(self, *arguments: object) -> Outcome:
        self._monkeypatch.setattr(sys, "argv", ["ketnoi", *map(str, arguments)])
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        assert code is None or isinstance(code, int)
        captured = self._capsys.readouterr()
        return Outcome(code or 0, captured.out, captured.err)

    def counts(self) -> Counts:
        with SqliteStore(self.store) as opened:
            return opened.counts()


@pytest.fixture
def ketnoi(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Ketnoi:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("KETNOI_STORE", str(tmp_path / "store" / "network.db"))
    monkeypatch.delenv("KETNOI_LANGUAGE", raising=False)
    monkeypatch.chdir(tmp_path)
    return Ketnoi(monkeypatch, capsys, tmp_path / "store" / "network.db")


def test_the_demo_network_loads_with_exit_code_0_and_again_changes_nothing(ketnoi: Ketnoi) -> None:
    first = ketnoi("load", HANOI)
    assert first.exit_code == 0
    assert "Vấn đề" not in first.out
    assert "actors.csv" in first.err
    second = ketnoi("load", HANOI, "--json")
    assert second.exit_code == 0
    report = json.loads(second.out)
    assert (report["n_read"], report["n_loaded"], report["n_rejected"], report["issues"]) == (743, 743, 0, [])
    assert report["tables"]["actors"]["n_unchanged"] == 287
    assert ketnoi.counts() == Counts(287, 84, 300, 72)


def test_rejected_rows_give_exit_code_1_and_are_shown_as_they_are(ketnoi: Ketnoi, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "data", "csv", actors=[*BROKEN, ACTOR | {"id": "[red]x", "kind": "[/bold]"}])
    shown = ketnoi("load", folder)
    assert shown.exit_code == 1
    assert "“scool”" in shown.out
    assert "Viết: school." in shown.out
    assert "[/bold]" in ketnoi("load", folder, "--language", "en", "--json").out
    assert ketnoi.counts().n_actors == 1


def test_the_language_of_the_report_can_be_chosen(ketnoi: Ketnoi, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "data", "csv", actors=BROKEN)
    assert "There is no kind “scool”." in ketnoi("load", folder, "--language", "en").out
    assert "Không có loại “scool”." in ketnoi("load", folder, "--language", "vi").out


def test_long_lists_of_issues_are_grouped_and_cut_on_the_screen(ketnoi: Ketnoi, tmp_path: Path) -> None:
    many = [SCHOOL | {"id": f"a{n}", "kind": "scool"} for n in range(500)]
    columns = {f"cột {n}": "x" for n in range(40)}
    shown = ketnoi("load", write_folder(tmp_path / "data", "csv", actors=[*many, ACTOR | columns])).out
    assert "2, 3, 4, 5, 6, … (500)" in shown
    assert shown.count("unknown") == 0
    assert "… và 21 nhóm vấn đề khác" in shown


@pytest.mark.parametrize("ending", ["json", "csv"])
def test_a_report_holds_every_issue_with_its_place_and_hint(ketnoi: Ketnoi, tmp_path: Path, ending: str) -> None:
    folder = write_folder(tmp_path / "data", "csv", actors=BROKEN, relationships=[MOU, MOU | {"value_vnd": "=1+1"}])
    path = tmp_path / f"report.{ending}"
    assert ketnoi("load", folder, "--report", path, "--language", "en").exit_code == 1
    text = path.read_text(encoding="utf-8-sig")
    issues = json.loads(text)["issues"] if ending == "json" else list(csv.DictReader(io.StringIO(text, newline="")))
    assert [(issue["file"], int(issue["line"]), issue["column"], issue["code"]) for issue in issues] == [
        ("actors.csv", 3, "kind", "unknown_kind"),
        ("actors.csv", 4, "id", "duplicate_id"),
        ("relationships.csv", 2, "target_id", "unknown_actor"),
        ("relationships.csv", 3, "value_vnd", "bad_number"),
        ("relationships.csv", 3, "target_id", "unknown_actor"),
    ]
    assert issues[0]["hint"] == "Write: school."
    assert issues[3]["value"] == ("=1+1" if ending == "json" else "'=1+1")


@pytest.mark.parametrize("report", ["report.txt", "missing/report.json", "."])
def test_a_report_that_cannot_be_written_is_refused_before_anything_is_loaded(ketnoi: Ketnoi, report: str) -> None:
    refused = ketnoi("load", HANOI, "--report", report)
    assert refused.exit_code == 2
    assert "--report" in refused.err
    assert not ketnoi.store.exists()


def test_a_dry_run_writes_nothing_not_even_a_store(ketnoi: Ketnoi, tmp_path: Path) -> None:
    checked = ketnoi("load", HANOI, "--dry-run")
    assert checked.exit_code == 0
    assert "chưa ghi gì" in checked.out
    assert not ketnoi.store.parent.exists()
    ketnoi("load", write_folder(tmp_path / "data", "csv", actors=[ACTOR, SCHOOL]))
    links = write_folder(tmp_path / "links", "csv", relationships=[MOU])
    assert ketnoi("load", links, "--dry-run").exit_code == 0
    assert ketnoi.counts().n_relationships == 0


@pytest.mark.parametrize("name", ["missing", "empty", "unreadable"])
def test_nothing_that_could_be_read_gives_exit_code_2_and_no_store(ketnoi: Ketnoi, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "unreadable").mkdir()
    (tmp_path / "unreadable" / "actors.csv").write_bytes(b"\x00\x01")
    assert ketnoi("load", name).exit_code == 2
    assert not ketnoi.store.exists() or name == "unreadable"


def test_a_store_that_does_not_answer_gives_exit_code_2_and_says_why(ketnoi: Ketnoi) -> None:
    ended = ketnoi("load", HANOI, "--store", "nowhere:1")
    assert ended.exit_code == 2
    assert ended.err.startswith("store_uri_scheme: ")


def _load_in_a_process(folder: Path, store: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "from service.cli import main; main()", "load", str(folder), "--store", str(store)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _n_actors_written(store: Path) -> int:
    if not store.exists():
        return 0
    with SqliteStore(store) as opened:
        return opened.counts().n_actors


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_load_killed_in_the_middle_is_completed_by_the_next(ketnoi: Ketnoi, tmp_path: Path) -> None:
    n_actors = 30_000
    actors = [ACTOR | {"id": f"a{n}", "name": f"Công ty số {n}"} for n in range(n_actors)]
    ties = [MOU | {"source_id": f"a{n}", "target_id": f"a{n + 1}"} for n in range(2_000)]
    folder = write_folder(tmp_path / "data", "csv", actors=actors, relationships=ties)
    process = _load_in_a_process(folder, ketnoi.store)
    deadline = time.monotonic() + 60
    while _n_actors_written(ketnoi.store) == 0:
        assert process.poll() is None, "the load ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    n_written = _n_actors_written(ketnoi.store)
    assert 0 < n_written < n_actors
    assert n_written % 5_000 == 0
    report = json.loads(ketnoi("load", folder, "--json").out)
    assert report["tables"]["actors"]["n_unchanged"] == n_written
    assert report["tables"]["actors"]["n_inserted"] == n_actors - n_written
    assert ketnoi.counts() == Counts(n_actors, 0, 2_000, 0)


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_an_export_is_loaded_again_without_a_difference(ketnoi: Ketnoi, tmp_path: Path, file_format: str) -> None:
    ketnoi("load", HANOI)
    exported = ketnoi("export", tmp_path / "out", "--format", file_format)
    assert exported.exit_code == 0
    names = {f"{name}.{file_format}" for name in (*EXCHANGE_NAMES.values(), JUDGEMENTS)}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    assert all(name in exported.out for name in names)
    report = json.loads(ketnoi("load", tmp_path / "out", "--json", "--dry-run").out)
    n_judgements = report["tables"].get("judgements", {"n_loaded": 0})["n_loaded"]
    assert (report["n_loaded"], report["issues"]) == (743 + n_judgements, [])
    if file_format == "csv":
        assert len(read_csv(tmp_path / "out" / "actors.csv")) == 287
        again = json.loads(ketnoi("load", tmp_path / "out", "--json").out)
        assert [table["n_unchanged"] for table in again["tables"].values()] == [287, 84, 300, 72, n_judgements]


def test_an_export_for_excel_has_a_mark_and_is_loaded_again_without_a_difference(
    ketnoi: Ketnoi, tmp_path: Path
) -> None:
    ketnoi("load", HANOI)
    assert ketnoi("export", tmp_path / "out", "--excel").exit_code == 0
    assert all(path.read_bytes().startswith(b"\xef\xbb\xbf") for path in (tmp_path / "out").iterdir())
    again = json.loads(ketnoi("load", tmp_path / "out", "--json").out)
    assert again["issues"] == []
    assert [again["tables"][name]["n_unchanged"] for name in EXCHANGE_NAMES.values()] == [287, 84, 300, 72]
    assert again["tables"]["judgements"]["n_inserted"] == 0


@pytest.mark.parametrize(
    ("option", "file_format"),
    [("--excel", "parquet"), ("--excel", "gexf"), ("--mixed", "csv"), ("--mixed", "parquet")],
)
def test_an_option_of_another_format_is_refused_before_anything_is_written(
    ketnoi: Ketnoi, tmp_path: Path, option: str, file_format: str
) -> None:
    ketnoi("load", HANOI)
    refused = ketnoi("export", tmp_path / "out", "--format", file_format, option)
    assert refused.exit_code == 2
    assert option in refused.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("file_format", ["graphml", "gexf"])
def test_a_mixed_export_has_edges_without_direction(ketnoi: Ketnoi, tmp_path: Path, file_format: str) -> None:
    ketnoi("load", HANOI)
    assert ketnoi("export", tmp_path / "out", "--format", file_format, "--mixed").exit_code == 0
    edges = list(ET.parse(tmp_path / "out" / f"network.{file_format}").getroot().iterfind(".//{*}edge"))
    undirected = [edge for edge in edges if "undirected" in edge.get("type", "") or edge.get("directed") == "false"]
    assert 0 < len(undirected) < len(edges)


@pytest.mark.parametrize(("file_format", "read"), [("graphml", networkx.read_graphml), ("gexf", networkx.read_gexf)])
def test_an_export_for_graph_tools_holds_the_network(
    ketnoi: Ketnoi, tmp_path: Path, file_format: str, read: Callable[[Path], networkx.Graph]
) -> None:
    ketnoi("load", HANOI)
    assert ketnoi("export", tmp_path / "out", "--format", file_format).exit_code == 0
    (path,) = (tmp_path / "out").iterdir()
    assert path.name == f"network.{file_format}"
    assert read(path).number_of_nodes() >= 287


def test_an_export_does_not_write_over_files_unless_told_to(ketnoi: Ketnoi, tmp_path: Path) -> None:
    ketnoi("load", write_folder(tmp_path / "data", "csv", actors=[ACTOR]))
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    (out / "actors.csv").write_text("old")
    refused = ketnoi("export", out)
    assert refused.exit_code == 2
    assert "export_folder_not_empty" in refused.err
    assert (out / "actors.csv").read_text() == "old"
    assert ketnoi("export", out, "--force").exit_code == 0
    assert read_csv(out / "actors.csv") == [ACTOR | {"canonical_id": ACTOR["id"]}]
    assert (out / "notes.txt").read_text() == "mine"


def test_an_export_without_a_network_makes_neither_store_nor_folder(ketnoi: Ketnoi, tmp_path: Path) -> None:
    ended = ketnoi("export", tmp_path / "out")
    assert ended.exit_code == 2
    assert "store_missing" in ended.err
    assert not ketnoi.store.exists()
    assert not (tmp_path / "out").exists()
