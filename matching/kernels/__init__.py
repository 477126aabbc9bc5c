"""Loops over the entries of sparse matrices, compiled to machine code: what a question does tens of thousands of times.

NumPy and SciPy do the same in several passes, most of them over arrays as long as the network has actors.
"""
