"""How strongly one fact ties two actors: the strength of a relationship, and of a project that both are members of.

Strengths lie between 0 and 1. None of them is measured. The strength of a kind of relationship is set by hand in
``graph/kinds.toml``. A project says less about two of its members the more members it has, and it does so by the
logarithm of their number (after Adamic and Adar, 2003, "Friends and neighbors on the Web"); that two members count as
1 is set by hand.
"""

import numpy as np
import numpy.typing as npt

from graph.columns import CodeArray, IntArray
from graph.kinds import load_kinds

WEAKEST_STRENGTH = 0.01
"""Strength of a relationship whose kind is unknown or has strength 0; set by hand, below that of every known kind."""

Strengths = npt.NDArray[np.float64]


def relationship_strength(kind_code: CodeArray) -> Strengths:
    """Strength of each relationship, float64 in :data:`WEAKEST_STRENGTH` … 1, shape of the codes.

    Parameters
    ----------
    kind_code
        int16 codes of kinds as in :attr:`graph.snapshot.GraphSnapshot.relationship_kind`, -1 for an unknown kind.
    """
    strength_of_kind = np.array([kind.strength for kind in load_kinds().relationship.values()] + [0.0])
    return np.maximum(strength_of_kind[kind_code], WEAKEST_STRENGTH)  # the code -1 reads the closing 0


def project_strength(n_members: IntArray) -> Strengths:
    """Strength with which a project ties each two of its members, float64 in 0 … 1, shape of ``n_members``.

    It is log(3) / log(1 + n) for n members, and 1 for fewer than two.

    >>> project_strength(np.array([0, 1, 2, 8], np.int32)).round(6).tolist()
    [1.0, 1.0, 1.0, 0.5]
    """
    return float(np.log1p(2)) / size_discount(np.maximum(n_members, 2))


def size_discount(n_members: IntArray) -> Strengths:
    """log(1 + n) for a project of n members, by which the weight of a shared project is divided; float64.

    A project without members counts as one with a single member, so that the discount is never 0.

    >>> size_discount(np.array([0, 1, 7], np.int32)).round(3).tolist()
    [0.693, 0.693, 2.079]
    """
    return np.log1p(np.maximum(n_members, 1))
