"""The cells of a workbook, read in a separate process.

A damaged workbook can make the library that reads it abort or exhaust the memory, which a process cannot prevent from
within. Therefore ``python -m ingest.files.workbook_cells WORKBOOK`` writes the cells to its standard output as lines
of JSON: one object for each sheet that is not empty, followed by one array for each line of the sheet that is not
blank.
"""

import json
import os
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from python_calamine import CalamineError, CalamineSheet, SheetTypeEnum, load_workbook

from ingest.files.cell_text import as_text

DAMAGED = "cấu trúc tệp bị hỏng (damaged structure)"
_PACKAGE_PARENT = Path(__file__).parents[2]
_MIN_MEMORY_BYTES = 2 << 30
_MEMORY_BYTES_PER_BYTE = 60
_MIN_TIME_SECONDS = 10
_BYTES_PER_SECOND = 50_000
_FAILED = 3


class WorkbookCells:
    """The cells of a workbook in a temporary file, which is deleted together with this object.

    Attributes
    ----------
    failure
        Why the workbook cannot be read, in words; None where it can.
    sheets
        The description of each sheet, by the position in the file at which its lines begin.
    """

    def __init__(self, path: Path) -> None:
        handle, name = tempfile.mkstemp(prefix="ketnoi-", suffix=".jsonl")
        self._path = Path(name)
        weakref.finalize(self, self._path.unlink, missing_ok=True)
        with os.fdopen(handle, "wb") as output:
            self.failure = _run(path, output.fileno())
        self.sheets = {} if self.failure else dict(self._places())

    def _places(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        with self._path.open("rb") as lines:
            start = 0
            for line in lines:
                start += len(line)
                if line.startswith(b"{"):
                    yield start, json.loads(line)

    def lines(self, start: int) -> Iterator[tuple[int, list[str]]]:
        """The number and the cells of each line of the sheet whose lines begin at a position of the file."""
        with self._path.open("rb") as lines:
            lines.seek(start)
            for line in lines:
                if line.startswith(b"{"):
                    return
                number, *cells = json.loads(line)
                yield number, cells


def _run(path: Path, output: int) -> str | None:
    """Why the separate process cannot read a workbook, in words; None where it can."""
    try:
        seconds = _MIN_TIME_SECONDS + path.stat().st_size // _BYTES_PER_SECOND
        done = subprocess.run(  # noqa: S603  the program is this one, and no shell reads the path
            [sys.executable, "-m", "ingest.files.workbook_cells", str(path.absolute())],
            cwd=_PACKAGE_PARENT,
            env={**os.environ, "RUST_BACKTRACE": "0"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            timeout=seconds,
            check=False,
        )
    except OSError as failure:
        return failure.strerror or str(failure)
    except subprocess.TimeoutExpired:
        return DAMAGED
    if done.returncode == _FAILED:
        return done.stderr.decode("utf-8", "replace").strip()
    return DAMAGED if done.returncode else None


def main(path: Path, output: TextIO, errors: TextIO) -> int:
    """The exit code, after the cells of a workbook were written to ``output``."""
    _limit_memory(path.stat().st_size)
    try:
        workbook = load_workbook(path)
        for entry in workbook.sheets_metadata:
            if entry.typ == SheetTypeEnum.WorkSheet:
                _write_sheet(workbook.get_sheet_by_name(entry.name), output)
    except (CalamineError, OSError, MemoryError) as failure:
        errors.write(str(failure))
        return _FAILED
    return 0


def _write_sheet(grid: CalamineSheet, output: TextIO) -> None:
    if not grid.height:
        return
    sheet = {
        "name": grid.name,
        "n_lines": grid.total_height,
        "n_columns_before": (grid.start or (0, 0))[1],
        "merged": [(*first, *last) for first, last in grid.merged_cell_ranges or ()],
    }
    write: Callable[[str], object] = output.write
    write(json.dumps(sheet) + "\n")
    for number, values in enumerate(grid.iter_rows(), 1):
        cells = [as_text(value) for value in values]
        if any(map(str.strip, cells)):
            write(json.dumps([number, *cells], ensure_ascii=False) + "\n")


def _limit_memory(n_bytes: int) -> None:
    """Limit the memory of this process to what an intact workbook of this size may need, where the system allows it."""
    try:
        import resource  # noqa: PLC0415  Windows has none
    except ImportError:
        return
    limit = max(_MIN_MEMORY_BYTES, _MEMORY_BYTES_PER_BYTE * n_bytes)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass", newline="\n")  # type: ignore[union-attr]
    sys.exit(main(Path(sys.argv[1]), sys.stdout, sys.stderr))
