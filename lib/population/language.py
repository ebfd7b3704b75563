"""The small language of conditions: columns, numbers, comparisons, ``and``, ``or``, ``not`` and ``in``.

Python's parser reads it, and only these forms are taken from its tree: nothing is ever evaluated. A column whose name
is not one plain word stands in backticks (``lib.population.names``).
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from lib.errors import PopulationError
from lib.population.conditions import Combination, Comparison, Condition, Negation, Operand
from lib.population.names import put_back, shown, stood_in

MAX_LENGTH = 1000
MAX_DEPTH = 12
_DEEPEST = 150
"""Levels of a text that is read at all: beyond some hundreds whatever reads or writes it runs out of stack."""

_TOO_DEEP = "The conditions cannot be read: they are nested too deep."

_SYMBOLS: Mapping[type[ast.cmpop], str] = MappingProxyType(
    {
        ast.Eq: "==",
        ast.NotEq: "!=",
        ast.Lt: "<",
        ast.LtE: "<=",
        ast.Gt: ">",
        ast.GtE: ">=",
        ast.In: "in",
        ast.NotIn: "not in",
    }
)
_MIRRORED = MappingProxyType({"<": ">", "<=": ">=", ">": "<", ">=": "<="})

_TYPESET = MappingProxyType(
    str.maketrans({"−": "-", "≤": "<=", "≥": ">=", "≠": "!=", "\u200b": "", "\u2060": "", "\ufeff": ""})
)
"""What programs for writing make of signs, or leave between them without a width."""

_AMOUNT = re.compile(
    r"""(?<![\w.$€£])  # within no name and no other number
    (?P<sign>[$€£]?)
    (?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)? | \d+(?:\.\d+)?)
    (?P<times>[KkMmBb]?)(?![\w.])""",
    re.VERBOSE,
)
_TIMES: Mapping[str, int] = MappingProxyType({"": 0, "k": 3, "m": 6, "b": 9})
"""Amounts as pages write them: $30K, 1.5M, 30,000."""

_WITHIN = re.compile(r"[\w.][\w.]")
"""The middle of a name or a number."""

_LIST, _THOUSANDS = re.compile(r"\bin\b"), re.compile(r"(?<![$€£\d,])\d{1,3},00+\b")
"""In the brackets of a list a comma stands between numbers, unless a sign of money begins one; none is written 000."""

_SPACE = re.compile(r"\s")

_BETWEEN = re.compile(
    r"(?P<column>[^\s()]+?)(?P<no> +not)? +between +(?P<low>[^\s()]+) +and +(?P<high>[^\s()]+)", re.IGNORECASE
)
_AS_ELSEWHERE = (
    (re.compile(r"(?<![=!<>:])=(?!=)"), "=="),
    (re.compile("<>"), "!="),
    (re.compile("&&"), " and "),
    (re.compile(r"\|\|"), " or "),
    (re.compile(r"\b(?:AND|OR|NOT|IN)\b"), lambda word: word[0].lower()),
    (_BETWEEN, lambda said: f"{'not ' if said['no'] else ''}({said['low']} <= {said['column']} <= {said['high']})"),
)
"""How SQL and other languages write the same. A text is read so only where it is none in this one: a column may be
called OR."""

EXAMPLE = "amount > 0 and size < 35"
"""Shown where a text cannot be read, unless the subject has a better one."""

_EXAMPLE = "for example \N{WHITE SQUARE}"
"""Stands in sentences until it is known which example to show."""

_INSTEAD_OF_SYMBOLS = f"Write the words and, or instead of & and |, {_EXAMPLE}."
_NUMBER = "number (30000, 30K, 1.5M)"
_BACKTICKS = "a name that is not one plain word in backticks"


def parse(text: str, example: str = EXAMPLE) -> tuple[Condition, ...]:
    """Read a text such as ``"amount > 0 and size < 35"`` as conditions that must all hold.

    Args:
        text: The conditions.
        example: What a sentence about an unreadable text shows.

    Raises:
        PopulationError: A sentence that says which part cannot be read.
    """
    try:
        return _parsed(text.strip())
    except PopulationError as error:
        raise PopulationError(str(error).replace(_EXAMPLE, f"for example {example}")) from error
    except RecursionError as error:  # hundreds of signs before a number
        raise PopulationError(_TOO_DEEP) from error


def _parsed(text: str) -> tuple[Condition, ...]:
    if not text:
        return ()
    condition = _condition(_tree(text), MAX_DEPTH)
    if isinstance(condition, Combination) and condition.operator == "and":
        return condition.parts
    return (condition,)


def _tree(text: str) -> ast.expr:
    if len(text) > MAX_LENGTH:
        raise PopulationError(f"The conditions have {len(text):,} characters; at most {MAX_LENGTH:,} are read.")
    plain, names = stood_in(text)
    typed = _SPACE.sub(" ", plain.translate(_TYPESET)).strip()
    if "#" in typed:
        rest = shown(put_back(typed[typed.index("#") :], names))
        raise PopulationError(f"Nothing may stand after a # in conditions: leave out “{rest}”.")
    try:
        tree = _read(typed)
    except SyntaxError:
        try:
            tree = _read(elsewhere := _as_elsewhere(typed))
        except SyntaxError as error:
            place = _plain(elsewhere)[1](max((error.offset or 1) - 1, 0))
            raise PopulationError(_explain_syntax(elsewhere, names, place)) from error
    _check_depth(tree)
    for node in ast.walk(tree):
        for part, value in ast.iter_fields(node):
            if isinstance(value, str):
                setattr(node, part, put_back(value, names))
    return tree


def _read(typed: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return ast.parse(_plain(typed)[0], mode="eval").body
    except (ValueError, RecursionError, MemoryError) as error:
        raise PopulationError(f"The conditions cannot be read: write them plainly, {_EXAMPLE}.") from error


def _as_elsewhere(typed: str) -> str:
    for sign, instead in _AS_ELSEWHERE:
        typed = sign.sub(instead, typed)
    return typed


def _plain(typed: str) -> tuple[str, Callable[[int], int]]:
    """A text with its amounts as Python writes numbers, and where in the one stands what is somewhere in the other."""
    has_lists = _LIST.search(typed) is not None
    if has_lists and _THOUSANDS.search(typed):
        raise PopulationError("Write numbers in brackets without commas in them, for example A in (20000, 30000).")
    changes = [(amount, _number(amount, has_lists=has_lists)) for amount in _AMOUNT.finditer(typed)]
    numbers = iter([number for _, number in changes])

    def place(of: int) -> int:
        longer = 0
        for amount, number in changes:
            if of < amount.start() + longer:
                break
            if of < amount.start() + longer + len(number):
                return amount.start()
            longer += len(number) - len(amount[0])
        return of - longer

    return _AMOUNT.sub(lambda _: next(numbers), typed), place


def _number(amount: re.Match[str], *, has_lists: bool) -> str:
    has_commas = "," in amount["number"]
    if not amount["sign"] and (has_lists if has_commas else not amount["times"]):
        return amount[0]
    number = Decimal(amount["number"].replace(",", ""))
    return f"{number.scaleb(_TIMES[amount['times'].lower()]):f}"


def _check_depth(tree: ast.expr) -> None:
    level: list[ast.AST] = [tree]
    for _ in range(_DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    if level:
        raise PopulationError(_TOO_DEEP)


def _shown(node: ast.expr) -> str:
    return f"“{shown(ast.unparse(node))}”"


def _explain_syntax(text: str, names: dict[str, str], place: int) -> str:
    while place and _WITHIN.match(text, place - 1):
        place -= 1
    near = shown(put_back(text[place:], names))[:12] or shown(put_back(text, names))[-12:]
    where = f" near “{near.strip()}”" if near else ""
    return f"The conditions cannot be read{where}: write column, comparison and {_NUMBER}, {_BACKTICKS}, {_EXAMPLE}."


def _condition(node: ast.expr, depth: int) -> Condition:
    if depth == 0:
        raise PopulationError(f"The conditions are nested more than {MAX_DEPTH} deep: write them in a row.")
    if isinstance(node, ast.BoolOp):
        word: Literal["and", "or"] = "and" if isinstance(node.op, ast.And) else "or"
        return _combined(word, [_condition(part, depth - 1) for part in node.values])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return Negation(_condition(node.operand, depth - 1))
    if isinstance(node, ast.Compare):
        return _comparisons(node)
    _refuse_symbols(node)
    if isinstance(node, ast.Tuple) and node.elts:
        raise PopulationError(f"Write numbers without commas or as 30,000, and words between conditions, {_EXAMPLE}.")
    raise PopulationError(f"{_shown(node)} is not a comparison: write one, {_EXAMPLE}.")


def _combined(word: Literal["and", "or"], parts: list[Condition]) -> Condition:
    flat: list[Condition] = []
    for part in parts:
        same = isinstance(part, Combination) and part.operator == word
        flat.extend(part.parts if same else [part])  # type: ignore[union-attr]
    return Combination(word, tuple(flat))


def _comparisons(node: ast.Compare) -> Condition:
    """One comparison, or a chain such as ``18 <= size < 35`` as several."""
    sides = [node.left, *node.comparators]
    parts: list[Condition] = [
        _comparison(left, op, right) for left, op, right in zip(sides, node.ops, sides[1:], strict=False)
    ]
    return parts[0] if len(parts) == 1 else _combined("and", parts)


def _comparison(left: ast.expr, op: ast.cmpop, right: ast.expr) -> Comparison:
    symbol = _SYMBOLS.get(type(op))
    if symbol is None:
        raise PopulationError(f"Compare with == != < <= > >= in or not in, {_EXAMPLE}.")
    if symbol in {"in", "not in"}:
        if not isinstance(right, ast.Tuple | ast.List | ast.Set) or not right.elts:
            raise PopulationError(f"Write the choices after {symbol} in brackets, for example A in (2, 3).")
        choices = tuple(map(_read_number, right.elts))
        return Comparison(_column_in(_read_side(left), left, op, right), symbol, choices)
    first, second = _read_side(left), _read_side(right)
    if isinstance(first, str):
        return Comparison(first, symbol, second)
    return Comparison(_column_in(second, left, op, right), _MIRRORED.get(symbol, symbol), first)


def _column_in(side: Operand, left: ast.expr, op: ast.cmpop, right: ast.expr) -> str:
    """One side of a comparison, if it names a column."""
    if isinstance(side, str):
        return side
    sides = f"{shown(ast.unparse(left))} {_SYMBOLS[type(op)]} {shown(ast.unparse(right))}"
    raise PopulationError(f"“{sides}” names no column, {_EXAMPLE}.")


def _read_side(node: ast.expr) -> Operand:
    return node.id if isinstance(node, ast.Name) else _read_number(node)


def _read_number(node: ast.expr) -> float:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        return _read_number(node.operand) * (-1 if isinstance(node.op, ast.USub) else 1)
    if isinstance(node, ast.Constant) and type(node.value) in {int, float}:
        return float(min(max(node.value, -1e300), 1e300))  # type: ignore[type-var, arg-type]
    _refuse_symbols(node)
    raise PopulationError(f"{_shown(node)} is neither a column nor a number: write {_BACKTICKS}, {_EXAMPLE}.")


def _refuse_symbols(node: ast.expr) -> None:
    """In Python ``&`` binds more tightly than a comparison, which is never what is meant here."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr):
        raise PopulationError(_INSTEAD_OF_SYMBOLS)
