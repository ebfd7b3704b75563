"""Awkward files brought on the page: a table or one sentence, no mark in them takes effect, and all pages take them."""

import re

import pytest
from marks import alive

from lib.tables.cells import FORMULA, NUMBER
from lib.ui.scene import own
from tests.sources.awkward import AWKWARD, READ

PAGE = "pages/your_table.py"
PAGES = ("pages/explore.py", "pages/two_features.py", "pages/many_features.py")
LARGE = "a million rows"
WHOLE_WAY = (
    *("semicolons and decimal commas", "lines above the table", "three hundred columns", "one column", "one row"),
    *("all text", "a column of nothing", "names twice and not there", "emoji and names from right to left"),
    *("Markdown and HTML in names", "Markdown and HTML in categories", "words of the population language as names"),
    *("very long names", "formulas in cells", "leading zeros", "mixed dates", "misfits among numbers"),
    *("repeated Stata labels", "infinite numbers in Parquet"),
)
"""What is read as a table like others goes the way of others: these are like none."""

STARTS = re.compile(FORMULA)


def formulas(at) -> list[str]:
    """Cells and names of columns that a spreadsheet would take for formulas, if a table's own menu saved them."""
    tables = [shown.value for shown in at.dataframe]
    texts = [text for table in tables for text in (*table, *table.select_dtypes(exclude="number").to_numpy().ravel())]
    return [text for text in texts if isinstance(text, str) and STARTS.match(text) and not re.match(NUMBER, text)]


ALONE = "1 row cannot make 2 segments: choose fewer segments or a larger population."


@pytest.mark.parametrize("title", [title for title in AWKWARD if title != LARGE])
def test_the_page_shows_a_table_that_all_pages_take_or_one_sentence(brought, settled, title):
    one = AWKWARD[title]
    at = brought(one.name, one.make())
    assert alive(at) == []
    assert formulas(at) == []
    if one.says:
        assert len(at.error) == 1
        bare = re.sub(r"\\(.)", r"\1", at.error[0].value)
        assert one.says in bare
        assert bare.startswith(one.name)
        return
    at.button(key="use_own").click().run()
    assert not at.exception
    assert not at.error
    assert at.title[0].value != "Your own table"
    if title in WHOLE_WAY:
        all_pages_take_it(at, settled)


def test_what_goes_the_whole_way_is_read():
    assert set(WHOLE_WAY) <= set(READ)


def all_pages_take_it(at, settled):
    data = own.find(at.selectbox(key="data").value)
    known = [name for name in data.codebook.amounts() if data.frame[name].notna().all()]
    for page in PAGES:
        at.switch_page(page).run()
        assert not at.exception
        assert alive(at) == []
        assert at.selectbox(key="data").value.startswith("own-")
        of_segments = page != PAGES[0] and len(known) > 1
        # of one row nothing can be found, which one sentence says
        assert [error.value for error in settled(at).error] == [ALONE] * (of_segments and len(data) == 1)
        found = any(re.search(r"\*\*\d segments\*\*", m.value) for m in at.main.markdown)
        assert found == (of_segments and len(data) > 1)
