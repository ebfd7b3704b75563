"""Segments past one machine, from a command line.

python -m lib.engines run recipe.json --engine duckdb --table customers/ --id customer --out bundle/
python -m lib.engines label bundle/ --engine duckdb --table customers/ --out labels.parquet
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from lib.engines import bundle as bundles
from lib.engines.drawn import MOST
from lib.engines.loop import MOST_PASSES
from lib.engines.opened import ENGINES, Where, open_table
from lib.engines.run import How, run
from lib.engines.table import Asked, Table
from lib.errors import DataError, HouseholdSegmentsError
from lib.segments.apply.command import ended_as_by_hand, load
from lib.segments.apply.stored import StoredRecipe
from lib.segments.recipe import EXACT
from lib.segments.segmentation import UNASSIGNED
from lib.words import counted

STOPPED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what is asked and say so; returns the exit code: 0, 1 where it failed, 2 for a wrong call, 130 if stopped."""
    asked = _parser().parse_args(arguments)
    try:
        with ended_as_by_hand():
            if asked.explain:
                _explain(asked)
            else:
                {"run": _run, "label": _label}[asked.command](asked)
    except KeyboardInterrupt:
        kept = "what was found is kept, and the same command goes on from there" if asked.command == "run" else ""
        _say(f"Stopped. The table is as it was; {kept or 'nothing was written'}.")
        return STOPPED
    except (HouseholdSegmentsError, OSError) as error:
        _say(str(error))
        return 1
    return 0


def _run(asked: argparse.Namespace) -> None:
    started = time.monotonic()
    how = How(draw=asked.draw, passes=asked.passes, quick=asked.quick)
    columns = {"id": asked.id, "weight": asked.weight, "implicate": asked.implicate}
    made = run(load(asked.recipe), _where(asked), asked.engine, out=Path(_out(asked)), how=how, say=_say, **columns)
    sizes = made.sizes.loc[made.sizes.index != UNASSIGNED]
    told = ", ".join(f"{segment}: {share:.1%}" for segment, share in sizes["share"].items())
    _say(f"{asked.out}: {len(sizes)} segments ({told}) in {time.monotonic() - started:,.1f} s.")


def _label(asked: argparse.Namespace) -> None:
    started = time.monotonic()
    with closing(_labelling(asked)) as table:
        found = table.label(_out(asked), _kept(table, asked))
    sizes = ", ".join(f"{segment}: {rows:,}" for segment, rows in sorted(found.items()) if segment != UNASSIGNED)
    missing = found.get(UNASSIGNED, 0)
    without = counted(missing, "row", ("lacks a feature and has", "lack a feature and have"))
    lacking = f" {without} segment {UNASSIGNED}." if missing else ""
    seconds = time.monotonic() - started
    _say(f"{asked.out}: {sum(found.values()):,} rows labelled in {seconds:,.1f} s ({sizes}).{lacking}")


def _labelling(asked: argparse.Namespace) -> Table:
    """The table that is to be labelled, asked by a bundle or a recipe."""
    stored, id_ = _to_label_by(asked.bundle)
    if stored.model.recipe.algorithm not in EXACT or stored.model.mixture is not None:
        raise DataError("An engine labels by the nearest centre: bring a bundle, or a recipe of k-means.")
    where = _where(asked)
    table = open_table(asked.engine, where, Asked(stored, asked.id))
    if asked.id is None and id_ in table.kinds():
        table.close()
        table = open_table(asked.engine, where, Asked(stored, id_))
    return table


def _to_label_by(path: Path) -> tuple[StoredRecipe, str | None]:
    """A recipe, and the column that named the rows of the table that it was found in, where it is known."""
    if not path.is_dir():
        return load(path), None
    found = bundles.read(path)
    named = found.facts["table"].get("id")
    return found.stored, named if isinstance(named, str) else None


def _kept(table: Table, asked: argparse.Namespace) -> list[str]:
    named = table.asked.id
    return list(table.kinds()) if asked.all_columns or named is None else [named]


def _explain(asked: argparse.Namespace) -> None:
    """Print what the engine would be asked; it is asked for the names and types of the columns alone."""
    if asked.command == "label":
        with closing(_labelling(asked)) as table:
            statements = table.statements(table.asked)
            _print({**table.opening, "Labels": statements["Labels"]} if statements else {})
        return
    columns = Asked(load(asked.recipe), asked.id, asked.weight, asked.implicate)
    with closing(open_table(asked.engine, _where(asked), columns)) as table:
        _print({**table.opening, **table.statements(columns)})


def _print(statements: Mapping[str, str]) -> None:
    told = "\n".join(f"-- {what}\n{words}" for what, words in statements.items())
    sys.stdout.write(told or "-- memory is asked nothing in SQL\n")


def _where(asked: argparse.Namespace) -> Where:
    return Where(asked.table, asked.memory, asked.threads, asked.database, asked.spark)


def _out(asked: argparse.Namespace) -> str:
    if asked.out is None:
        raise DataError("Something is to be made: name it with --out.")
    return str(asked.out)


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lib.engines", description="Segments past one machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    finding = commands.add_parser("run", help="find the segments of a recipe in a table of any length")
    finding.add_argument("recipe", type=Path, help="recipe as exported by the app (.json)")
    _of_both(finding, "folder to make, a bundle")
    finding.add_argument("--weight", help="column of weights")
    finding.add_argument("--implicate", help="column whose last digit numbers the implicates of a member")
    finding.add_argument("--draw", type=_number, default=MOST, help=f"rows drawn at most ({MOST:,})")
    finding.add_argument("--passes", type=_number, default=MOST_PASSES, help=f"passes at most ({MOST_PASSES})")
    finding.add_argument("--quick", action="store_true", help="leave out other numbers of segments, and stability")
    labelling = commands.add_parser("label", help="write the segment of every row of a table")
    labelling.add_argument("bundle", type=Path, help="bundle, or recipe as exported by the app")
    _of_both(labelling, "file or folder to write, or table to make")
    labelling.add_argument("--all-columns", action="store_true", help="keep all columns, not the id alone")
    return parser


def _of_both(parser: argparse.ArgumentParser, out: str) -> None:
    parser.add_argument("--engine", choices=ENGINES, default="duckdb")
    parser.add_argument("--table", required=True, help="file, folder or pattern of paths; or a name in a database")
    parser.add_argument("--out", help=out)
    parser.add_argument("--id", help="column that names the row's member")
    parser.add_argument("--explain", action="store_true", help="print the SQL and run none of it")
    parser.add_argument("--memory", type=_amount, default="2GB", help="what DuckDB may take (2GB)")
    parser.add_argument("--threads", type=_number, help="how many DuckDB may use")
    parser.add_argument("--database", default="", help="PostgreSQL's address; passwords belong in ~/.pgpass")
    parser.add_argument("--spark", default="", help="Spark's address: sc://host:15002, or a master")


def _amount(text: str) -> str:
    if not re.fullmatch(r"\d+(\.\d+)?\s?[KMGT]i?B", text, re.IGNORECASE):
        raise argparse.ArgumentTypeError('must be a number with its unit, such as "2GB"')
    return text


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
