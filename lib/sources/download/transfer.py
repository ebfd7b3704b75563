"""One file over HTTP onto the disk: bounded in time and size, tried again where that may help."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

import requests
from requests import exceptions
from urllib3.exceptions import InvalidHeader, MaxRetryError
from urllib3.util import Retry

from lib.errors import DownloadError
from lib.sources.download.limits import Clock, Limits, Progress, UnreachableError
from lib.tables.files import MAX_PACKED, MEGABYTE

USER_AGENT = "Mozilla/5.0 (compatible; HouseholdSegments/1.0; survey dashboard)"
"""The survey's site answers 403 to the default names of some HTTP clients."""

_Item = requests.Response | bytes | Exception | None
"""What the network thread hands on: the response, its chunks, and None at the end; or what went wrong."""

_CHUNK = 64 * 1024
_LONGEST_PAUSE = 30.0
_MAX_REDIRECTS = 5
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class _PassingError(Exception):
    """A failure that another attempt may mend; ``error`` is what to say if none does."""

    def __init__(self, error: DownloadError, pause: float = 0) -> None:
        self.error = error
        self.pause = pause


def receive(url: str, into: Path, clock: Clock, progress: Progress) -> None:
    """Fetch ``url`` into the file ``into``, which on failure is left in pieces.

    Args:
        url: An http or https address; from https no redirect leads back to http.
        into: File to write.
        clock: The time allowed, running since the person asked.
        progress: Called in this thread; what it raises ends the transfer.

    Raises:
        DownloadError: One sentence on what went wrong and what to do.
        OSError: If the disk does not take the file.
    """
    limits = clock.limits
    retry = Retry(limits.attempts - 1, backoff_factor=limits.backoff, backoff_max=_LONGEST_PAUSE)
    clock.expect_answer()
    while True:
        try:
            _Attempt(url, into.name, clock).run(into, progress)
            return
        except _PassingError as passing:
            try:
                # not mounted on the session: that would sleep beyond the deadline, and not see a body break off
                retry = retry.increment("GET", url)
            except MaxRetryError:
                raise passing.error from passing
            pause = max(retry.get_backoff_time(), min(passing.pause, _LONGEST_PAUSE))
            if pause >= clock.left:
                raise passing.error from passing
            clock.pause(pause)


def _produce(url: str, limits: Limits, arriving: SimpleQueue[_Item], stop: threading.Event) -> None:
    """Put the response, its chunks and None onto the queue, or whatever goes wrong."""
    try:
        with _session(url) as session:
            headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
            timeout = (limits.connect, limits.read)
            with session.get(url, headers=headers, timeout=timeout, stream=True) as response:
                arriving.put(response)
                # nobody needs the body of an error
                chunks = response.iter_content(_CHUNK) if response.status_code == requests.codes.ok else ()
                for chunk in chunks:
                    if stop.is_set():
                        return
                    arriving.put(chunk)
        arriving.put(None)
    except Exception as error:  # noqa: BLE001 - it is raised again in the thread that waits
        arriving.put(error)


def _session(url: str) -> requests.Session:
    session = requests.Session()
    session.max_redirects = _MAX_REDIRECTS
    if url.startswith("https:"):
        del session.adapters["http://"]  # a redirect from https to http then finds nobody to follow it
    return session


def _asked_to_wait(response: requests.Response) -> float:
    """Seconds that a busy server asks to be left alone, whether it says so in seconds or by a date."""
    try:
        return Retry().parse_retry_after(response.headers.get("Retry-After", "0"))
    except (InvalidHeader, OverflowError):
        return 0.0


class _Attempt:
    """One request. A thread of its own listens to the network, so that no silence outlasts the deadline.

    Name look-up, a list of dead addresses and a trickle of single bytes all escape the time-outs of a socket.
    """

    def __init__(self, url: str, name: str, clock: Clock) -> None:
        self.url = url
        self.host = urlsplit(url).hostname or url
        self.name = name
        self.clock = clock
        self.size = 0
        self.total: int | None = None
        self._began = False
        self._arriving: SimpleQueue[_Item] = SimpleQueue()

    def run(self, into: Path, progress: Progress) -> None:
        stop = threading.Event()
        asked = (self.url, self.clock.limits, self._arriving, stop)
        threading.Thread(target=_produce, args=asked, daemon=True, name="download").start()
        try:
            response = self._next()
            if isinstance(response, requests.Response):
                self._check_response(response)
            self._write(into, progress)
        finally:
            stop.set()

    def _write(self, into: Path, progress: Progress) -> None:
        progress(0, self.total)
        with into.open("wb") as file:
            while isinstance(chunk := self._next(), bytes):
                self.size += len(chunk)
                self._check_size(self.size)
                file.write(chunk)
                progress(self.size, self.total)
            file.flush()
            os.fsync(file.fileno())  # a rename may otherwise survive a power cut that the content does not
        if self.total is not None and self.size < self.total:
            raise _PassingError(self._cut_off())

    def _next(self) -> _Item:
        try:
            item = self._arriving.get(timeout=self.clock.left)
        except Empty:
            raise self._too_late() from None
        if isinstance(item, Exception):
            raise self._explained(item) from item
        return item

    def _check_response(self, response: requests.Response) -> None:
        self.clock.note_answer()
        self._began = True
        self._check_status(response)
        if response.headers.get("Content-Type", "").lower().startswith(("text/html", "application/xhtml")):
            raise DownloadError(
                f"{self.host} answered with a web page instead of {self.name}: if this network asks for a "
                "sign-in, sign in with a browser first, then try again."
            )
        if "Content-Encoding" not in response.headers:
            with contextlib.suppress(KeyError, ValueError):
                self.total = int(response.headers["Content-Length"])
        self._check_size(self.total or 0)

    def _check_status(self, response: requests.Response) -> None:
        status = response.status_code
        if status in _PASSING:
            error = DownloadError(f"{self.host} is too busy to send {self.name} ({status}): try again later.")
            raise _PassingError(error, _asked_to_wait(response))
        if status in {401, 403}:
            raise DownloadError(
                f"{self.host} refuses to send {self.name} ({status}): fetch it with a browser and put it "
                "into the folder of downloads."
            )
        if status in {404, 410}:
            raise DownloadError(
                f"{self.host} has no {self.name} any more ({status}): look for it on the "
                "survey's site and put it into the folder of downloads."
            )
        if status != requests.codes.ok:
            raise DownloadError(f"{self.host} did not send {self.name} ({status}): try again later.")

    def _check_size(self, size: int) -> None:
        if size > MAX_PACKED:
            raise DownloadError(
                f"{self.name} at {self.host} has more than {MAX_PACKED // MEGABYTE} MB, far more than any "
                "wave of the survey: check the address."
            )

    def _too_late(self) -> DownloadError:
        limits = self.clock.limits
        if not self._began:
            return UnreachableError(
                f"{self.host} did not answer within {min(limits.answer, limits.deadline):.0f} seconds: check "
                "the network, or try again later."
            )
        return DownloadError(
            f"{self.name} did not arrive within {limits.deadline:.0f} seconds ({self._so_far()}): try again "
            "later or on a faster network."
        )

    def _explained(self, error: Exception) -> Exception:
        if isinstance(error, exceptions.SSLError):
            return DownloadError(
                f"The certificate of {self.host} cannot be verified: check the clock of this computer, or "
                "ask who runs its network."
            )
        if isinstance(error, exceptions.InvalidSchema | exceptions.TooManyRedirects):
            return DownloadError(
                f"{self.host} leads away from {self.name} to an address that is not followed: fetch it with "
                "a browser and put it into the folder of downloads."
            )
        if isinstance(error, exceptions.ConnectionError | exceptions.Timeout | exceptions.ChunkedEncodingError):
            return _PassingError(self._cut_off() if self._began else self._unreachable(error))
        return DownloadError(
            f"{self.name} cannot be fetched from {self.host} ({type(error).__name__}): check the address and "
            "this computer's settings for proxies and certificates."
        )

    def _unreachable(self, error: Exception) -> DownloadError:
        if isinstance(error, exceptions.ProxyError):
            return UnreachableError(f"The proxy does not lead to {self.host}: check the proxy settings.")
        if isinstance(error, exceptions.ReadTimeout):
            return UnreachableError(f"{self.host} does not answer: try again later.")
        return UnreachableError(f"{self.host} cannot be reached: check the network, or try again later.")

    def _cut_off(self) -> DownloadError:
        return DownloadError(f"{self.host} stopped sending {self.name} half-way ({self._so_far()}): try again later.")

    def _so_far(self) -> str:
        of = f" of {self.total / MEGABYTE:.1f}" if self.total else ""
        return f"{self.size / MEGABYTE:.1f}{of} MB"
