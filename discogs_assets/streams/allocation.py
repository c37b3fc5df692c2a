"""How the C library hands out large pieces of memory in this process.

What belongs here: keeping what a long stream holds from growing. What doesn't: Arrow's own memory, which does not.
"""

import ctypes

M_MMAP_THRESHOLD = -3
"""Number of the parameter in glibc's malloc.h."""

LARGE = 4 << 20
"""Bytes from which a piece has pages of its own, which go back when it is freed."""


def give_back_large_pieces() -> None:
    """Have freed pieces of `LARGE` bytes or more returned to the system at once, where the C library is glibc.

    By itself it moves that bound upwards, to 32 MiB, and the blocks and columns of a dump then leave more and more
    holes: 450 MB for every million releases. New pages for each take a twentieth more processor time.
    """
    adjust = getattr(ctypes.CDLL(None), "mallopt", None)
    if adjust is not None:
        adjust(M_MMAP_THRESHOLD, LARGE)
