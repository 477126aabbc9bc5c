"""``ketnoi convert``, as a person at a shell meets it."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graph.opening import open_store
from graph.store import Counts
from tests.ingest.folders import read_csv
from tests.ingest.registers.archives import (
    FIRM,
    UNIVERSITY,
    cordis_zip,
    json_lines,
    openalex_record,
    ror_record,
    ror_zip,
)
from tests.test_cli_training import ketnoi

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _at_a_shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("KETNOI_STORE", str(tmp_path / "network.db"))
    monkeypatch.delenv("KETNOI_LANGUAGE", raising=False)
    monkeypatch.chdir(tmp_path)


def test_three_registers_are_converted_and_loaded_side_by_side(tmp_path: Path) -> None:
    (tmp_path / "institutions.jsonl").write_text(json_lines([openalex_record("I1", "Viện Mẫu")]), encoding="utf-8")
    sources = {
        "cordis": cordis_zip(tmp_path / "c.zip"),
        "ror": ror_zip(tmp_path / "r.zip", [ror_record("01aaaaa11", "Viện Mẫu")]),
        "openalex": tmp_path / "institutions.jsonl",
    }
    for register, source in sources.items():
        converted = ketnoi("convert", register, source, tmp_path / register)
        assert converted.code == 0, converted.err
        assert f"ketnoi load {tmp_path / register}" in converted.out
        assert "100%" in converted.err
        assert ketnoi("load", tmp_path / register).code == 0
    with open_store(str(tmp_path / "network.db")) as store:
        assert store.counts() == Counts(4, 1, 0, 2)


def test_bad_records_give_exit_code_1_and_a_report_in_either_language(tmp_path: Path) -> None:
    source = cordis_zip(tmp_path / "c.zip", organisations=[UNIVERSITY, FIRM | {"projectID": "[red]7"}])
    shown = ketnoi("convert", "cordis", source, tmp_path / "vi", KETNOI_LANGUAGE="vi")
    assert shown.code == 1
    assert "Không có dự án nào mang mã “[red]7”." in shown.out
    report = tmp_path / "report.csv"
    english = ketnoi("convert", "cordis", source, tmp_path / "en", "--language", "en", "--report", report)
    assert english.code == 1
    assert "There is no project with the id “[red]7”." in english.out
    with report.open(encoding="utf-8-sig", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["code"], row["file"], row["line"]) == ("unknown_project", "c.zip/organization.csv", "3")


def test_the_summary_as_json_adds_up(tmp_path: Path) -> None:
    records = [ror_record("01aaaaa11", "A"), ror_record("bad", "B"), ror_record("02bbbbb22", "C", locations=[])]
    ended = ketnoi(
        "convert", "ror", ror_zip(tmp_path / "r.zip", records), tmp_path / "out", "--country", "VN", "--json"
    )
    assert ended.code == 1
    summary = json.loads(ended.out)
    assert summary["files"] == {
        "r.zip/v2.0-2026-01-01-ror-data.json": {"n_read": 3, "n_taken": 1, "n_rejected": 1, "n_left_out": 1}
    }
    assert summary["written"] == {"actors": 1, "relationships": 0}
    assert [(issue["code"], issue["line"]) for issue in summary["issues"]] == [("bad_register_id", 2)]


def test_several_countries_may_be_kept(tmp_path: Path) -> None:
    records = [openalex_record(f"I{n}", "x", country_code=code) for n, code in enumerate(("VN", "LA", "DE"), start=1)]
    (tmp_path / "part.jsonl").write_text(json_lines(records), encoding="utf-8")
    words = ("convert", "openalex", tmp_path / "part.jsonl", tmp_path / "out", "--country", "VN", "--country", "la")
    assert ketnoi(*words).code == 0
    assert [row["country"] for row in read_csv(tmp_path / "out" / "actors.csv")] == ["VN", "LA"]


@pytest.mark.parametrize("register", ["cordis", "ror", "openalex"])
def test_what_cannot_be_read_gives_exit_code_2_and_no_tables(tmp_path: Path, register: str) -> None:
    (tmp_path / "cut.zip").write_bytes(cordis_zip(tmp_path / "c.zip").read_bytes()[:200])
    for source in (tmp_path / "nowhere", tmp_path / "cut.zip"):
        ended = ketnoi("convert", register, source, tmp_path / "out")
        assert ended.code == 2
        assert ended.err.strip().splitlines()[-1].startswith("register_")
        assert list((tmp_path / "out").iterdir()) == []


def test_files_are_replaced_only_when_told_to(tmp_path: Path) -> None:
    source = cordis_zip(tmp_path / "c.zip")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "actors.csv").write_text("old")
    refused = ketnoi("convert", "cordis", source, tmp_path / "out")
    assert (refused.code, (tmp_path / "out" / "actors.csv").read_text()) == (2, "old")
    assert ketnoi("convert", "cordis", source, tmp_path / "out", "--force").code == 0
    assert len(read_csv(tmp_path / "out" / "actors.csv")) == 2


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_conversion_killed_in_the_middle_leaves_no_table_and_can_be_run_again(tmp_path: Path) -> None:
    n_records = 40_000
    source, out = tmp_path / "part.jsonl", tmp_path / "out"
    parent = [{"id": "https://openalex.org/I1", "relationship": "parent"}]
    records = [openalex_record(f"I{n}", "x", associated_institutions=parent) for n in range(1, n_records + 1)]
    source.write_text(json_lines(records))
    code = "from service.cli import main; main()"
    words = [sys.executable, "-c", code, "convert", "openalex", str(source), str(out)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not any(path.stat().st_size for path in out.glob(".unfinished-*/actors.csv")):
        assert process.poll() is None, "the conversion ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not [path for path in out.iterdir() if not path.name.startswith(".")]
    assert ketnoi("convert", "openalex", source, out).code == 0
    assert len(read_csv(out / "actors.csv")) == n_records
    assert len(read_csv(out / "relationships.csv")) == n_records - 1


def test_every_register_is_documented(tmp_path: Path) -> None:
    told = ketnoi("convert", "--help").out + (ROOT / "README.md").read_text() + (ROOT / "docs/registers.md").read_text()
    for register in ("cordis", "ror", "openalex"):
        assert told.count(register) >= 3
        assert "Exit code 0" in ketnoi("convert", register, "--language", "en", "--help").out
    assert "`ketnoi convert" in (ROOT / "README.md").read_text()
