"""The published files of a register: plain files, gzip files and zip archives, opened one at a time."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from graph.errors import IngestError

READ_FAILURES = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError)
"""Exceptions raised while a damaged or encrypted archive is read; zipfile raises RuntimeError for a password."""


@dataclass(frozen=True, slots=True)
class OpenedText:
    """A stream of text, and a function that returns the share of its file read so far, between 0 and 1."""

    stream: TextIO
    fraction: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a register, on disk or inside a zip archive on disk.

    Attributes
    ----------
    path
        The path of the file or of its archive.
    name
        The name used in reports: the path below the source, and inside the archive.
    inner
        The path inside the archive; None for a file on disk.
    """

    path: Path
    name: str
    inner: str | None = None

    @property
    def base(self) -> str:
        """The file name in lower case, without folders and without ``.gz``.

        >>> Member(Path("x.zip"), "", "csv/euroSciVoc.csv").base, Member(Path("x/part_000.gz"), "").base
        ('euroscivoc.csv', 'part_000')
        """
        return (self.inner or self.path.name).rpartition("/")[2].lower().removesuffix(".gz")

    @contextmanager
    def open_text(self) -> Iterator[OpenedText]:
        """The text in UTF-8 without a byte order mark; an undecodable byte becomes a lone surrogate.

        Raises
        ------
        OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError
            The file is damaged, encrypted or not readable (:data:`READ_FAILURES`), at opening or during reading.
        """
        with self.path.open("rb") as raw:
            if self.inner is not None:
                with zipfile.ZipFile(raw) as archive, archive.open(self.inner) as member:
                    yield _opened(cast(BinaryIO, member), member.tell, archive.getinfo(self.inner).file_size)
            elif self.path.suffix.lower() == ".gz":
                with gzip.open(raw) as unpacked:
                    yield _opened(cast(BinaryIO, unpacked), raw.tell, self.path.stat().st_size)
            else:
                yield _opened(raw, raw.tell, self.path.stat().st_size)


def _opened(stream: BinaryIO, position: Callable[[], int], n_bytes: int) -> OpenedText:
    text = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")
    return OpenedText(text, lambda: min(position() / max(n_bytes, 1), 1.0))


def list_members(source: Path) -> tuple[Member, ...]:
    """The files of a register: one file, the contents of a zip archive, or all files of a folder and its subfolders.

    Raises
    ------
    IngestError
        The source does not exist or cannot be read, or one of its archives is damaged or incomplete.
    """
    try:
        return _listed(source)
    except OSError as failure:
        raise IngestError(
            "register_unreadable", f"{source} cannot be read: {failure.strerror}.", source=str(source)
        ) from failure


def _listed(source: Path) -> tuple[Member, ...]:
    if not source.exists():
        raise IngestError("register_missing", f"{source} does not exist.", source=str(source))
    paths = sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]
    visible = [path for path in paths if path == source or not path.name.startswith(".")]
    base = source if source.is_dir() else source.parent
    return tuple(member for path in visible for member in _members_of(path, path.relative_to(base).as_posix()))


def _members_of(path: Path, name: str) -> list[Member]:
    if path.suffix.lower() != ".zip":
        return [Member(path, name)]
    try:
        with zipfile.ZipFile(path) as archive:
            names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, OSError) as failure:
        raise IngestError(
            "register_damaged",
            f"{path} is no whole zip archive: {failure}. Download it again.",
            source=str(path),
        ) from failure
    return [Member(path, f"{name}/{inner}", inner) for inner in names if not inner.startswith("__MACOSX/")]
