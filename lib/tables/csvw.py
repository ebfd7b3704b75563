"""What lies beside a CSV file: where it came from and what its columns are, in the W3C's words for tables.

The CSV itself is a plain table, which any program opens without being told anything. "Metadata Vocabulary for Tabular
Data" (CSVW), W3C Recommendation of 17 December 2015, https://www.w3.org/TR/tabular-metadata/.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.types as t

from lib.errors import DataError
from lib.tables.cells import guarded

KEY = b"csvw"
"""Key of a Parquet file's metadata under which the same stands."""

ENDING = "-metadata.json"
"""Behind the name of a CSV file: where programs look for it ("Model for Tabular Data", 5.3)."""

MAX_BYTES = 4_000_000
_QUICK = 1
"""Somebody waits; more effort makes a table of numbers a tenth smaller and takes five times as long."""

_CONTEXT = ("http://www.w3.org/ns/csvw", {"@language": "en"})
_FACT, _LABEL, _WORDS = "schema:PropertyValue", "schema:name", "schema:value"
_KINDS = (
    (t.is_boolean, "boolean"),
    (t.is_integer, "integer"),
    (t.is_floating, "double"),
    (t.is_decimal, "decimal"),
    (t.is_date, "date"),
)


@dataclass(frozen=True)
class Column:
    """A column for a reader.

    Attributes:
        label: What it is called, where that is not its heading.
        description: What it holds.
        unit: What it is measured in.
    """

    label: str = ""
    description: str = ""
    unit: str = ""


def metadata(
    name: str,
    schema: pa.Schema,
    about: Mapping[str, str],
    *,
    columns: Mapping[str, Column] | None = None,
    terms: Mapping[str, str] | None = None,
    remarks: Iterable[str] = (),
    delimiter: str = ",",
) -> bytes:
    """The metadata of a CSV file, as JSON.

    Args:
        name: Of the CSV file beside which it will lie.
        schema: Its columns and their types; headings are guarded as in the file.
        about: Where it came from, label to words: ``facts_of`` gives them back.
        columns: What is known of some columns, by name.
        terms: The same for any program, by Dublin Core's terms such as "title"; empty ones are left out.
        remarks: What else a reader should know.
        delimiter: What parts the cells.
    """
    facts = [{"@type": _FACT, _LABEL: label, _WORDS: words} for label, words in about.items()]
    said = {
        "@context": _CONTEXT,
        "url": quote(name),
        **{f"dc:{term}": words for term, words in (terms or {}).items() if words},
        "notes": [*facts, *({"rdfs:comment": words} for words in remarks)],
        **({"dialect": {"delimiter": delimiter}} if delimiter != "," else {}),
        "tableSchema": {"columns": _columns(schema, columns or {})},
    }
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


def zipped(name: str, table: bytes, said: bytes) -> bytes:
    """A CSV file and its metadata in one archive, for whoever is given one file.

    Args:
        name: Of the CSV file.
        table: The CSV file.
        said: Its metadata.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_QUICK) as archive:
        archive.writestr(name, table)
        archive.writestr(f"{name}{ENDING}", said)
    return file.getvalue()


def beside(path: Path) -> Path:
    """Where the metadata of a CSV file lie."""
    return path.with_name(f"{path.name}{ENDING}")


def facts_beside(path: Path) -> dict[str, str]:
    """Where a CSV file came from, by what lies beside it; nothing where nothing does.

    Raises:
        DataError: If that is no JSON object: whoever passed over it might take one year's dollars for another's.
    """
    lies = beside(path)
    if not lies.is_file():
        return {}
    with lies.open("rb") as file:
        return facts_of(file.read(MAX_BYTES + 1), lies.name)


def facts_of(content: bytes, name: str) -> dict[str, str]:
    """Where a CSV file came from, label to words, by its metadata; metadata of others tell nothing here.

    Args:
        content: The metadata.
        name: What they are called, for the sentence of an error.

    Raises:
        DataError: If they are too large or no JSON object.
    """
    said: Any = None
    if len(content) <= MAX_BYTES:
        try:
            said = json.loads(content)
        except (ValueError, RecursionError):
            said = None
    if not isinstance(said, dict):
        raise DataError(f"{name} should say what the table beside it is, but is no sound JSON: take it away.")
    notes = said.get("notes")
    facts = [note for note in notes if _is_fact(note)] if isinstance(notes, list) else []
    return {fact[_LABEL]: fact[_WORDS] for fact in facts}


def _is_fact(note: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    return isinstance(note, dict) and all(isinstance(note.get(key), str) for key in (_LABEL, _WORDS))


def _columns(schema: pa.Schema, known: Mapping[str, Column]) -> list[dict[str, Any]]:
    made = []
    names: set[str] = set()
    for at, field in enumerate(schema, start=1):
        column, heading = known.get(field.name, Column()), guarded(field.name)
        name = _variable(heading) or f"column_{at}"
        name = name if name not in names else f"{name}_{at}"
        names.add(name)
        said = {
            "name": name,
            "titles": list(dict.fromkeys(filter(None, (heading, column.label)))),
            "datatype": _datatype(field.type),
            "dc:description": column.description,
            "schema:unitText": column.unit,
        }
        made.append({key: value for key, value in said.items() if value})
    return made


def _datatype(kind: pa.DataType) -> str:
    """The W3C's name of a type as it is written; what has no sure one is text."""
    return next((name for is_kind, name in _KINDS if is_kind(kind)), "string")


def _variable(heading: str) -> str:
    """A heading as a variable of an address template, which is what names must be (RFC 6570, 2.3)."""
    name = quote(heading, safe="", errors="replace").replace("-", "%2D").replace(".", "%2E").replace("~", "%7E")
    return f"%5F{name[1:]}" if name.startswith("_") else name
