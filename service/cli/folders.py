"""Folders and files that appear whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOBase
from pathlib import Path

from graph.errors import InvalidQueryError, KetnoiError

_UNFINISHED = ".unfinished-"


@contextmanager
def filled_folder(folder: Path, *, force: bool = False) -> Iterator[Path]:
    """A folder to write files into; the files move to their own folder when all of them are written.

    Parameters
    ----------
    force
        Whether the folder may hold files already. Files of the same names are replaced; other files stay.

    Raises
    ------
    KetnoiError
        The folder is a file, cannot be created, or holds files.
    """
    if folder.exists() and not folder.is_dir():
        raise KetnoiError("export_folder", f"{folder} is a file. Name a folder.", folder=str(folder))
    if not force and folder.exists() and _holds_files(folder):
        raise KetnoiError(
            "export_folder_not_empty", f"{folder} is not empty. Name a new folder, or add --force.", folder=str(folder)
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=folder))
    except OSError as failure:
        raise KetnoiError(
            "export_folder", f"{folder} cannot be written: {failure.strerror}. Name another folder.", folder=str(folder)
        ) from failure
    try:
        yield unfinished
        for path in sorted(unfinished.iterdir()):
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(unfinished)


def _holds_files(folder: Path) -> bool:
    """Whether a folder holds anything but the remains of a killed process."""
    return any(not path.name.startswith(_UNFINISHED) for path in folder.iterdir())


@contextmanager
def whole_file(output: Path) -> Iterator[TextIOBase]:
    """A file to write. It takes its name when it is complete; if writing fails, nothing is left.

    Raises
    ------
    InvalidQueryError
        It cannot be written.
    """
    unfinished = output.with_name(output.name + ".part")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        unfinished.replace(output)
    except OSError as error:
        raise InvalidQueryError("output_file", f"{output} cannot be written: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
