"""What the process of ``lib.exports.converter`` runs: a specification per line in, a picture per line out.

It stands alone and imports nothing of the app, so that it starts at once.
"""

from __future__ import annotations

import base64
import contextlib
import json
import sys
from pathlib import Path

import vl_convert


def main() -> None:
    """Answer every line of standard input until it ends; first of all to go when the system's memory runs out."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("900", encoding="ascii")
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"picture": _draw(asked["spec"], asked["scale"])}
        except ValueError as error:
            answer = {"error": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _draw(spec: dict[str, object], scale: float) -> str:
    """SVG where the scale is 0, else PNG in base64; nothing is ever fetched."""
    if not scale:
        drawn: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
        return drawn
    return base64.b64encode(vl_convert.vegalite_to_png(spec, scale=scale, allowed_base_urls=[])).decode()


if __name__ == "__main__":
    main()
