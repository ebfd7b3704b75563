"""Which member a typed id names: as the file writes it, or nearly so; and ids near to one that nobody has."""

from __future__ import annotations

import difflib
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lib.dataset import Dataset
from lib.errors import PopulationError
from lib.population.names import shown
from lib.words import listed

LONGEST = 200
"""Characters of a typed id; what is longer names nobody."""

_NEAR = 3
_LIKENESS = 0.5
_TRIED = 500
"""Ids compared with the typed one sign by sign, of each kind of likeness: a table may have millions."""

_SLIPS = 30
"""Signs of a typed id in which a slip is looked for."""

_NUMBER = re.compile(r"[+-]?\d{1,18}(\.0*)?")
_BLANKS = re.compile(r"\s+")


def find_id(dataset: Dataset, typed: str) -> int | str:
    """The id in ``Dataset.ids`` that somebody means.

    Leading zeros of text count. Upper and lower case, and blanks, do not, unless ids differ in nothing else.

    Args:
        dataset: The table, whatever columns are loaded.
        typed: A number or a text.

    Raises:
        PopulationError: If nobody goes by it, naming ids near to it; or several do, naming these.
    """
    text = unicodedata.normalize("NFKC", typed[:LONGEST]).strip()
    if dataset.ids.dtype != object:
        return _find_number(dataset, text)
    for exact in (typed, text):
        if (dataset.ids == exact).any():
            return exact
    return _find_text(dataset, text)


def _find_number(dataset: Dataset, text: str) -> int:
    ids, noun = dataset.ids, dataset.entity.singular
    digits = _BLANKS.sub("", text).replace(",", "")
    if not _NUMBER.fullmatch(digits):
        raise PopulationError(
            f"There is no {noun} “{shown(text)}”: here they go by whole numbers from {ids.min()} to {ids.max()}."
        )
    number = int(digits.partition(".")[0])
    if (ids == number).any():
        return number
    # as floats: the difference of two very large whole numbers may be none
    apart = np.abs(ids.astype(float) - number)
    nearest = np.argpartition(apart, min(_NEAR * dataset.implicates, len(ids)) - 1)
    near = sorted({int(ids[place]) for place in nearest[: _NEAR * dataset.implicates]})
    raise PopulationError(_unknown(dataset, str(number), [str(one) for one in near]))


def _find_text(dataset: Dataset, text: str) -> str:
    ids = pa.array(dataset.ids, type=pa.string())
    folded = pc.utf8_lower(pc.replace_substring_regex(ids, r"\s+", ""))
    wanted = _BLANKS.sub("", text).lower()
    same = pc.unique(ids.filter(pc.equal(folded, wanted))).to_pylist()
    if len(same) == 1:
        return str(same[0])
    if same:
        named = listed([f"“{shown(one)}”" for one in same[:_NEAR]])
        raise PopulationError(
            f"{len(same)} {dataset.entity.plural} are called like “{shown(text)}”: "
            f"write it as the file does, as {named}."
        )
    raise PopulationError(
        _unknown(dataset, f"“{shown(text)}”", [f"“{shown(one)}”" for one in _near(ids, folded, wanted)])
    )


def _near(ids: pa.StringArray, folded: pa.StringArray, wanted: str) -> list[str]:
    """Ids most like a text: those one slip of the finger away first, then the likest."""
    slips = _where(ids, folded, pc.match_substring_regex(folded, _one_slip(wanted)))
    alike = {key: one for mask in _masks(folded, wanted) for key, one in _where(ids, folded, mask).items()}
    likest = [alike[key] for key in difflib.get_close_matches(wanted, list(alike), _NEAR, _LIKENESS)]
    return list(dict.fromkeys((*slips.values(), *likest)))[:_NEAR]


def _where(ids: pa.StringArray, folded: pa.StringArray, mask: pa.BooleanArray) -> dict[str, str]:
    """Some ids by how they are compared."""
    rows = np.flatnonzero(mask.to_numpy(zero_copy_only=False))[:_TRIED]
    return dict(zip(folded.take(rows).to_pylist(), ids.take(rows).to_pylist(), strict=True))


def _one_slip(wanted: str) -> str:
    """What a text looks like with one sign wrong, too many or too few, or without the zeros that it begins with.

    Only its first signs are looked at where it is long.
    """
    places = range(min(len(wanted), _SLIPS))
    parts = [(re.escape(wanted[:at]), re.escape(wanted[at:]), re.escape(wanted[at + 1 :])) for at in places]
    slips = [f"{before}(?:.?{after}|.{rest})" for before, rest, after in parts]
    return f"^(?:{'|'.join([*slips, re.escape(wanted) + '.', '0+' + re.escape(wanted)])})$"


def _masks(folded: pa.StringArray, wanted: str) -> list[pa.BooleanArray]:
    """Which ids hold a text, and which begin and which end as it does for as long as any of them do."""
    begins = [wanted[:length] for length in range(len(wanted) - 1, 0, -1)]
    ends = [wanted[length:] for length in range(1, len(wanted))]
    return [
        pc.match_substring(folded, wanted),
        *_first_held(lambda part: pc.starts_with(folded, part), begins),
        *_first_held(lambda part: pc.ends_with(folded, part), ends),
    ]


def _first_held(holds: Callable[[str], pa.BooleanArray], parts: Sequence[str]) -> list[pa.BooleanArray]:
    """Which ids hold the longest of several parts that any of them hold; each part holds the next one."""
    first = bisect_left(parts, True, key=lambda part: bool(pc.any(holds(part)).as_py()))
    return [holds(parts[first])] if first < len(parts) else []


def _unknown(dataset: Dataset, what: str, near: Sequence[str]) -> str:
    advice = f"look for another, such as {listed(list(near))}" if near else "look for another"
    return f"There is no {dataset.entity.singular} {what} in {dataset.name}: {advice}."
