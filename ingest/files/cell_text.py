"""Typed cells as text. This module imports only the standard library, because the workbook process starts often."""

import json
import math
from collections.abc import Callable, Mapping
from datetime import datetime, time
from types import NoneType
from typing import Any

_LIST_SEPARATOR = "|"


def as_text(value: Any) -> str:
    """The text that a person would have typed into a CSV file for a typed cell.

    >>> as_text(2024.0), as_text(datetime(2025, 2, 3)), as_text(["ai", "iot"]), as_text(None)
    ('2024', '2025-02-03', 'ai|iot', '')
    """
    return _TEXT_OF_TYPE.get(type(value), str)(value)


def _number_text(value: float) -> str:
    if math.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _moment_text(value: datetime) -> str:
    return value.date().isoformat() if value.time() == time.min else value.isoformat()


def _list_text(value: list[Any] | tuple[Any, ...]) -> str:
    return _LIST_SEPARATOR.join(map(as_text, value))


_TEXT_OF_TYPE: Mapping[type, Callable[[Any], str]] = {
    NoneType: lambda _: "",
    bool: lambda value: "true" if value else "false",
    float: _number_text,
    datetime: _moment_text,
    bytes: lambda value: value.decode("utf-8", errors="replace"),
    list: _list_text,
    tuple: _list_text,
    dict: lambda value: json.dumps(value, ensure_ascii=False, default=as_text),
}
"""Every type that is not listed, such as a date, is written by :func:`str`; dates are in ISO 8601."""
