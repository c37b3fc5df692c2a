"""What the C library holds of memory that this process has freed.

What belongs here: giving it back, so that what a long stream holds does not grow. What doesn't: Arrow's own memory,
which does not.
"""

import ctypes


def give_back() -> None:
    """Return freed pages to the system, also those between pieces that are in use, where the C library is glibc.

    By itself it returns only what is free at the end: the blocks and columns of a dump, of all sizes to 32 MiB, leave
    more and more holes, 450 MB for every million releases.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
