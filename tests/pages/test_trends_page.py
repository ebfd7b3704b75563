"""The page on trends, run through AppTest."""

import pytest
from figures import figures

from lib import exports
from lib.sources import download
from lib.sources.download import opened
from lib.trends import Followed
from lib.ui.run import trend_results
from tests.sources.loopback import Loopback, extract, whole

PAGE = "pages/trends.py"


def test_one_wave_says_what_to_do_and_still_shows_its_figure(app, charts, settled):
    at = settled(app(PAGE))
    ((alt, _, table),) = charts(at)
    assert alt == "Denied credit or feared denial: 18.4% (share of households) in 2019."
    assert table["text"].tolist() == ["18.4%"]
    assert [box.value for box in at.info] == ["A trend needs two waves or more: get the others with the button below."]
    assert "Synthetic sample of 2019" in at.main.markdown[0].value
    assert any("not real households" in caption.value for caption in at.main.caption)


@pytest.mark.real
@pytest.mark.parametrize(
    ("count", "sure", "speaks_of_intervals"), [("rows", "cannot be told", False), ("households", "no", True)]
)
def test_changes_are_judged_only_where_there_are_intervals(real_app, settled, count, sure, speaks_of_intervals):
    """Of households 18.4 per cent in both waves; of rows nobody can tell how far off a share may be."""
    at = settled(real_app(PAGE, count=count, over="changes"))
    changes = figures(at)[-1]
    assert changes["Sure"].tolist() == [sure]
    assert (changes["95% interval"].iloc[0] == "cannot be told") is not speaks_of_intervals
    (said,) = (caption.value for caption in at.main.caption if "before they are rounded" in caption.value)
    assert ("variance" in said) is speaks_of_intervals


@pytest.mark.real
def test_real_waves_from_the_first_view_to_segments(real_app, charts, settled):
    at = settled(real_app(PAGE))
    (first,) = charts(at)
    assert first[0].startswith(
        "Denied credit or feared denial: 18.4% (share of households) in 2022. No change is beyond chance"
    )
    assert first[2]["name"].tolist() == ["SCF 2019", "SCF 2022"]
    at.selectbox(key="group_by").set_value("RACECL4").run()
    at.segmented_control(key="figure").set_value("median").run()
    (grouped,) = charts(settled(at))
    assert grouped[2].loc[grouped[2]["label"] == "Hispanic or Latino", "text"].tolist() == ["$41,789", "$62,120"]
    assert at.query_params["group_by"] == "RACECL4"
    assert at.query_params["figure"] == "median"
    asked = trend_results.ask(at.session_state["scene"], Followed("median", "NETWORTH", None, "RACECL4"))
    trend = trend_results.known(asked)
    exported = exports.trend(trend, trend_results.origin(asked, trend))
    facts = exported.origin.facts()
    assert (facts["Data"], facts["Dollars"]) == ("SCF 2019, SCF 2022", "2022 dollars")
    assert "Survey wave" not in facts
    assert exported.csv().count(b"Hispanic or Latino") == 2
    linked = settled(real_app(PAGE, over="segments", k="3", dollars="2019", data="2022"))
    assert len(charts(linked)) == 2
    sizes = charts(linked)[1][2]
    assert sizes.groupby("name")["value"].sum().tolist() == pytest.approx([1, 1])
    assert sizes["label"].nunique() == 3


def test_all_waves_come_at_a_click(app, charts, settled, tmp_path, monkeypatch):
    """Three of them stand for all; one does not come, which is said, and the others stay."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(opened, "_found", {})
    monkeypatch.setattr("lib.sources.download.fetching.WAVES", (2013, 2016, 2022))
    with Loopback() as site:
        monkeypatch.setenv("SCF_BASE_URL", site.base)
        site.serve("scfp2013s.zip", whole(extract(2013)))
        site.serve("scfp2016excel.zip", whole(extract(2016)))
        at = settled(app(PAGE))
        next(button for button in at.button if button.label == "Get all waves (3 missing)").click().run()
        at = settled(at)
    assert list(download.readable()[0]) == [2013, 2016]
    assert any("2 of 3 came, not 2022" in box.value for box in at.info)
    at.selectbox(key="data").set_value("2016").run()
    ((_, _, table),) = charts(settled(at))
    assert table["stretch"].tolist() == ["0|1", "0|2"]


def test_a_table_without_waves_has_no_trends(app):
    at = app(PAGE, data="cards")
    assert "has none" in at.info[0].value
