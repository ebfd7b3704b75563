"""Columns of categories: codes that the file has labels for, and words that are given codes here."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lib.errors import DataError
from lib.tables.cells import clean_name
from lib.tables.own.guess import Column, ColumnGuess, Given, Level, Role
from lib.tables.own.limits import MAX_LEVELS
from lib.tables.own.raw import as_text

_YES = frozenset({"yes", "y", "true", "t", "1", "ja", "j", "oui", "o", "si", "sí", "s", "on"})
_NO = frozenset({"no", "n", "false", "f", "0", "nein", "non", "nej", "off"})


def is_coded(given: Given) -> bool:
    """Whether the file has labels for what is in the column, or it holds 0 and 1 alone."""
    found = pc.unique(pc.drop_null(given.cells.slice(0, 10_000))).to_pylist()
    if len(found) > MAX_LEVELS or not (given.named or set(found) <= {0, 1}):
        return False
    found = pc.unique(pc.drop_null(given.cells)).to_pylist()
    if given.named and len(found) <= MAX_LEVELS and set(map(float, found)) <= set(given.named):
        return True
    return set(found) == {0, 1}


def coded(given: Given, base: ColumnGuess) -> Column:
    """Numbers that are codes: they stay as they are, with the labels that the file has for them."""
    if (found := pc.count_distinct(given.cells).as_py()) > MAX_LEVELS:
        raise _too_many_levels(given, found)
    counted = pc.value_counts(pc.drop_null(given.cells)).to_pylist()
    role: Role = given.choices.get("role") or ("flag" if {one["values"] for one in counted} == {0, 1} else "category")
    relabelled = given.choices.get("levels") or {}
    words = {0.0: "No", 1.0: "Yes"} if role == "flag" and not given.named else given.named
    levels = []
    for one in sorted(counted, key=lambda one: one["values"]):
        code = float(one["values"])
        text = str(int(code)) if code.is_integer() else repr(code)
        label = clean_name(str(relabelled.get(text, words.get(code, text)))) or text
        levels.append(Level(code, text, label, one["counts"]))
    if role == "flag" and {level.code for level in levels} - {0.0, 1.0}:
        return categories(given, replace(base, role=role), as_text(_whole(given.cells)))
    guess = replace(base, role=role, levels=tuple(levels), unit=role if role == "flag" else "category", format=",.0f")
    return Column(guess, _small(as_array(given.cells)))


def _whole(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_floating(cells.type) and not np.any(np.mod(pc.drop_null(cells).to_numpy(), 1)):
        return pc.cast(cells, pa.int64())
    return cells


def categories(given: Given, base: ColumnGuess, cells: pa.ChunkedArray) -> Column:
    """Categories numbered from 1 in the order of their words; 0 and 1 where they say no and yes."""
    if (found := pc.count_distinct(cells).as_py()) > MAX_LEVELS:
        raise _too_many_levels(given, found)
    encoded = pc.dictionary_encode(cells).combine_chunks()
    texts = encoded.dictionary.to_pylist()
    at = pc.fill_null(encoded.indices, -1).to_numpy()
    counts = np.bincount(at[at >= 0], minlength=len(texts))
    codes, role = _codes(texts, base.role)
    if base.role == "flag" and role != "flag":
        raise DataError(f"{given.where} has {len(texts)} different values and no yes and no: make a category of it.")
    labels = given.choices.get("levels") or {}
    levels = [
        Level(code, text, clean_name(str(labels.get(text, text))) or text, int(count))
        for code, text, count in zip(codes, texts, counts, strict=True)
    ]
    values = np.array([*codes, np.nan], dtype=np.float32)[at]
    if not cells.null_count:
        values = values.astype(np.int64)
    guess = replace(
        base,
        role=role,
        levels=tuple(sorted(levels, key=lambda level: level.code)),
        unit="flag" if role == "flag" else "category",
        format=",.0f",
    )
    return Column(guess, _small(values))


def _codes(texts: list[str], wanted: Role) -> tuple[list[float], Role]:
    lower = [text.lower() for text in texts]
    if len(texts) == 2 and wanted in ("flag", "category"):
        yes = [text in _YES for text in lower]
        no = [text in _NO for text in lower]
        if sum(yes) == 1 and sum(no) == 1 and yes != no:
            return [float(one) for one in yes], "flag"
    if len(texts) <= 2 and wanted == "flag":
        ordered = sorted(texts, key=_by_words)
        return [float(ordered.index(text)) for text in texts], "flag"
    if all(re.fullmatch(r"-?(0|[1-9]\d{0,5})", text) for text in texts):
        return [float(text) for text in texts], "category"
    ordered = sorted(texts, key=_by_words)
    place = {text: at for at, text in enumerate(ordered, start=1)}
    return [float(place[text]) for text in texts], "category"


def _by_words(text: str) -> list[tuple[int, int, str]]:
    """A key that puts "Band 2" before "Band 10"."""
    parts = re.split(r"(\d+)", text.casefold())
    return [(0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part) for part in parts]


def _too_many_levels(given: Given, found: int) -> DataError:
    return DataError(
        f"{given.where} has {found:,} different values; a category has at most {MAX_LEVELS}: "
        "keep it as text or leave it out."
    )


def as_array(values: pa.ChunkedArray) -> NDArray[Any]:
    """Numbers as an array: whole ones where none is missing, else float64."""
    if pa.types.is_integer(values.type) and not values.null_count:
        return values.to_numpy().astype(np.int64, copy=False)
    return pc.fill_null(pc.cast(values, pa.float64(), safe=False), float("nan")).to_numpy()


def _small(values: NDArray[Any]) -> NDArray[Any]:
    """Codes in as few bytes as they need."""
    if values.dtype.kind == "f":
        small = values.astype(np.float32)
        return small if np.array_equal(small, values, equal_nan=True) else values
    return values.astype(np.int8) if len(values) and values.min() >= -128 and values.max() < 128 else values
