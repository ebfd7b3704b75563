"""Tables as HTML: whatever they say is text, and each figure says what it is of."""

import pandas as pd
from figures import read

from lib.charts import theme
from lib.ui.scene import grid

NASTY = '<b onclick="x">"bold"</b> & \'co\''


def test_what_a_table_says_is_text():
    table = pd.DataFrame({NASTY: [NASTY], "$ per <i>": ["1\n<u>2</u>"]}, index=pd.Index([1], name="segment"))
    html = grid.html_of(table, alt=NASTY, heads={})
    assert not any(mark in html for mark in ("<b", "<i>", "<u>", 'onclick="'))
    assert read(html).to_numpy().tolist() == [[NASTY, "1\n<u>2</u>"]]
    assert list(read(html).columns) == [NASTY, "$ per <i>"]


def test_a_row_and_a_column_of_a_segment_have_its_shape_and_colour():
    table = pd.DataFrame({"Segment": ["1 · low", "2 · high"], "Segment 2": ["5%", "6%"]})
    html = grid.html_of(table.set_index(pd.Index([1, 2], name="segment")), alt="", heads={"Segment 2": 2})
    first, second = theme.SEGMENT_PAIRS[:2]
    assert html.count(f"light-dark({first[0]},{first[1]})") == 1
    assert html.count(f"light-dark({second[0]},{second[1]})") == 2
    assert html.count('data-of="Segment 2"') == 2
    assert read(html)["Segment"].tolist() == ["1 · low", "2 · high"]
