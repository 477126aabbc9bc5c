"""Ketnoi's tests.

Numerical libraries work on one thread, here and in the processes that tests start: on small tables the others only
wait, and they wait busily. The libraries read this when they are loaded, so it is set before any of them is.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
