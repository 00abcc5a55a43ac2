"""Settings of a process that does nothing but judge millions of labels."""

import ctypes
import gc
import sys

_SWITCH = 1e-5
_COLLECTED = 200_000
_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD = -3, -1  # of mallopt(3)
_KEPT = 1 << 30


def settle() -> None:
    """Makes this process keep what it is given, and its threads take turns sooner.

    glibc gives large blocks of memory back at once: the next one must be zeroed again, page by page, which takes a
    tenth of the time. A thread whose kernel is done waits for Python until another gives it up, by default 5 ms. What
    lives by now lives to the end: the collector need not look at it, and at the rest it looks seldom.
    """
    gc.freeze()
    gc.set_threshold(_COLLECTED)
    sys.setswitchinterval(_SWITCH)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:  # not in musl
        mallopt(_M_MMAP_THRESHOLD, _KEPT)
        mallopt(_M_TRIM_THRESHOLD, _KEPT)
