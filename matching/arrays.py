"""Names of the array types that several modules exchange, each with its dtype and what it holds."""

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
"""Features, weights, shares and other values computed for many actors at once, float32."""
DoubleArray = npt.NDArray[np.float64]
"""Scores, contributions, probabilities and metrics, float64."""
BoolArray = npt.NDArray[np.bool_]
"""A yes or no for each actor, project or place."""
IndexArray = npt.NDArray[np.intp]
"""Rows of actors or projects, and positions in other arrays, intp."""
CodeArray = npt.NDArray[np.int32]
"""Codes of terms, kinds and the like where there are millions of them, int32; -1 where there is none."""
IntegerArray = npt.NDArray[np.integer[Any]]
"""Integers of any width, as SciPy stores the structure of a matrix."""
Structure = tuple[IntegerArray, IntegerArray]
"""``indptr`` and ``indices`` of a CSR matrix: where its entries are."""
