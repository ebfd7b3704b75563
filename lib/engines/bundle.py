"""A bundle: the folder that a run leaves, described in ``docs/bundle.md``; written whole, read with every doubt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from lib.errors import DataError
from lib.segments.apply.command import load
from lib.segments.apply.stored import StoredRecipe
from lib.tables.cells import clean_name

FORMAT = "Household Segments bundle"
FORMAT_VERSION = 1
MANIFEST, RECIPE, SAMPLE, STATEMENTS, MAP = (
    "bundle.json",
    "recipe.json",
    "sample.parquet",
    "statements.sql",
    "maps/pca.parquet",
)
FILES = frozenset({MANIFEST, RECIPE, SAMPLE, STATEMENTS, MAP})
MAX_BYTES = 8_000_000

_BLOCK = 2**20
_SIZES = ("segment", "name", "count", "share", "sampled", "rows", "thin")
_STATISTICS = ("mean", "sd", "median", "p25", "p75")
_LONG = 4_000
_PARTS = (
    *("engine", "table", "counting", "draw", "rules", "scale", "iterations", "converged", "refinement", "inertia"),
    *("sizes", "profiles", "scores", "stability", "notes", "files"),
)


@dataclass(frozen=True, eq=False)
class Bundle:
    """A bundle that was found sound.

    Attributes:
        folder: Where it is.
        facts: All of ``bundle.json``.
        stored: Its recipe, with the scale and the centres of all rows.
        sizes: As ``Segmentation.sizes``, with ``name`` besides.
        profiles: Indexed by ``segment`` and ``column``: ``mean``, ``sd``, ``median``, ``p25``, ``p75``.
        everyone: Indexed by ``column``: the same of all rows.
        scores: As ``Sweep.table``; None where they were left out.
        stability: As ``Stability.table``; None where that was left out.
        iterations: One row for each pass over all rows.
        notes: What is worth knowing, a sentence each.
    """

    folder: Path
    facts: Mapping[str, Any]
    stored: StoredRecipe
    sizes: pd.DataFrame
    profiles: pd.DataFrame
    everyone: pd.DataFrame
    scores: pd.DataFrame | None
    stability: pd.DataFrame | None
    iterations: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def sample(self) -> Path:
        """The rows that were drawn."""
        return self.folder / SAMPLE

    def of(self, figure: str, statistic: str = "") -> str:
        """What a figure rests on: "all rows" or "sample of 100,000"; "" where it was left out.

        Args:
            figure: "sizes", "profiles", "scores", "stability", "inertia" or "refinement".
            statistic: Of the profiles: which.
        """
        part = self.facts[figure]
        said = part.get("of", "") if isinstance(part, dict) else ""
        return clean_name(str(said.get(statistic, "") if isinstance(said, dict) else said))


def write(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write ``bundle.json`` beside the other files, whose digests it holds; NaN is null."""
    there = [name for name in sorted(FILES - {MANIFEST}) if (folder / name).is_file()]
    content = {**facts, "files": {name: digest(folder / name) for name in there}}
    text = json.dumps(plain(content), ensure_ascii=False, indent=1, allow_nan=False)
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def read(folder: Path) -> Bundle:
    """Read a bundle.

    Raises:
        DataError: One sentence, if it is none, is of another version, or a file of it is missing or was changed.
        RecipeError: If its recipe is none.
    """
    if not (folder / MANIFEST).is_file():
        raise DataError(f"{folder.name or folder} is no bundle: name a folder that holds {MANIFEST}.")
    facts = _parsed(folder / MANIFEST)
    if facts.get("format") != FORMAT:
        _refuse("it does not say that it is one")
    if facts.get("format_version") != FORMAT_VERSION:
        said = clean_name(str(facts.get("format_version")), 20)
        raise DataError(f"This bundle has format version {said}, this version reads {FORMAT_VERSION}: run it again.")
    if missing := [part for part in _PARTS if part not in facts]:
        _refuse(f"{missing[0]} is missing")
    _check_files(folder, facts["files"])
    stored = load(folder / RECIPE)
    try:
        return _bundle(folder, facts, stored)
    except (KeyError, TypeError, ValueError, AttributeError):
        _refuse("a figure is missing or of the wrong kind")


def _bundle(folder: Path, facts: Mapping[str, Any], stored: StoredRecipe) -> Bundle:
    profiles = facts["profiles"]
    sizes = _table(facts["sizes"]["table"], _SIZES, ("segment",), ("name",))
    segments = list(stored.model.numbers)
    if sorted(set(sizes.index) - {0}) != segments:
        _refuse("its sizes are not of the segments of its recipe")
    return Bundle(
        folder=folder,
        facts=MappingProxyType(dict(facts)),
        stored=stored,
        sizes=sizes.astype({"sampled": int, "rows": int, "thin": bool}),
        profiles=_table(profiles["table"], ("segment", "column", *_STATISTICS), ("segment", "column")),
        everyone=_table(profiles["everyone"], ("column", *_STATISTICS), ("column",)),
        scores=_maybe(facts["scores"], "k"),
        stability=_maybe(facts["stability"], "segment"),
        iterations=_table(facts["iterations"], ("pass", "rows", "inertia", "shift", "seconds"), ("pass",)),
        notes=tuple(clean_name(str(note), _LONG) for note in facts["notes"]),
    )


def _maybe(part: Mapping[str, Any] | None, index: str) -> pd.DataFrame | None:
    if part is None:
        return None
    names = list(part["table"][0])
    return _table(part["table"], names, (index,), ("verdict",))


def _table(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], index: Sequence[str], texts: Sequence[str] = ()
) -> pd.DataFrame:
    """Rows of JSON as a table of numbers, but for some columns of text.

    Raises:
        ValueError: If something is of another kind.
    """
    if not isinstance(rows, list) or not rows:
        raise ValueError("no rows")
    words = {*texts, "column"}
    found: dict[str, list[Any]] = {
        name: [_text(row[name]) if name in words else _figure(row[name]) for row in rows] for name in columns
    }
    table = pd.DataFrame(found)
    whole = {name: int for name in index if name not in words}
    made = table.astype(whole).set_index(list(index))
    if not made.index.is_unique:
        raise ValueError("a row is there twice")
    return made


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return clean_name(value, _LONG)


def _figure(value: object) -> float:
    if value is None:
        return float("nan")
    if not isinstance(value, bool | int | float):
        raise TypeError("no number")
    return float(value)


def _parsed(path: Path) -> dict[str, Any]:
    if path.stat().st_size > MAX_BYTES:
        _refuse(f"{path.name} has more than {MAX_BYTES // 1_000_000} MB")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        _refuse(f"{path.name} is not sound JSON")
    if not isinstance(found, dict):
        _refuse(f"{path.name} is not a JSON object")
    return found


def _check_files(folder: Path, files: object) -> None:
    known = FILES - {MANIFEST}
    if not isinstance(files, dict) or not known - {MAP} <= set(files) <= known:
        _refuse("it does not say which files belong to it")
    for name, told in files.items():
        path = folder / name
        if not path.is_file() or digest(path) != told:
            _refuse(f"{name} is missing or was changed")


def _refuse(why: str) -> NoReturn:
    raise DataError(f"This is no sound bundle ({why}): run it again, or take another.")


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def plain(value: Any) -> Any:  # noqa: ANN401 - whatever is to be written
    """A value as JSON holds it: null for what is no number."""
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(one) for one in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    return None if isinstance(value, float) and not np.isfinite(value) else value
