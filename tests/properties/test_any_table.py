"""Tables that the csv module has written, in any dialect, come back as they were; any other bytes get one sentence."""

import csv
import io

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from lib.sources.table import again, as_dataset, understand
from tests.fuzz.targets import column, table

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
SIGNS = "abcXYZ019 ,;\t|\"'#=+-@.()%$éß€\n"
CELLS = st.text(SIGNS, max_size=8)
NAMES = st.lists(
    st.text('abcdefgh,;|"#é€', min_size=1, max_size=6).map(str.strip).filter(bool), min_size=2, max_size=4, unique=True
)
AMOUNTS = st.one_of(
    st.integers(-(10**9), 10**9), st.floats(-1e12, 1e12, allow_nan=False).map(lambda value: round(value, 3))
)


@st.composite
def dialects(draw):
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]))
    return {
        "delimiter": draw(st.sampled_from(",;\t|")),
        "quoting": quoting,
        "lineterminator": draw(st.sampled_from(["\n", "\r\n"])),
    }


def written(names, rows, dialect, encoding):
    buffer = io.StringIO()
    csv.writer(buffer, **dialect).writerows([names, *rows])
    return buffer.getvalue().encode(encoding)


@st.composite
def of_text(draw):
    names = draw(NAMES)
    return names, draw(st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)), min_size=1, max_size=6))


@given(of_text(), dialects(), st.sampled_from(ENCODINGS))
def test_text_in_any_dialect_comes_back(given_table, dialect, encoding):
    """Who says how a file is written gets each cell as it was, but for the space around it; blank rows are none."""
    names, rows = given_table
    bare = [[cell.strip() for cell in row] for row in rows]
    kept = [row for row in bare if any(row)]
    assume(kept)
    as_text = {name: {"role": "text", "missing": []} for name in names}
    said = {"delimiter": dialect["delimiter"], "quote": '"', "header": True, "skip": 0}
    content = written(names, rows, dialect, encoding)
    understood = understand(content, "f.csv", {**said, "encoding": encoding.removesuffix("-sig")})
    data = as_dataset(again(understood, {**understood.choices, "columns": as_text}))
    assert data.columns == names
    for place, name in enumerate(names):
        found = [cell if isinstance(cell, str) else "" for cell in data.frame[name]]
        assert found == [row[place] for row in kept]


@given(
    st.lists(st.tuples(AMOUNTS, AMOUNTS, st.sampled_from(["North", "South", "West"])), min_size=6, max_size=20),
    dialects(),
    st.sampled_from(ENCODINGS),
)
def test_numbers_in_any_dialect_are_found_without_a_word(rows, dialect, encoding):
    content = written(["paid", "owed", "region"], rows, dialect, encoding)
    understood = understand(content, "f.csv")
    assert understood.rows == len(rows)
    assert understood.delimiter == dialect["delimiter"]
    assert [one.name for one in understood.columns] == ["paid", "owed", "region"]
    as_amounts = {name: {"role": "amount"} for name in ("paid", "owed")}
    data = as_dataset(again(understood, {**understood.choices, "columns": as_amounts}))
    for place, name in enumerate(("paid", "owed")):
        np.testing.assert_allclose(data.values(name), [row[place] for row in rows], rtol=1e-12)


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"PAR1", b"PK\3\4", b"\x1f\x8b\x08", b"r\1\1\0", b"\xff\xfe", b"a,b\n1,2\n"]),
)
def test_any_bytes_are_a_table_or_get_one_sentence(content, start):
    table(b"\0" + start + content)


@given(
    st.integers(0, 9),
    st.lists(st.text("0123456789+-.,()%$€eE'/: \u00a0TZabnaNyes", max_size=9), min_size=1, max_size=8),
)
def test_any_cells_are_a_column_or_get_one_sentence(role, cells):
    column(bytes([role]) + "\n".join(cells).encode())
