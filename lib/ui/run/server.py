"""What is set once for a server, before its first page and after it."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import threading

import pyarrow as pa
import streamlit as st
from threadpoolctl import ThreadpoolController

from lib.ui.scene import catalogue
from lib.work.progress import Cancelled

_BLAS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


# of glibc's mallopt: how many arenas, from what size on memory is mapped by itself, how much may lie idle on top
_M_ARENA_MAX, _M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD = -8, -3, -1
_LARGE = 2**20


@st.cache_resource(show_spinner=False)
def before_first_page() -> None:
    """Once per server: short work in one thread, and memory that was used goes back to the machine."""
    _one_thread()
    _give_memory_back()


def _one_thread() -> None:
    """One thread for linear algebra: a weighted mean of some thousand rows waits longer for others than it takes."""
    for name in _BLAS:
        os.environ.setdefault(name, "1")  # for what is loaded later
    ThreadpoolController().limit(limits=1, user_api="blas")


def _give_memory_back() -> None:
    """Tables come and go by the thousand: left alone, the allocators keep a third of what they once had."""
    pa.set_memory_pool(pa.system_memory_pool())
    with contextlib.suppress(OSError, AttributeError):  # another C library than glibc
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(_M_ARENA_MAX, 2)
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE)
        libc.mallopt(_M_TRIM_THRESHOLD, _LARGE)


@st.cache_resource(show_spinner=False)
def after_first_page() -> None:
    """Take what is loaded by now out of the garbage collector's rounds; load the map worker, make first maps."""
    gc.collect()
    gc.freeze()
    threading.Thread(target=_first_maps, name="first maps", daemon=True).start()


def _first_maps() -> None:
    # the front door waits for none of it
    from lib import maps
    from lib.maps.first import prepare

    maps.warm_up()
    with contextlib.suppress(Cancelled):  # the server ends
        for key, source in catalogue.sources().items():
            if key != catalogue.SAMPLE:
                prepare(source.open(None))
