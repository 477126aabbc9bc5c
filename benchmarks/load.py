"""Measures time and memory of loading many rows, compared with pandas writing the same file into a table of SQLite.

Run with ``python -m benchmarks.load``; ``--rows`` and ``--staff-rows`` set the sizes. Each load runs in a process
of its own, so that its peak memory can be measured.
"""

import argparse
import csv
import multiprocessing
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import pandas as pd

from graph.sqlite_store import SqliteStore
from ingest.load import load_folder

KINDS = ("school", "business", "startup", "agency", "intermediary")
STAFF_KINDS = ("Trường ĐH", "DN", "Startup", "CQNN", "Tổ chức hỗ trợ")
FIELDS = ("AI, Y tế", "Nông nghiệp công nghệ cao", "Bán dẫn; Vật liệu mới", "Giáo dục")
WARDS = ("Láng", "Cửa Nam", "Ngọc Hà")
STAFF_HEADER = (
    "STT",
    "Tên đơn vị",
    "Loại hình",
    "Lĩnh vực",
    "Nhu cầu",
    "Địa chỉ",
    "Điện thoại",
    "Email",
    "Ngày thành lập",
    "Website",
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What one load took: wall time, processor time, and peak resident memory."""

    name: str
    n_rows: int
    seconds: float
    cpu_seconds: float
    peak_megabytes: float


def exchange_rows(n_rows: int) -> Iterator[Sequence[object]]:
    """The header and rows of an ``actors`` table of the exchange format."""
    yield ("id", "kind", "name", "summary", "fields", "needs", "district_or_city", "founded", "website")
    for n in range(n_rows):
        summary = f"Đơn vị số {n} hoạt động trong công nghệ và dữ liệu"
        row = (
            f"a{n}",
            KINDS[n % 5],
            f"Viện Công nghệ Ánh Dương {n}",
            summary,
            "digital_ai|healthtech",
            "tìm vốn đầu tư",
        )
        yield (*row, "Hà Nội", 1990 + n % 35, f"https://d{n}.vn")


def staff_rows(n_rows: int) -> Iterator[Sequence[object]]:
    """The title, header and rows of a list like those that staff keep."""
    yield ("DANH SÁCH THÀNH VIÊN", *[""] * (len(STAFF_HEADER) - 1))
    yield STAFF_HEADER
    for n in range(n_rows):
        address = f"Số {n % 900} đường Láng, phường {WARDS[n % 3]}, Hà Nội"
        contact = (f"0243{1_000_000 + n % 8_999_999}", f"lienhe{n}@donvi.vn")
        first = (
            n + 1,
            f"Đơn vị Bình Minh {n}",
            STAFF_KINDS[n % 5],
            FIELDS[n % 4],
            "Tìm vốn; Tìm nơi thử nghiệm",
            address,
        )
        yield (*first, *contact, f"{1 + n % 28:02d}/{1 + n % 12:02d}/{1990 + n % 35}", f"www.dv{n}.vn")


def write_csv(path: Path, rows: Iterator[Sequence[object]], delimiter: str = ",") -> None:
    """Write rows as a CSV file, and create its folder."""
    path.parent.mkdir(parents=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows(rows)


def load(folder: Path, database: Path) -> None:
    """Load a folder as ``ketnoi load`` does."""
    with SqliteStore(database) as store:
        report = load_folder(store, folder)
    assert not report.has_errors


def load_with_pandas(folder: Path, database: Path) -> None:
    """Write the only file of a folder into one table of texts, in chunks and without any check."""
    (path,) = folder.iterdir()
    connection = sqlite3.connect(database)
    with connection:
        for chunk in pd.read_csv(path, dtype=str, chunksize=50_000, sep=None, engine="python", keep_default_na=False):
            columns = ", ".join(f"c{n}" for n in range(chunk.shape[1]))
            connection.execute(f"CREATE TABLE IF NOT EXISTS rows ({columns})")
            places = ", ".join("?" * chunk.shape[1])
            connection.executemany(f"INSERT INTO rows VALUES ({places})", chunk.itertuples(index=False, name=None))
    connection.close()


def measure(name: str, work: Callable[[Path, Path], None], folder: Path, n_rows: int) -> Measured:
    """The time and memory of one load in a process of its own."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    with tempfile.TemporaryDirectory() as parent:
        process = context.Process(target=_run, args=(work, folder, Path(parent) / "n.db", sender))
        process.start()
        seconds, cpu_seconds, peak = receiver.recv()
        process.join()
    return Measured(name, n_rows, seconds, cpu_seconds, peak)


def _run(work: Callable[[Path, Path], None], folder: Path, database: Path, sender: Connection) -> None:
    started, cpu_started = time.monotonic(), time.process_time()
    work(folder, database)
    seconds, cpu_seconds = time.monotonic() - started, time.process_time() - cpu_started
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    sender.send((seconds, cpu_seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit))


def main() -> None:
    """Print a table of every load, and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--staff-rows", type=int, default=300_000)
    sizes = parser.parse_args()
    print(f"{'load':34} {'rows':>9} {'s':>7} {'CPU s':>7} {'µs a row':>9} {'MB':>6} {'ratio':>6}")
    with tempfile.TemporaryDirectory() as parent:
        tables = (
            ("exchange format", sizes.rows, Path(parent) / "exchange" / "actors.csv", exchange_rows, ","),
            ("staff's list", sizes.staff_rows, Path(parent) / "staff" / "Danh sách.csv", staff_rows, ";"),
        )
        for name, n_rows, path, rows, delimiter in tables:
            write_csv(path, rows(n_rows), delimiter)
            alternative = measure(f"{name}, pandas and executemany", load_with_pandas, path.parent, n_rows)
            for each in (measure(name, load, path.parent, n_rows), alternative):
                ratio = each.cpu_seconds / alternative.cpu_seconds
                print(
                    f"{each.name:34} {each.n_rows:9,} {each.seconds:7.1f} {each.cpu_seconds:7.1f}"
                    f" {each.cpu_seconds / n_rows * 1e6:9.0f} {each.peak_megabytes:6.0f} {ratio:6.1f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
