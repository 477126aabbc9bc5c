"""Lists of public registers that some tests compare with; they are no part of this repository."""

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("KETNOI_REFERENCE_DATA", ""))
ROR_VIETNAM = FOLDER / "ror_vietnam.csv"
HANOI_WARDS = FOLDER / "hanoi_wards_2025.csv"


def needs_reference(path: Path) -> pytest.MarkDecorator:
    """The mark that skips a test where a file of the folder is missing."""
    return pytest.mark.skipif(
        not path.is_file(), reason=f"set KETNOI_REFERENCE_DATA to the folder that holds {path.name}"
    )
