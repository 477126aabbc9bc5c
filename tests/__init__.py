"""Ketnoi's tests, and the environment in which they and the processes that they start run.

Numerical libraries work on one thread: on small tables the others only wait, and they wait busily. Nobody's terminal
says how wide the commands write; where several workers share the tests, they are told of one. Libraries read both when
they are loaded, so this is done before any of them is.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
for name in ("COLUMNS", "LINES"):
    os.environ.pop(name, None)
