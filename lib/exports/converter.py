"""Specifications of charts into pictures, in a process of its own that ends when the work is done.

The converter is a JavaScript engine that holds Python's global lock for as long as it draws, up to seconds, and keeps
some 200 MB: inside the server it would stop everybody else. Apart it costs half a second to start.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lib.errors import PictureError

DEADLINE = 90.0
"""Seconds that one picture may take."""

AT_ONCE = 2
"""Processes at a time; who comes later waits."""

_FREE = threading.BoundedSemaphore(AT_ONCE)
_PROCESS = Path(__file__).with_name("converter_process.py")


class Converter:
    """Makes pictures one after the other; use it in a ``with``, which ends its process."""

    def __enter__(self) -> Self:
        _FREE.acquire()
        try:
            self._process = self._started()
        except OSError as error:
            _FREE.release()
            raise PictureError("Pictures cannot be made here: the server may start no other process.") from error
        return self

    def _started(self) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603 - a fixed call of our own file
            [sys.executable, "-I", str(_PROCESS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._process.kill()
            self._process.communicate()
        finally:
            _FREE.release()

    def svg(self, spec: Mapping[str, Any]) -> str:
        """A Vega-Lite specification as SVG.

        Raises:
            PictureError: If it cannot be drawn, or takes longer than ``DEADLINE``.
        """
        return self._ask(spec, 0)

    def png(self, spec: Mapping[str, Any], scale: float) -> bytes:
        """A Vega-Lite specification as PNG, ``scale`` pixels for each of the chart.

        Raises:
            PictureError: If it cannot be drawn, or takes longer than ``DEADLINE``.
        """
        return base64.b64decode(self._ask(spec, scale))

    def _ask(self, spec: Mapping[str, Any], scale: float) -> str:
        line = json.dumps({"spec": spec, "scale": scale}, default=str)
        late = threading.Timer(DEADLINE, self._process.kill)
        late.start()
        try:
            assert self._process.stdin is not None  # noqa: S101 - both are pipes
            assert self._process.stdout is not None  # noqa: S101
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except OSError:
            answer = ""
        finally:
            late.cancel()
        return _picture(answer)


def _picture(answer: str) -> str:
    try:
        told = json.loads(answer)
    except ValueError as error:
        raise PictureError(
            "The chart could not be made into a picture in time: try again, or a smaller one."
        ) from error
    if "picture" not in told:
        reason = " ".join(str(told.get("error")).split())[:200]
        raise PictureError(f"The chart cannot be made into a picture: {reason}")
    return str(told["picture"])
