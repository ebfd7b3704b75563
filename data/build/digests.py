"""The SHA-256 of every file in ``data`` that figures rest on: ``python -m data.build.digests`` after changing one."""

from __future__ import annotations

import hashlib

from lib.shipped import DIGESTS, FOLDER


def main() -> None:
    """Write the list."""
    files = sorted(path for path in FOLDER.iterdir() if path.suffix in {".csv", ".parquet"})
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    DIGESTS.write_text("".join(lines), encoding="ascii", newline="\n")


if __name__ == "__main__":
    main()
