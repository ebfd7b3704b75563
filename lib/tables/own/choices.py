"""What may be chosen about the columns of a table that somebody brings, checked before anything is made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lib.errors import DataError
from lib.tables.files import shown
from lib.tables.own.dates import ORDERS
from lib.tables.own.guess import ROLES, Choices

MAX_CURRENCY = 6
"""Characters of a currency's sign or code."""

MAX_WORDS = 50
"""Words for a missing value of one column."""

MAX_WORD = 80

_CHOOSABLE = frozenset(
    {"role", "label", "decimal", "thousands", "currency", "percent", "brackets", "dates", "levels", "missing"}
)
_THOUSANDS = ("", ".", ",", " ", "'")
_NO_CURRENCY = frozenset(".,'()%+-")


MAX_SKIPPED = 1_000
"""Lines above a table."""


def check_choices_of_file(file: str, choices: Mapping[str, Any]) -> None:
    """Check what was chosen about the file itself; None is as if it had not been.

    Raises:
        DataError: One sentence that names the file.
    """
    said = {key: value for key, value in choices.items() if value is not None}
    skip, quote, columns = said.get("skip", 0), said.get("quote", ""), said.get("columns", {})
    if type(skip) is not int or not 0 <= skip <= MAX_SKIPPED:
        raise DataError(f"{file} cannot have {shown(str(skip))} lines above the table: choose 0 to {MAX_SKIPPED:,}.")
    if not isinstance(said.get("header", False), bool):
        raise DataError(f"{file} has names on its first row or not: choose true or false.")
    if not isinstance(quote, str) or len(quote) > 1 or quote in {"\n", "\r"}:
        raise DataError(f"{file} cannot have {shown(str(quote))} as its quotation mark: choose one character or none.")
    if odd := [key for key in ("delimiter", "encoding", "sheet") if not isinstance(said.get(key, ""), str)]:
        raise DataError(f"{file} cannot have {shown(str(said[odd[0]]))} as its {odd[0]}: choose it by its name.")
    if not isinstance(columns, Mapping) or not all(isinstance(chosen, Mapping) for chosen in columns.values()):
        raise DataError(f"{file} cannot have these choices about its columns: choose by the name of each.")


def check_choices(file: str, names: Sequence[str], choices: Mapping[str, Choices]) -> None:
    """Check what was chosen, by name of the column.

    Raises:
        DataError: One sentence that names the file and the column.
    """
    for name, chosen in choices.items():
        where = f"{file}, column {shown(str(name))},"
        if name not in names:
            raise DataError(f"{where} is not in the table: choose one of its {len(names)} columns.")
        if unknown := set(chosen) - _CHOOSABLE:
            raise DataError(f"{where} cannot be given {shown(min(map(str, unknown)))}: choose its role or its label.")
        said = {key: value for key, value in chosen.items() if value is not None}
        _check_use(where, said)
        _check_numbers(where, said)
        _check_words(where, said)
    for role in ("id", "weight"):
        if len(both := [shown(str(name)) for name, chosen in choices.items() if chosen.get("role") == role]) > 1:
            raise DataError(f"{file} can have one column as {role}: choose {both[0]} or {both[1]}.")


def _check_use(where: str, said: Mapping[str, Any]) -> None:
    if said.get("role", ROLES[0]) not in ROLES:
        raise DataError(f"{where} cannot be {shown(str(said['role']))}: choose one of {', '.join(ROLES)}.")
    if said.get("dates", ORDERS[0]) not in ORDERS:
        raise DataError(f"{where} cannot have dates {shown(str(said['dates']))}: choose {', '.join(ORDERS)}.")


def _check_numbers(where: str, said: Mapping[str, Any]) -> None:
    if said.get("decimal", ".") not in (".", ",") or said.get("thousands", "") not in _THOUSANDS:
        raise DataError(f"{where} cannot have these marks in its numbers: choose a point or a comma for decimals.")
    if "decimal" in said and said["decimal"] == said.get("thousands"):
        raise DataError(f"{where} cannot have one mark for decimals and thousands: choose two.")
    if not _is_currency(said.get("currency", "")):
        raise DataError(
            f"{where} cannot have {shown(str(said['currency']))} as its currency: choose a sign or a code of at most "
            f"{MAX_CURRENCY} characters without digits."
        )
    for key, words in (("percent", "per cent"), ("brackets", "in brackets where below zero")):
        if not isinstance(said.get(key, False), bool):
            raise DataError(f"{where} can be {words} or not: choose true or false.")


def _is_currency(sign: object) -> bool:
    return (
        isinstance(sign, str)
        and len(sign) <= MAX_CURRENCY
        and sign.isprintable()
        # a point may stand behind letters ("kr."), and nothing else that numbers are written with
        and not any(letter.isdigit() or letter in _NO_CURRENCY for letter in sign.removesuffix("."))
        and sign != "."
    )


def _check_words(where: str, said: Mapping[str, Any]) -> None:
    words = said.get("missing", [])
    if not isinstance(words, list) or len(words) > MAX_WORDS or any(len(str(word)) > MAX_WORD for word in words):
        raise DataError(
            f"{where} can have at most {MAX_WORDS} words for a missing value, of {MAX_WORD} characters each: "
            "choose fewer."
        )
    if not isinstance(said.get("levels", {}), Mapping):
        raise DataError(f"{where} can have a label for each of its categories: choose them by what is in the file.")
