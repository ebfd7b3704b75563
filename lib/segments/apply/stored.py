"""A segmentation as a file: JSON that the app and the command line read again, and that a person can follow.

It holds numbers and words only; it is checked value by value, never evaluated or unpickled.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NoReturn, get_args

import numpy as np
import pyarrow as pa

from lib import VERSION
from lib.codebook import Unit
from lib.dataset import Codebook, Preparing, Variable
from lib.errors import RecipeError, StepError
from lib.features.components import Rotation
from lib.features.space import Space
from lib.features.two_parts import LENGTH as TWO_PARTS
from lib.segments.apply.checked import check_mixture, check_numbers, refuse
from lib.segments.points import Floats
from lib.segments.recipe import EXACT
from lib.segments.segmentation import UNASSIGNED, Model
from lib.steps import stored as steps
from lib.tables.cells import clean_name, clean_names
from lib.tables.files import shown
from lib.tables.read import numbers
from lib.words import percent

FORMAT = "Household Segments recipe"
FORMAT_VERSION = 1
PREPARED_VERSION = 2
"""With a preparation, without which segments come out wrong: versions that know nothing of it must refuse the file."""

MAX_BYTES = 8_000_000
"""Sixty rank curves of a thousand steps take some 4 MB."""

MAX_SEGMENTS = 500
_MAX_CURVE = 20_000
_MAX_ABOUT = 40
_MAX_TEXT = 4_000
_RIGHT_ANGLE = 1e-6
"""How far a rotation may be off by rounding."""

_HALF_A_SIGN = re.compile(r"\\u[dD][89a-fA-F]")
"""Half of a sign that Unicode writes in two, alone no text."""

_STEPS = (
    "2. Transform each by its curve: none leaves it; asinh is arcsinh(x / curve[0]); winsorised clips to curve[0] and "
    "curve[1]; quantile interpolates linearly from curve[0] to curve[1].",
    "3. Subtract centre and divide by spread, feature by feature.",
)
_TWO_PARTS = (
    "2. Transform each by its curve. With four numbers it becomes two: h, 1 where x is not 0, else 0; and "
    "h * (arcsinh(x / curve[0]) - curve[1]). With one number it becomes arcsinh(x / curve[0]), with none it is left.",
    "3. Subtract centre and divide by spread, number by number.",
)
_ROTATE = (
    "Subtract rotation.centre, feature by feature, and multiply by rotation.directions (features x components): these "
    "scores take the place of the features."
)
_NEAREST = "The segment is the nearest of the centres (Euclidean); the first row of centres is segment 1."
_LIKELIEST = (
    "The segment is the one with the largest log(share) plus, number by number: for an amount "
    "-((x - mean)^2 / variance + log(2 pi variance)) / 2; for how much, the same where the number before is at its "
    "last level, else 0; for a code the log of the chance of its level (0 for a level that is not there). The first "
    "of shares, means, variances and chances is of segment 1."
)


@dataclass(frozen=True, eq=False)
class StoredRecipe:
    """A segmentation read from a file.

    Attributes:
        model: Places members.
        names: Name of each segment.
        money: Features that are in dollars.
        dollars: Year whose prices the features are in, or None where nobody said.
        about: Where it came from, label to words: data, population, counting, version ...
        agreement: Share of the members it was made from that the nearest centre labels as the app did; NaN
            where the file does not say.
        preparation: How the table was read and prepared, or None where features are taken as they are.
        book: Label and unit of each feature.
    """

    model: Model
    names: Mapping[int, str]
    money: tuple[str, ...]
    dollars: int | None
    about: Mapping[str, str]
    agreement: float = float("nan")
    preparation: Preparing | None = None
    book: Codebook = field(default_factory=lambda: Codebook({}))

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns that a table must have."""
        features = self.model.space.features
        return features if self.preparation is None else self.preparation.needs(features)

    def features(self, cells: Mapping[str, pa.Array]) -> dict[str, Floats]:
        """The features of rows, NaN where there is none; ``cells`` are the columns that it ``needs``, as in a file."""
        names = self.model.space.features
        if self.preparation is None:
            return {name: numbers(cells[name]) for name in names}
        prepared = self.preparation.prepared(cells, names)
        return {name: prepared[name].to_numpy() for name in names}


def to_text(
    model: Model,
    names: Mapping[int, str],
    codebook: Codebook,
    dollars: int | None,
    about: Mapping[str, str],
    agreement: float | None = None,
    preparation: Preparing | None = None,
) -> str:
    """The file of a segmentation; ``read_recipe`` gives it back.

    Args:
        model: What places members.
        names: Name of each segment.
        codebook: What the features mean.
        dollars: Year whose prices they are in.
        about: Where it came from, label to words.
        agreement: Share of the members it was made from that the nearest centre labels as they were; for
            algorithms that are ``EXACT`` always 1.
        preparation: How the table was read and prepared.
    """
    measured = 1.0 if model.recipe.algorithm in EXACT else agreement
    features = [
        {"name": name, "label": codebook.label(name), "unit": codebook[name].measured_in if name in codebook else ""}
        for name in model.recipe.features
    ]
    content = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION if preparation is None else PREPARED_VERSION,
        "made_with": VERSION,
        "about": dict(about),
        "dollars": dollars,
        "features": features,
        "names": {str(number): name for number, name in clean_names(names).items()},
        **({} if preparation is None else {"preparation": preparation.to_dict()}),
        "how_to_apply": [
            _first_step(dollars, preparation),
            *(_TWO_PARTS if model.space.transform == "two_part" else _STEPS),
            *_last_steps(model),
            *_approximate(model, measured),
        ],
        **({} if measured is None else {"agreement": measured}),
        **model.to_dict(),
    }
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)


def _first_step(dollars: int | None, preparation: Preparing | None) -> str:
    prepared = " from the table, read and prepared as preparation says" if preparation else ""
    return f"1. Take the features{prepared}, in this order{f' and in {dollars} dollars' if dollars else ''}."


def _last_steps(model: Model) -> list[str]:
    placed = _NEAREST if model.mixture is None else _LIKELIEST
    steps = (placed,) if model.space.rotation is None else (_ROTATE, placed)
    return [f"{number}. {words}" for number, words in enumerate(steps, len(_STEPS) + 2)]


def _approximate(model: Model, agreement: float | None) -> tuple[str, ...]:
    """What to know of the steps where segments are not those of the nearest centre."""
    if model.recipe.algorithm in EXACT:
        return ()
    measured = "" if agreement is None else f": it gives the app's own labels for {percent(agreement)} of its rows"
    return (f"The nearest centre only comes near to the segments of this algorithm{measured}.",)


def read_recipe(text: str | bytes) -> StoredRecipe:
    """Read the file of a segmentation.

    Raises:
        RecipeError: One sentence, if it is too large, not such a file, of a later version, or contradicts itself.
    """
    stored = _parsed(text)
    if stored.get("format") != FORMAT:
        refuse("it does not say that it is one")
    if "format_version" not in stored:
        refuse("it does not say which version of the format it is in")
    version = FORMAT_VERSION if stored.get("preparation") is None else PREPARED_VERSION
    if stored.get("format_version") != version:
        raise RecipeError(
            f"This recipe has format version {str(stored.get('format_version'))[:20]}, this app reads version "
            f"{version}: export it again with this version of the app."
        )
    model = _model(stored)
    return StoredRecipe(
        model,
        MappingProxyType(_names(stored.get("names", {}), len(model.centres))),
        _money(stored.get("features", []), model.recipe.features),
        _year(stored.get("dollars")),
        MappingProxyType(_about(stored.get("about", {}))),
        _agreement(stored.get("agreement"), model),
        _preparation(stored.get("preparation")),
        _book(stored.get("features", [])),
    )


def _parsed(text: str | bytes) -> dict[str, Any]:
    if len(text) > MAX_BYTES:
        raise RecipeError(f"A recipe file has at most {MAX_BYTES // 1_000_000} MB: this is something else.")
    try:
        words = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        stored = json.loads(words, parse_constant=_refuse_constant, object_pairs_hook=_each_once)
        if _HALF_A_SIGN.search(words):
            json.dumps(stored, ensure_ascii=False).encode()  # no file that is written from it could hold it
    except (ValueError, RecursionError):
        refuse("it is not sound JSON")
    if not isinstance(stored, dict):
        refuse("it is not a JSON object")
    return stored


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; of a name that is there twice nobody knows which value is meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        refuse(f"it says “{shown(twice)}” twice")
    return found


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError("not a number")


def _model(stored: Mapping[str, Any]) -> Model:
    space = stored.get("space")
    if not isinstance(stored.get("recipe"), dict) or not isinstance(space, dict):
        refuse("recipe or scale is missing")
    names = stored["recipe"].get("features")
    if not isinstance(names, list) or space.get("features") != names:
        refuse("the features of recipe and scale differ")
    curves = space.get("curves")
    if not isinstance(curves, list) or len(curves) != len(names):
        refuse("there must be one curve for each feature")
    for curve in curves:
        check_numbers(curve, _curve_shape(space.get("transform"), curve), "curves")
    parts = len(names) + sum(space.get("transform") == "two_part" and len(curve) == TWO_PARTS for curve in curves)
    for key in ("centre", "spread"):
        check_numbers(space.get(key), (parts,), key)
    centres = stored.get("centres")
    if not isinstance(centres, list) or not 1 <= len(centres) <= MAX_SEGMENTS:
        refuse(f"there must be 1 to {MAX_SEGMENTS} centres")
    rotation = space.get("rotation")
    dimensions = parts if rotation is None else _components(rotation, parts)
    check_numbers(centres, (len(centres), dimensions), "centres")
    if stored["recipe"].get("algorithm") == "latent_class":
        check_mixture(stored.get("mixture"), len(centres), dimensions)
    model = Model.from_dict(stored)
    _check_space(model.space, model)
    return model


def _components(rotation: object, features: int) -> int:
    """How many components take the place of features; refuses what is no rotation."""
    shares = rotation.get("shares") if isinstance(rotation, dict) else None
    if not isinstance(rotation, dict) or not isinstance(shares, list) or not 1 <= len(shares) <= features:
        refuse("the rotation has too few or too many components")
    for key, shape in (("centre", (features,)), ("directions", (features, len(shares))), ("shares", (len(shares),))):
        check_numbers(rotation.get(key), shape, f"{key} of the rotation")
    return len(shares)


def _curve_shape(transform: object, curve: object) -> tuple[int, ...]:
    if transform == "quantile":
        first = curve[0] if isinstance(curve, list) and curve else None
        length = len(first) if isinstance(first, list) else 0
        if not 1 <= length <= _MAX_CURVE:
            refuse("a curve has too few or too many steps")
        return (2, length)
    if transform == "two_part" and isinstance(curve, list):
        return (len(curve) if len(curve) in {0, 1, TWO_PARTS} else 0,)
    return ({"asinh": 1, "winsorised": 2}.get(str(transform), 0),)


def _check_space(space: Space, model: Model) -> None:
    if (space.transform, space.scaling) != (model.recipe.transform, model.recipe.scaling):
        refuse("transform or scaling differ between recipe and scale")
    if not (space.spread > 0).all():
        refuse("a spread is not above 0")
    if model.recipe.algorithm != "hdbscan" and len(model.centres) > model.recipe.k:
        refuse("there are more centres than segments")
    for curve in space.curves:
        _check_curve(space.transform, curve)
    _check_rotation(space.rotation, model.recipe.pca)


def _check_rotation(rotation: Rotation | None, pca: float | None) -> None:
    if (rotation is None) != (pca is None):
        refuse("PCA differs between recipe and scale")
    if rotation is None or pca is None:
        return
    across = rotation.directions.T @ rotation.directions
    if not np.allclose(across, np.eye(len(across)), rtol=0, atol=_RIGHT_ANGLE):
        refuse("the directions of the rotation are not unit vectors at right angles")
    shares = rotation.shares
    if not ((shares >= 0).all() and (np.diff(shares) <= _RIGHT_ANGLE).all()):
        refuse("the shares of the rotation do not fall")
    if not pca - _RIGHT_ANGLE <= shares.sum() <= 1 + _RIGHT_ANGLE:
        refuse("the components hold another share of the variance than the recipe asks for")


def _check_curve(transform: str, curve: Floats) -> None:
    if transform in {"asinh", "two_part"} and len(curve) and not curve[0] > 0:
        refuse("a scale of asinh is not above 0")
    if transform == "two_part" and len(curve) == TWO_PARTS and not curve[2] <= curve[1] <= curve[3]:
        refuse("a mean is not between the least and the most")
    if transform == "winsorised" and curve[0] > curve[1]:
        refuse("the caps are in the wrong order")
    if transform == "quantile" and not ((np.diff(curve[0]) > 0).all() and (np.diff(curve[1]) >= 0).all()):
        refuse("a curve does not rise")


def _names(given: object, segments: int) -> dict[int, str]:
    if not isinstance(given, dict) or len(given) > segments + 1:
        refuse("the names do not fit the segments")
    known = {str(number): number for number in range(UNASSIGNED, segments + 1)}
    if not all(key in known and isinstance(name, str) for key, name in given.items()):
        refuse("the names do not fit the segments")
    return clean_names({known[key]: name for key, name in given.items()})


def _preparation(given: object) -> Preparing | None:
    if given is None:
        return None
    try:
        return steps.from_dict(given)
    except StepError:
        refuse("how the table was prepared cannot be read")


def _money(given: object, features: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        refuse("the features are not described")
    if [one.get("name") for one in given] != list(features):
        refuse("the features are not those of the recipe")
    return tuple(one["name"] for one in given if one.get("unit") == "dollars")


def _book(features: Sequence[Mapping[str, Any]]) -> Codebook:
    """What a file that was found sound says of its features."""
    return Codebook({one["name"]: _variable(one["name"], one.get("label"), one.get("unit")) for one in features})


def _variable(name: str, label: object, unit: object) -> Variable:
    known: Unit = next((one for one in get_args(Unit) if one == unit), "ratio")
    return Variable(name, clean_name(label) if isinstance(label, str) and label else name, unit=known)


def _year(given: object) -> int | None:
    if given is None or (type(given) is int and 1900 <= given <= 2200):
        return given
    return refuse("the year of the dollars is not a year")


def _agreement(given: object, model: Model) -> float:
    if given is None:
        return 1.0 if model.recipe.algorithm in EXACT else float("nan")
    if type(given) not in {int, float} or not 0 <= given <= 1:  # type: ignore[operator]
        refuse("the agreement is not a share")
    return float(given)  # type: ignore[arg-type]


def _about(given: object) -> dict[str, str]:
    if not isinstance(given, dict) or len(given) > _MAX_ABOUT:
        refuse("where it came from cannot be read")
    if not all(isinstance(words, str) and len(words) <= _MAX_TEXT for words in given.values()):
        refuse("where it came from cannot be read")
    return {clean_name(label): clean_name(words, _MAX_TEXT) for label, words in given.items()}
