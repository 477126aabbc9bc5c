"""Damaged files by the thousand: nothing crashes, no line is lost, and loading twice is loading once.

``KETNOI_FUZZ_INPUTS`` sets their number, ``KETNOI_FUZZ_SEED`` which they are, and ``KETNOI_FUZZ_KEEP`` a folder for
those that fail.
"""

import os
import random
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from graph.errors import IngestError
from ingest.files import workbook_cells
from ingest.load import check_folder
from tests.ingest.accounting import assert_accounted, load_twice
from tests.ingest.mutations import (
    GRIDS,
    TEXT_ENDINGS,
    mutated_archive,
    mutated_bytes,
    mutated_grid,
    seeds,
    write_grid,
)

N_INPUTS = int(os.environ.get("KETNOI_FUZZ_INPUTS", "10000"))
SEED = os.environ.get("KETNOI_FUZZ_SEED", "2026")
KEEP = os.environ.get("KETNOI_FUZZ_KEEP")
N_PARTS = 20
SHARE_OF_BOOKS = 0.08
"""Of files with wrong bytes; each workbook is read by a process of its own, which takes time."""
N_FILES_OF_FOLDER = 50


@pytest.fixture(scope="module")
def sound_files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    return seeds(tmp_path_factory.mktemp("seeds"))


@pytest.fixture(autouse=True)
def each_workbook_in_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process for the first reading of a workbook; later ones of the same bytes get what that one wrote.

    Each input is read five times or more, and starting a process takes longer than everything else about it.
    """
    in_a_process = workbook_cells._run
    known: dict[tuple[str, bytes], tuple[str | None, bytes]] = {}

    def run(path: Path, output: int) -> str | None:
        key = (path.suffix, path.read_bytes())
        if key in known:
            failure, cells = known[key]
            os.write(output, cells)
        else:
            failure = in_a_process(path, output)
            known[key] = failure, os.pread(output, os.fstat(output).st_size, 0)
        return failure

    monkeypatch.setattr(workbook_cells, "_run", run)


def write_input(folder: Path, number: int, sound_files: Mapping[str, bytes]) -> Path:
    """The damaged file of a number: half of them sound files with wrong bytes, half of them wrong tables."""
    chance = random.Random(f"{SEED}-{number}")
    if number % 2:
        return write_grid(folder / f"f{number}", mutated_grid(chance.choice(GRIDS), chance), chance)
    books = [name for name in sorted(sound_files) if name.endswith(("old.xls", ".xlsx"))]
    texts = [name for name in sorted(sound_files) if name not in books]
    name = chance.choice(books if chance.random() < SHARE_OF_BOOKS else texts)
    content = sound_files[name]
    is_archive = name.endswith(".xlsx") and chance.random() < 0.7
    changed = mutated_archive(content, chance) if is_archive else mutated_bytes(content, chance)
    stem, _, ending = name.partition(".")
    if chance.random() < 0.05:
        ending = chance.choice(TEXT_ENDINGS)
    path = folder / f"{stem if stem in {'actors', 'projects'} else f'f{number}'}.{ending}"
    path.write_bytes(changed)
    return path


def fails_as_it_should(path: Path) -> bool:
    """Whether a damaged file is read or refused in the one right way, its lines accounted for."""
    try:
        report = check_folder(path)
    except IngestError:
        return True
    assert_accounted(report, path)
    return True


def keep(path: Path, number: int) -> str:
    """What tells how to meet a failing input again; the file is kept where a folder is named for that."""
    if KEEP is None:
        return f"input {number} of seed {SEED} ({path.name}); set KETNOI_FUZZ_KEEP to keep the file"
    Path(KEEP).mkdir(parents=True, exist_ok=True)
    kept = Path(KEEP) / f"{number}-{path.name}"
    (shutil.copytree if path.is_dir() else shutil.copy)(path, kept)
    return f"input {number} of seed {SEED}: {kept}"


@pytest.mark.parametrize("part", range(N_PARTS))
def test_damaged_files_never_crash_lose_a_line_or_change_a_store_twice(
    tmp_path: Path, sound_files: Mapping[str, bytes], part: int
) -> None:
    numbers = range(part, N_INPUTS, N_PARTS)
    for start in range(0, len(numbers), N_FILES_OF_FOLDER):
        folder = tmp_path / f"folder{start}"
        folder.mkdir()
        for number in numbers[start : start + N_FILES_OF_FOLDER]:
            path = write_input(folder, number, sound_files)
            try:
                assert fails_as_it_should(path)
            except BaseException as failure:
                failure.add_note(keep(path, number))
                raise
        try:
            load_twice(tmp_path / f"store{start}" / "network.db", folder)
        except BaseException as failure:
            failure.add_note(keep(folder, numbers[start]))
            raise
        shutil.rmtree(folder)
