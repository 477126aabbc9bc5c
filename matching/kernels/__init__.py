"""Compiled loops over sparse matrices, for the operations that a question repeats tens of thousands of times.

NumPy and SciPy need several passes for the same result, and most of these passes run over arrays as long as the number
of actors. A compiled loop reads each entry once.
"""
