"""A real HTTP server on 127.0.0.1 that behaves as badly as a test wants, and small survey files to serve."""

from __future__ import annotations

import io
import ssl
import threading
import zipfile
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd

from lib.prices import price_ratio
from lib.sources.scf.vintage import HOUSEHOLDS

Answer = Callable[[BaseHTTPRequestHandler, threading.Event], None]
ZIP = "application/x-zip-compressed"


@cache
def extract(wave: int = 2019, dollars: int = 2022, share: float = 1.0) -> bytes:
    """A zip with 40 households x 5 implicates that passes every check; weights sum to ``share`` of the US."""
    rng = np.random.default_rng(wave)
    household = np.repeat(np.arange(1, 41), 5)
    houses = np.round(rng.integers(50, 900, 200) * 1000 * price_ratio(wave, dollars))
    fin, debt = rng.integers(0, 10**6, 200), rng.integers(0, 10**5, 200)
    frame = pd.DataFrame(
        {
            "YY1": household,
            "Y1": household * 10 + np.tile(np.arange(1, 6), 40),
            "WGT": HOUSEHOLDS[wave] * 1e6 * share / 200,
            "AGE": rng.integers(18, 95, 200),
            "INCOME": rng.integers(0, 10**6, 200),
            "ASSET": fin + houses,
            "FIN": fin,
            "NFIN": houses,
            "DEBT": debt,
            "NETWORTH": fin + houses - debt,
            "HOUSES": houses,
            "TURNFEAR": rng.integers(0, 2, 200),
            "HBUS": rng.integers(0, 2, 200),
        }
    )
    return zipped(frame.to_csv(index=False).encode(), f"SCFP{wave}.csv")


def zipped(content: bytes, member: str = "SCFP2019.csv") -> bytes:
    """``content`` as the only member of a zip, not compressed, so that its size is known."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(member, content)
    return archive.getvalue()


def whole(content: bytes, kind: str = ZIP, *, length: bool = True) -> Answer:
    """Everything at once, as a good server does."""
    return stopping(content, len(content), kind=kind, length=length)


def stopping(content: bytes, at: int, *, kind: str = ZIP, length: bool = True) -> Answer:
    """Announces all of ``content`` and hangs up after ``at`` bytes."""

    def answer(handler: BaseHTTPRequestHandler, _closing: threading.Event) -> None:
        _begin(handler, content if length else None, kind)
        handler.wfile.write(content[:at])

    return answer


def pausing(content: bytes, began: threading.Event, go: threading.Event) -> Answer:
    """Sends half, says so by ``began``, and sends the rest after ``go``."""

    def answer(handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        _begin(handler, content, ZIP)
        half = len(content) // 2
        handler.wfile.write(content[:half])
        handler.wfile.flush()
        began.set()
        while not closing.is_set():
            if go.wait(0.01):
                handler.wfile.write(content[half:])
                return

    return answer


def trickling(content: bytes) -> Answer:
    """One byte after the other, too slow to arrive and too fast for a time-out between two bytes."""

    def answer(handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        _begin(handler, content, ZIP)
        for byte in content:
            handler.wfile.write(bytes([byte]))
            if closing.wait(0.01):
                return

    return answer


def status(code: int, **headers: str) -> Answer:
    """An error, or a redirect with ``Location=...``."""

    def answer(handler: BaseHTTPRequestHandler, _closing: threading.Event) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()

    return answer


def silent(_handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
    """Takes the request and never answers."""
    closing.wait()


def hanging_up(_handler: BaseHTTPRequestHandler, _closing: threading.Event) -> None:
    """Takes the request and closes the connection."""


def _begin(handler: BaseHTTPRequestHandler, content: bytes | None, kind: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", kind)
    if content is not None:
        handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()


class Loopback:
    """The server: ``with Loopback() as site: site.serve("scfp2019excel.zip", whole(content))``.

    Attributes:
        base: Its address, to be used as the base of downloads.
        requests: Path and headers of every request so far.
    """

    def __init__(self, certificate: Path | None = None) -> None:
        self.requests: list[tuple[str, dict[str, str]]] = []
        self._answers: dict[str, list[Answer]] = {}
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        scheme = "http" if certificate is None else "https"
        self.base = f"{scheme}://127.0.0.1:{self._server.server_address[1]}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def serve(self, name: str, *answers: Answer) -> None:
        """Give ``answers`` to requests for ``name`` one after the other, the last one for ever."""
        self._answers[f"/{name}"] = list(answers)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.requests.append((self.path, dict(self.headers)))
                answers = site._answers.get(self.path) or [status(404)]
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
                try:
                    answer(self, site._closing)
                except OSError:
                    self.close_connection = True  # the client has gone, as some tests want it to

            def log_message(self, *_: object) -> None:
                pass

        return Handler
