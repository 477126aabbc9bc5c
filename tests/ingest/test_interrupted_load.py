"""A load that is killed, again and again, and then let run: the store is that of a load nobody disturbed."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graph.interop import EXCHANGE_NAMES
from graph.sqlite_store import SqliteStore
from tests.ingest.workbooks import Cell, write_text

ROOT = Path(__file__).parents[2]
N_ROWS = 12_000
N_KILLS = 4


def write_tables(folder: Path) -> Path:
    folder.mkdir()
    actors = [(f"a{n}", ("school", "startup")[n % 2], f"Đơn vị số {n}") for n in range(N_ROWS)]
    ties: list[tuple[Cell, ...]] = [(f"a{n}", f"a{n + 1}", "signed_mou", "2024") for n in range(N_ROWS // 2)]
    members: list[tuple[Cell, ...]] = [(n, f"Công ty {n}", "DN", "AI") for n in range(1, N_ROWS // 4)]
    write_text(folder / "actors.csv", [("id", "kind", "name"), *actors])
    write_text(folder / "relationships.csv", [("source_id", "target_id", "kind", "since"), *ties])
    write_text(folder / "Danh sách thành viên.csv", [("STT", "Tên đơn vị", "Loại hình", "Lĩnh vực"), *members], ";")
    return folder


def start(folder: Path, store: Path) -> "subprocess.Popen[bytes]":
    words = [sys.executable, "-m", "service.cli", "load", str(folder), "--store", f"sqlite:{store}"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def content(path: Path) -> dict[str, list[dict[str, object]]]:
    with SqliteStore(path) as store:
        tables = store.tables()
    return {name: tables.of(each).drop_columns(["recorded_at"]).to_pylist() for each, name in EXCHANGE_NAMES.items()}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_load_killed_at_any_moment_is_completed_by_the_next(tmp_path: Path) -> None:
    folder = write_tables(tmp_path / "in")
    started = time.monotonic()
    assert start(folder, tmp_path / "calm.db").wait(timeout=300) == 0
    seconds = time.monotonic() - started
    chance, disturbed, n_killed = random.Random(57), tmp_path / "disturbed.db", 0
    for _ in range(N_KILLS):
        process = start(folder, disturbed)
        time.sleep(seconds * chance.uniform(0.3, 0.95))
        n_killed += process.poll() is None
        process.kill()
        process.wait(timeout=60)
    assert n_killed, "every load ended before it could be killed"
    assert start(folder, disturbed).wait(timeout=300) == 0
    assert content(disturbed) == content(tmp_path / "calm.db")
