"""Finished charts: what is sent is what was made, tables apart, and nothing of it hangs on the process."""

from dataclasses import replace

import altair as alt
import pandas as pd
import pyarrow as pa
import pytest

from lib.charts.finished import finish
from lib.subject import Currency
from lib.subjects.scf import SCF as SURVEY

POINTS = pd.DataFrame({"x": [1.0, 2.0], "segment": [1, 2]}, index=[7, 9])
TITLES = pd.DataFrame({"segment": [1, 2], "title": ["low", "high"]})


def looked_up() -> alt.Chart:
    lookup = alt.LookupData(TITLES, "segment", ["title"])
    return alt.Chart(POINTS).transform_lookup("segment", lookup).mark_point().encode(x="x:Q", color="title:N")


def read(content: bytes) -> list[dict]:
    return pa.ipc.open_stream(content).read_all().to_pylist()


@pytest.mark.parametrize(
    "of", [lambda c: c, lambda c: c + c.mark_line(), lambda c: c | c, lambda c: c.facet("title:N")],
    ids=["alone", "layered", "beside", "facets"],
)  # fmt: skip
def test_tables_travel_apart_and_once(of):
    done = finish(of(looked_up()), SURVEY, validate=True)
    assert sorted(map(read, done.tables.values()), key=len) == sorted(
        [POINTS.to_dict("records"), TITLES.to_dict("records")], key=len
    )
    assert "datasets" not in done.spec
    assert "'values'" not in str(done.spec)
    assert done.nbytes == sum(len(content) for content in done.sent({})["datasets"].values())


def test_other_rows_leave_the_specification_as_it_is():
    """A browser then changes the marks and builds no new view."""
    more = POINTS.assign(x=[5.0, 6.0])
    one, other = (finish(alt.Chart(table).mark_point().encode(x="x:Q"), SURVEY) for table in (POINTS, more))
    assert one.spec == other.spec
    assert one.tables != other.tables


def test_written_out_it_holds_every_row_and_those_named_beside():
    chart = alt.layer(looked_up(), alt.Chart(alt.NamedData("picked")).mark_point().encode(x="x:Q"))
    spec = finish(chart, SURVEY).written_out({"picked": POINTS.head(1)})
    rows = sorted(spec["datasets"].values(), key=len)
    assert rows[0] == [{"x": 1.0, "segment": 1}]
    assert POINTS.to_dict("records") in rows


def test_amounts_are_in_the_currency_of_the_table_and_have_the_sign_of_all_others():
    chart, euros = looked_up(), replace(SURVEY, currency=Currency("€", "euros"))
    for subject, sign in ((SURVEY, "$"), (euros, "€")):
        number = finish(chart, subject).spec["config"]["locale"]["number"]
        assert (number["currency"], number["minus"]) == ([sign, ""], "-")


def test_no_mark_has_a_tooltip_but_what_its_chart_says():
    """Streamlit's theme gives every mark one of its raw fields: "x2 167090534.953" over the tints of a plane."""
    assert finish(looked_up(), SURVEY).spec["config"]["mark"]["tooltip"] is None
    euros = replace(SURVEY, currency=Currency("€", "euros"))
    assert finish(looked_up(), euros).spec["config"]["mark"]["tooltip"] is None


def test_the_size_of_a_view_is_left_to_the_page():
    assert "continuousWidth" not in str(finish(looked_up(), SURVEY).spec)


def test_no_tooltip_calls_a_value_what_would_be_fetched_as_a_picture():
    """vega-tooltip makes a picture of what is called "image"; a column may be called so."""
    tips = [alt.Tooltip("title:N", title="image"), alt.Tooltip("title:N", title="<colour>")]
    done = finish(looked_up().encode(tooltip=tips), SURVEY, validate=True).worded({"<colour>": "image"})
    assert [tip["title"] for tip in done.spec["encoding"]["tooltip"]] == ["Image", "Image"]
