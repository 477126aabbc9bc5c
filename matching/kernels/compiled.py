"""The decorator that compiles a loop to machine code."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
T = TypeVar("T")

_ANY_ORDER = {"reassoc", "contract"}
"""Freedoms of the compiler: to reorder and fuse additions and products, but not to take every number for finite."""


def compiled(function: Callable[P, T]) -> Callable[P, T]:
    """The function as machine code, compiled at the first call and cached on disk where a folder can be written.

    It runs without the interpreter's lock. The terms of a sum may be added in any order, several at once.
    """
    try:
        return cast(Callable[P, T], njit(cache=True, nogil=True, fastmath=_ANY_ORDER)(function))
    except RuntimeError:  # neither the package folder nor the user's cache can be written
        return cast(Callable[P, T], njit(nogil=True, fastmath=_ANY_ORDER)(function))
