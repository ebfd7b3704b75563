"""Recipes, sound ones first, then each mutilated in many ways; the same ones at every run."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd

from lib.population import Population
from lib.segments import Recipe, fit
from lib.segments.apply.stored import to_text
from lib.sources.table import read
from lib.steps import Cap, Fill, LeaveOutMissing, Logarithm, MergeRare, OneHot, combined, prepare

WAYS: tuple[dict[str, Any], ...] = (
    {"transform": "asinh", "bend": 3.0},
    {"transform": "quantile", "scaling": "robust", "pca": 0.9},
    {"transform": "winsorised", "scaling": "minmax", "algorithm": "ward"},
    {"transform": "two_part", "algorithm": "latent_class"},
    {"transform": "none", "scaling": "none", "algorithm": "hdbscan"},
)
"""Recipes of every transform, of algorithms that store more or other numbers, with PCA and without."""

PUT: tuple[Any, ...] = (
    *(None, True, -1, 0, 0.5, 1e308, 10**30, 10**400, "", "x", "nan", "1e400", "\ud800", "\u202e" + "y" * 5_000),
    *([], {}, [[]], [None], {"a": {"a": []}}, ["x"] * 700),
)
"""What is put in the place of each value."""


@cache
def sound() -> tuple[dict[str, Any], ...]:
    """The contents of recipe files as the app writes them."""
    found = [json.loads(_of_table(way)) for way in WAYS]
    return (*found, json.loads(_prepared()))


def table() -> str:
    """The table that they are of, as CSV."""
    rng = np.random.default_rng(5)
    groups = np.repeat([[0.0, 10.0], [90.0, 400.0], [20.0, 4_000.0]], 20, axis=0)
    frame = pd.DataFrame(groups + rng.normal(scale=3.0, size=groups.shape), columns=["paid", "owed"])
    frame.loc[::6, "paid"] = 0.0
    frame["region"] = np.tile(["North", "South", "West", "South"], 15)
    frame["since"] = pd.date_range("2024-01-01", periods=60).strftime("%Y-%m-%d")
    buffer = io.StringIO()
    frame.round(2).to_csv(buffer, index=False)
    return buffer.getvalue()


def _of_table(way: dict[str, Any]) -> str:
    data = read(table().encode(), "mine.csv")
    found = fit(data, Recipe(("paid", "owed"), k=3, starts=2, **way))
    return to_text(found.model, {1: "Few", 2: "Many"}, data.codebook, 2019, {"Data": "Mine", "Counting": "rows"})


def _prepared() -> str:
    data = read(table().encode(), "mine.csv", choices={"columns": {"owed": {"missing": ["-"], "thousands": ","}}})
    book = data.codebook
    steps = [
        *(Fill(("paid",)), Fill(("owed",), "neighbours"), Cap(("owed",)), MergeRare("region", 0.3), OneHot("region")),
        *(combined("ratio", ("paid", "owed"), book), LeaveOutMissing(("paid",)), Logarithm("ln", "ln", "owed", True)),
    ]
    done = prepare(data, steps).data
    features = tuple(name for name in done.columns if name.startswith(("paid", "ln", "region:")))
    found = fit(done, Recipe(features, k=2, starts=2))
    return to_text(found.model, {}, done.codebook, None, {}, preparation=done.preparation)


def mutilated() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """What is done to a recipe, and what makes the file that it is then."""
    for number, document in enumerate(sound()):
        of = f"recipe {number}: "
        for path in _paths(document):
            where = of + ".".join(map(str, path))
            for value in PUT:
                yield f"{where} is {ascii(value)[:20]}", partial(_changed, document, path, lambda _, value=value: value)
            yield f"without {where}", partial(_changed, document, path, None)
            yield f"{where} twice", partial(_changed, document, path, lambda there: [there, there])
        yield from ((of + what, partial(bytes, content)) for what, content in _torn(_bytes(document)))


def _paths(document: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where something stands; of a list its first and its last, of what is written for people nothing."""
    if isinstance(document, dict):
        steps: list[str | int] = [key for key in document if key not in ("how_to_apply", "label", "made_with")]
    elif isinstance(document, list):
        steps = sorted({0, len(document) - 1}) if document else []
    else:
        return
    for step in steps:
        yield (*path, step)
        yield from _paths(document[step], (*path, step))


def _changed(document: Any, path: tuple[str | int, ...], other: Callable[[Any], Any] | None) -> bytes:
    """A recipe with something else in one place, or with nothing there."""
    copied = at = copy.deepcopy(document)
    for step in path[:-1]:
        at = at[step]
    there = at.pop(path[-1]) if other is None else at[path[-1]]
    if other is not None:
        at[path[-1]] = other(there)
    return _bytes(copied)


def _torn(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The text of a file, damaged."""
    for end in range(0, len(content), max(1, len(content) // 12)):
        yield f"cut at {end}", content[:end]
        yield f"a zero byte at {end}", content[:end] + b"\0" + content[end:]
        yield f"no UTF-8 at {end}", content[:end] + b"\xff\xfe" + content[end:]
    text = content.decode()
    yield "in UTF-16", text.encode("utf-16")
    yield "in a list", b"[" + content + b"]"
    yield "twice", content * 2
    yield "with a comma behind", content[:-1] + b",}"
    yield "with a name twice", content[:-1] + b',"space":{}}'
    yield "with a name twice within", content.replace(b'"recipe": {', b'"recipe": {"k": 3,')
    yield "with NaN", content.replace(b'"dollars": ', b'"dollars": NaN, "of": ')
    yield "in brackets", b"[" * 100_000 + content + b"]" * 100_000
    yield "in Python's words", content.replace(b"null", b"None").replace(b'"', b"'")


def _bytes(document: Any) -> bytes:
    return json.dumps(document).encode()


LINKS: dict[str, tuple[str, ...]] = {
    "transform": ("asinh", "none", "ASINH", "asinh ", "log", "аsinh"),
    "scaling": ("robust", "Robust", "standard\n", "z-score"),
    "algorithm": ("ward", "k-means", "kmeans;drop", "dbscan"),
    "k": ("5", "5.0", "05", "٥", "5e0", "+5", "-5", "1", "13", "9" * 400, "nan", "inf", "0x5", "5,0", "[5]", "NaN"),
    "pca": ("95", "off", "0.95", "79", "100", "95%", "OFF"),
    "bend": ("0.1", "3", "0.10", "1e1", "-3", "nan", "three"),
}
"""What links may say of a recipe: sound values first, then others."""

ANYWHERE = (
    "",
    " ",
    "\0",
    "null",
    "None",
    "undefined",
    "{}",
    "[]",
    "true",
    "%00",
    "x" * 10_000,
    "<b>",
    "\u202e",
    "🏦",
    "١",
)


def population_texts() -> Iterator[str]:
    """Conditions, cut and changed in many ways."""
    whole = "TURNFEAR == 1 and (NETWORTH < 2e6 or not AGE in (20, 35)) and `net income` != -1"
    Population.parse(whole)
    for at in range(len(whole)):
        yield whole[:at]
        for sign in ("=", "(", ")", "`", "'", "\\", "\n", "9" * 40, "é", ".", "not ", "[", "{", ":", "*", "=="):
            yield whole[:at] + sign + whole[at + 1 :]
