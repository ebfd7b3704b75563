"""Charts as pictures: light, told where they came from, without a network."""

import struct
import subprocess
import sys
import threading
import tomllib
import xml.etree.ElementTree as ET

import altair as alt
import pandas as pd
import pytest
from paths import ROOT

from lib.charts import segments as charts
from lib.errors import PictureError
from lib.exports import png, svg
from lib.exports.converter import Converter
from lib.exports.pictures import SCALE, WIDTH, config, specification
from lib.segments import profile


@pytest.fixture(scope="module")
def chart():
    return (
        alt.Chart(pd.DataFrame({"x": [1, 2], "name": ["a", "b"]}))
        .mark_bar()
        .encode(x="x:Q", y="name:N", color="name:N")
        .properties(height=200)
    )


def words(picture):
    return " ".join(ET.fromstring(picture).itertext())


def test_a_png_of_twice_the_size(chart, fearful_sample):
    content = png(chart, fearful_sample.origin)
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", content[16:24])
    assert width > SCALE * WIDTH
    assert height > SCALE * 200


def test_a_picture_says_where_it_came_from_and_that_it_is_synthetic(chart, fearful_sample):
    told = words(svg(chart, fearful_sample.origin, title="Total debt", caption="By segment."))
    assert "Total debt" in told
    assert "By segment." in told
    assert "Synthetic data drawn from a model of the survey: no row is a real household." in told
    assert "2019 dollars" in told
    assert "Household Segments 1.0.0" in told


def test_pictures_of_real_data_are_not_called_synthetic(chart, real_2019):
    from lib.exports import provenance
    from lib.population import Population

    told = words(svg(chart, provenance(real_2019, Population(), "Everyone")))
    assert "ynthetic" not in told
    assert "SCF 2019" in told


def test_colours_are_those_of_the_light_theme(chart, fearful_sample):
    light = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]["light"]
    picture = svg(chart, fearful_sample.origin)
    for colour in light["chartCategoricalColors"][:2]:
        assert colour in picture
    assert f'fill="{light["backgroundColor"]}"' in picture
    assert config()["range"]["diverging"] == light["chartDivergingColors"]


def test_names_are_escaped(attack, fearful_sample):
    chart = alt.Chart(pd.DataFrame({"x": [1], "name": [attack]})).mark_bar().encode(x="x:Q", y="name:N")
    picture = svg(chart, fearful_sample.origin, title=attack, caption=attack)
    assert not [e for e in ET.fromstring(picture).iter() if e.tag.split("}")[1] in {"script", "img", "foreignObject"}]


def test_nothing_is_fetched(fearful_sample):
    chart = alt.Chart("http://127.0.0.1:9/data.csv").mark_bar().encode(x="x:Q")
    with pytest.raises(PictureError, match="cannot be made into a picture"):
        svg(chart, fearful_sample.origin)


def test_a_process_that_dies_or_takes_too_long_is_said(chart, fearful_sample, monkeypatch):
    with Converter() as converter:
        converter._process.kill()
        converter._process.wait()
        with pytest.raises(PictureError, match="in time"):
            converter.svg(specification(chart, None))
    monkeypatch.setattr("lib.exports.converter.DEADLINE", 0.0)
    with pytest.raises(PictureError, match="in time"):
        svg(chart, fearful_sample.origin)


def test_no_process_is_left_behind(chart):
    with Converter() as converter:
        assert converter.svg(specification(chart, None)).startswith("<svg")
        assert converter.png(specification(chart, None), 1).startswith(b"\x89PNG")
    assert converter._process.poll() is not None


def test_the_engine_is_never_loaded_into_the_server():
    """It keeps 200 MB and holds the global lock while it draws."""
    code = "import sys, lib.exports; sys.stdout.write(str('vl_convert' in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False"


def test_the_charts_of_segments(fearful_sample):
    here = fearful_sample
    table = profile(here.data, here.found).table
    for chart in (
        charts.silhouettes(here.found.silhouettes, here.found.labels, here.found.points.weights, here.names),
        charts.means_and_medians(table, "DEBT", here.data.codebook, here.names, 2019),
        charts.choice_of_k(here.swept.table, "inertia", "Inertia", 4, here.swept.suggestions[0]),
    ):
        picture = svg(chart, here.origin)
        assert picture.count("<path") + picture.count("<text") > 20


def test_data_are_written_out_whichever_converter_is_set_elsewhere(chart):
    """Streamlit exchanges Altair's converter, which is global, while it draws in another thread."""
    alt.data_transformers.register("elsewhere", lambda data: {"name": "elsewhere"})
    inside, done = threading.Event(), threading.Event()

    def elsewhere():
        with alt.data_transformers.enable("elsewhere"):
            inside.set()
            done.wait(10)

    other = threading.Thread(target=elsewhere)
    other.start()
    inside.wait(10)
    layered = alt.layer(chart, chart.mark_text())
    specs = [specification(c, None) for c in (chart, layered, chart | chart, chart.facet("name:N"))]
    done.set()
    other.join()
    assert all("elsewhere" not in str(spec) for spec in specs)
    assert all('"x": 1' in str(spec).replace("'", '"') for spec in specs)


def test_the_chart_itself_is_left_as_it_was(chart):
    before = chart.to_dict()
    specification(chart, None)
    assert chart.to_dict() == before


def test_long_tables_are_drawn(fearful_sample):
    rows = pd.DataFrame({"x": range(6_000)})
    assert svg(alt.Chart(rows).mark_tick().encode(x="x:Q"), fearful_sample.origin)


def test_a_specification_is_taken_too(chart, fearful_sample):
    spec = {**chart.to_dict(), "width": "container"}
    assert "width" not in specification(spec, fearful_sample.origin)
    assert svg(spec, fearful_sample.origin)


def test_cells_of_a_grid_are_wide_enough_for_their_numbers(fearful_sample):
    grid = pd.DataFrame({"x": list("abcd"), "y": list("abcd"), "v": [0.25] * 4})
    chart = alt.Chart(grid).mark_rect().encode(x="x:N", y="y:N", color="v:Q")
    width = struct.unpack(">I", png(chart, fearful_sample.origin)[16:20])[0]
    assert width > SCALE * WIDTH
