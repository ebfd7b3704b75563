"""Whose work the app stands on: ``python -m tests.licences`` writes docs/licences.md from what is installed."""

from __future__ import annotations

import datetime
import re
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK, WRITTEN = ROOT / "requirements.lock", ROOT / "docs" / "licences.md"

BY_HAND = {
    "colorama": "BSD-3-Clause",
    "kneed": "BSD-3-Clause",
    "umap-learn": "BSD-3-Clause",
    "uvloop": "MIT OR Apache-2.0",
}
"""Read in the packages' own files, where their metadata say nothing, or the package is for another system."""

LONGEST = 40
"""Characters of a licence's name; what is longer is its text."""


def locked() -> dict[str, str]:
    """Name -> version of all that is in the container."""
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE))


def licence(name: str) -> str:
    """What a package that is installed says of itself; "" for one that says nothing."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return BY_HAND.get(name, "")
    return BY_HAND.get(name) or said.get("License-Expression") or _classified(said) or _short(said.get("License"))


def _classified(said: PackageMetadata) -> str:
    kinds = [line.split(" :: ")[-1] for line in said.get_all("Classifier") or [] if line.startswith("License :: OSI")]
    return " AND ".join(kinds)


def _short(text: str | None) -> str:
    return text if text and len(text) <= LONGEST else ""


def document(day: datetime.date) -> str:
    """The file."""
    rows = "".join(f"| {name} | {version} | {licence(name)} |\n" for name, version in locked().items())
    return f"""# Whose work this stands on

All packages that the app needs, those that others need in turn included, at the versions of `requirements.lock`, with
the licence that each states. Written by `make licences`, {day}. The texts of the licences, and of what is compiled
into the packages, lie in the packages. All may be used, changed and passed on, for money too. psycopg (LGPL), certifi
and tqdm (MPL) ask that changes to themselves be passed on under the same licence; here they are used as they come.
Segments on Spark (`requirements-spark.txt`) need besides: pyspark, grpcio, grpcio-status and
googleapis-common-protos (Apache-2.0), py4j and zstandard (BSD-3-Clause).

| package | version | licence |
| --- | --- | --- |
{rows}"""


def main() -> None:
    """Write it."""
    WRITTEN.write_text(document(datetime.datetime.now(tz=datetime.UTC).date()), encoding="utf-8")


if __name__ == "__main__":
    main()
