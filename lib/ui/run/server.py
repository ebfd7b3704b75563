"""What is set once for a server, before its first page and after it."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import ctypes
import gc
import os
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache

import pyarrow as pa
import streamlit as st
from threadpoolctl import ThreadpoolController

from lib import solvers
from lib.errors import HouseholdSegmentsError
from lib.sources import download
from lib.tables.own import laid
from lib.tables.whole import sweep
from lib.ui.run import crowd, fetched, settings
from lib.ui.run.leaving import see_off_for_ever
from lib.ui.scene import catalogue
from lib.work import log
from lib.work.machine import is_small
from lib.work.progress import Cancelled

_BLAS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


# of glibc's mallopt: how many arenas, from what size on memory is mapped by itself, how much may lie idle on top
_M_ARENA_MAX, _M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD = -8, -3, -1
_LARGE = 2**20

_LOOK_EVERY, _WORK = 1.0, 0.1
"""Seconds between looks at what the server did, and seconds of processor time from which on it may have left a gap."""

_MAPPED = 2
"""Waves, the newest ones, whose first maps are made beforehand: with all of them a server would draw for an hour."""

_SECONDS_TO_DRAW = 2.0
"""The first visitor's browser may run on this machine, or on one that has no more processors than this."""


_STARTED = time.monotonic()


def uptime() -> float:
    """Seconds since this server was started."""
    return time.monotonic() - _STARTED


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """What a server does when it starts: whatever is the same for all visitors is ready for the first of them."""
    before_first_page()
    if not is_small():  # which has no memory for another process
        solvers.use_a_process()
    # a survey that was never read takes seconds: the server answers meanwhile
    threading.Thread(target=_open_all, name="first look", daemon=True).start()
    leaving = asyncio.create_task(see_off_for_ever())
    yield
    leaving.cancel()


def _open_all() -> None:
    download.sweep()
    laid.sweep()
    for source in catalogue.sources().keys() - catalogue.EXAMPLES.keys():
        with contextlib.suppress(HouseholdSegmentsError):  # the page says what is wrong with it
            catalogue.about(source)


@cache
def before_first_page() -> None:
    """Once per server: the log, short work in one thread, memory goes back, addresses of files are private."""
    log.start()
    for sentence in settings.misunderstood():
        log.setting(sentence)
    fetched.keep_addresses_private()
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
        threading.Thread(target=_close_gaps, args=(libc.malloc_trim,), name="memory", daemon=True).start()


def _close_gaps(trim: Callable[[int], int]) -> None:
    """Give back what is free between pieces in use, which glibc keeps: tens of megabytes, in a thousandth of a second.

    Pages, fragments and work in the background all leave gaps, so that none of them is asked: whenever the server has
    worked it is time.
    """
    pause, before = threading.Event(), 0.0
    while not pause.wait(_LOOK_EVERY):
        if (now := time.process_time()) - before > _WORK:
            trim(0)
            before = now


@st.cache_resource(show_spinner=False)
def after_first_page() -> None:
    """Take what is loaded out of the garbage collector's rounds; load what works for the server, make first maps."""
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # what is never collected, DuckDB reports as leaked when the server ends
    timer = threading.Timer(_SECONDS_TO_DRAW, _first_maps)
    timer.daemon = True
    timer.start()


def _first_maps() -> None:
    # the front door waits for none of it
    solvers.warm_up()
    from lib import maps
    from lib.maps.first import prepare

    if (cache := maps.default_store().cache) is not None:
        sweep(cache)
    maps.warm_up()
    with contextlib.suppress(Cancelled):  # the server ends
        for year in sorted(catalogue.waves(), reverse=True)[:_MAPPED]:
            prepare(catalogue.sources()[str(year)].open(None), wait=_until_quiet)


def _until_quiet() -> None:
    """Wait until nobody's page has anything to do: what people ask for is drawn for them in any case."""
    pause = threading.Event()
    while not crowd.is_quiet():
        pause.wait(_LOOK_EVERY)
