"""Queries read from a CSV file."""

import csv
from collections.abc import Sequence
from pathlib import Path

from graph.errors import InvalidQueryError

ACTOR_COLUMNS = ("actor_id",)
BRIEF_COLUMNS = ("id", "title", "summary")


def read_queries(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV file of queries, in its order, with the columns given.

    Raises
    ------
    InvalidQueryError
        The file cannot be read, is not UTF-8, or lacks one of the columns.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
            if missing:
                raise InvalidQueryError(
                    "query_columns",
                    f"{path.name} lacks the column {missing[0]!r}. It needs: {', '.join(columns)}.",
                    file=path.name,
                    missing=missing,
                )
            return [{column: row[column] or "" for column in columns} for row in reader]
    except OSError as error:
        raise InvalidQueryError(
            "query_file", f"{path.name} cannot be read: {error.strerror}.", file=path.name
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidQueryError(
            "query_file", f"{path.name} is no CSV file in UTF-8. Save it as CSV UTF-8.", file=path.name
        ) from error
