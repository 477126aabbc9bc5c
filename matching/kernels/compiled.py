"""How loops are compiled, and what they run over."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
T = TypeVar("T")

_ANY_ORDER = {"reassoc", "contract"}
"""Licences of the compiler; not among them is that to take numbers for finite."""


def compiled(function: Callable[P, T]) -> Callable[P, T]:
    """The function as machine code, made at its first call and kept on disk where there is a place for it.

    It runs without the interpreter's lock. Terms of a sum may be added in another order than written, several at once.
    """
    try:
        return cast(Callable[P, T], njit(cache=True, nogil=True, fastmath=_ANY_ORDER)(function))
    except RuntimeError:  # neither the folder of the package nor the user's cache can be written
        return cast(Callable[P, T], njit(nogil=True, fastmath=_ANY_ORDER)(function))
