"""Lists in pages. A cursor holds the position of the next page and nothing else."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Self

from graph.errors import InvalidQueryError

_POSITION = re.compile(r"(\d{1,9})\.([0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class Position:
    """The beginning of a page in a list.

    Attributes
    ----------
    listing
        Digest of the list and its filters. A cursor is valid only for the list that gave it.
    offset
        Number of entries before the page.
    """

    listing: str
    offset: int = 0

    @classmethod
    def of(cls, cursor: str | None, *filters: object) -> Self:
        """The position that a cursor names in the list with these filters; the beginning without a cursor.

        Raises
        ------
        InvalidQueryError
            Another list gave the cursor.
        """
        listing = hashlib.blake2b(repr(filters).encode(), digest_size=4).hexdigest()
        if cursor is None:
            return cls(listing)
        match = _POSITION.fullmatch(_decoded(cursor))
        if match is None or match[2] != listing:
            raise InvalidQueryError(
                "invalid_cursor", "The cursor belongs to another list. Leave it out to start from the beginning."
            )
        return cls(listing, int(match[1]))

    def next_cursor(self, n_entries: int, total: int) -> str | None:
        """The cursor of the page after one of ``n_entries``; None after the last."""
        offset = self.offset + n_entries
        if n_entries == 0 or offset >= total:
            return None
        return base64.urlsafe_b64encode(f"{offset}.{self.listing}".encode()).decode().rstrip("=")


def _decoded(cursor: str) -> str:
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
