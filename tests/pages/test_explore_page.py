"""The Explore page, run through AppTest: what it shows, against printed and published figures."""

import re
import shutil

import pytest

from lib.sources.download.limits import Limits
from lib.ui.run import results
from lib.ui.run.background import ahead
from lib.ui.scene.kept import ROOM
from lib.ui.sections.explore import find_ahead

FEARFUL = "fearful"
TILE = "Denied or feared"


def chart(charts, at, words):
    """The one chart whose alt text has these words."""
    found = [c for c in charts(at) if words in c[0]]
    assert len(found) == 1, [c[0] for c in charts(at)]
    return found[0]


# On the sample


def test_the_first_view_is_whole_and_says_that_it_is_synthetic(app, metrics, charts):
    at = app()
    assert metrics(at)["Households"] == "128.6 M"
    assert len(charts(at)) == 5
    for alt, _, table in charts(at):
        assert len(alt) > 30
        assert len(table) >= 7
    assert any("synthetic sample" in box.value for box in at.info)
    captions = [c.value for c in at.main.caption]
    assert sum("not real households" in c for c in captions) == 5


def test_the_default_chart_is_the_rate_of_denial_or_fear_by_income(app, charts):
    at = app()
    said, spec, table = chart(charts, at, "share by income group")
    assert len(table) == 7
    assert table["group"].iloc[-1] == "Everyone"
    assert "Everyone: 18." in said
    # of each group the rate: that of all lies between them, as no share of all over the groups need do
    assert table["share"].iloc[0] > 0.2 > table["share"].iloc[6] > table["share"].iloc[5]
    tooltips = {t["title"] for t in spec["layer"][0]["encoding"]["tooltip"]}
    assert {"Households", "Sampled households", "Denied credit or feared denial"} <= tooltips


def test_no_control_or_chart_shows_a_bare_column_name(app, charts):
    at = app()
    names = {"INCCAT", "TURNFEAR", "NETWORTH", "HOUSES", "AGECL", "HBUS"}
    shown = [option for box in at.selectbox for option in box.options]
    shown += [option for box in at.multiselect for option in box.options]
    shown += [alt for alt, _, _ in charts(at)] + [metric.label for metric in at.metric]
    shown += [str(spec) for _, spec, _ in charts(at)]
    assert not [s for s in shown for name in names if name in s.split()]


def test_the_figures_of_other_amounts_are_found_while_nobody_waits(app, charts, monkeypatch):
    monkeypatch.setattr("lib.ui.sections.explore.find_ahead", find_ahead)

    def found(kind):
        return {
            key[-1 if kind == "_summary" else 3]
            for key in ROOM.made_from()
            if key[0] == kind and "AGE > 67" in str(key)
        }

    at = app(where="AGE > 67 and KIDS < 8")
    assert ahead().wait(timeout=60)
    columns = found("histogram")
    assert len(columns) == 24
    assert {"INCOME", "DEBT", "HOUSES"} <= columns <= found("_summary")

    def refuse(*_):
        raise AssertionError("an amount is computed once more")

    monkeypatch.setattr(results.explore, "histogram", refuse)
    monkeypatch.setattr(results.explore, "summary", refuse)
    at.selectbox(key="amount").set_value("HOUSES").run()
    assert not at.exception
    assert chart(charts, at, "Value of primary residence: median")


def test_groups_that_were_chosen_stay_when_the_population_changes(app):
    at = app(who=FEARFUL)
    at.selectbox(key="by_beside").set_value("RACECL4").run()
    at.selectbox(key="who").set_value("everyone").run()
    assert at.selectbox(key="by").value == "RACECL4"
    assert at.query_params["by"] == "RACECL4"
    at.selectbox(key="by").set_value("EDCL").run()
    at.selectbox(key="who").set_value(FEARFUL).run()
    assert at.selectbox(key="by_beside").value == "EDCL"
    # who has chosen none gets what is apt
    first = app(who=FEARFUL)
    assert first.selectbox(key="by_beside").value == "~beside"
    first.selectbox(key="who").set_value("everyone").run()
    assert first.selectbox(key="by").value == "INCCAT"


def test_every_choice_of_a_category_draws(app, charts):
    at = app()
    box = at.selectbox(key="show")
    for name in ("RACE", "EDUC", "FAMSTRUCT", "OCCAT1", "KIDS" if "KIDS" in box.options else "LIFECL"):
        at.selectbox(key="show").set_value(name).run()
        assert not at.exception
        assert len(charts(at)) == 5


def test_what_is_so_by_definition_is_no_finding(app, charts, metrics):
    """A fifth of all households are in each fifth; all who were denied credit or feared it are; none of the others."""
    at = app(show="INCCAT", by="~beside")
    assert any(info.value.startswith("Everyone: these shares are so by definition") for info in at.info)
    assert [alt for alt, _, _ in charts(at) if "Income group" in alt] == []
    assert "INCCAT" not in at.selectbox(key="by").options
    at.selectbox(key="who").set_value("fearful").run()
    alt, _, table = chart(charts, at, "Income group")
    assert set(table["group"]) == {"Denied credit or feared it", "Everyone"}
    assert "Everyone" not in alt
    assert any("Everyone: these shares are so by definition" in c.value for c in at.main.caption)
    assert TILE not in metrics(at)
    others = app(where="TURNFEAR == 0")
    assert TILE not in metrics(others)
    assert "Own their home" in metrics(others)


def test_a_group_of_many_becomes_a_heat_map(app, charts):
    at = app(show="INCCAT", by="EDUC")
    _, spec, table = chart(charts, at, "Income group")
    assert table["group"].nunique() > 6
    assert spec["layer"][0]["mark"]["type"] == "rect"


def test_thin_cells_are_said(app):
    at = app(where="AGE < 22")
    at.selectbox(key="show").set_value("EDUC").run()
    assert any("fewer than 30 sampled households" in c.value for c in at.main.caption)


def test_an_empty_population_says_what_to_loosen(app, charts):
    at = app(where="AGE < 30 and NETWORTH > 1e9")
    assert [w.value for w in at.warning] == ["No household meets all of these conditions."]
    assert any("without" in m.value and "sampled households" in m.value for m in at.markdown)
    assert charts(at) == []


def test_a_small_population_is_flagged(app):
    at = app(where="AGE < 21 and HHOUSES == 1")
    assert any("too few to rely on" in c.value for c in at.sidebar.caption)
    said = " ".join(one.value for one in (*at.main.markdown, *at.main.caption))
    assert "no correlation is told" in said
    assert "their correlations say next to nothing" in said


@pytest.mark.parametrize(
    ("text", "says"),
    [("AGE => 3", "cannot be read near"), ("AGES < 3", "did you mean"), ("import os", "cannot be read")],
)
def test_conditions_that_cannot_be_read_leave_everyone_in(app, metrics, text, says):
    at = app(where=text)
    assert says in at.error[0].value
    assert metrics(at)["Households"] == "128.6 M"
    (told,) = [warning.value for warning in at.main.warning]
    assert told.startswith("The page goes on without the conditions in the sidebar. ")
    assert says in told
    at.text_input(key="where").set_value("AGE == 40").run()
    assert not at.main.warning


def test_nonsense_in_the_link_falls_back(app, metrics, charts):
    at = app(who="Martians", count="Bananas", show="<script>", by="", amount="x", x="y", data="9999", variance="?")
    assert metrics(at)["Households"] == "128.6 M"
    assert len(charts(at)) == 5
    assert not at.error


def test_own_conditions_narrow_a_named_population(app, metrics):
    both = app(who=FEARFUL, where="AGE < 35")
    one = app(who=FEARFUL)
    million = [float(metrics(at)["Households"].removesuffix(" M")) for at in (both, one)]
    assert 0 < million[0] < million[1]
    assert any("Age of reference person below 35" in b.label for b in both.button)


def test_removing_a_condition(app, metrics):
    at = app(where="AGE < 35 and DEBT > 0")
    at.button(key="drop_0").click().run()
    assert at.text_input(key="where").value == "DEBT > 0"


def test_the_last_bar_of_a_linear_axis_is_said(app, sample):
    at = app(amount="NETWORTH", amount_linear="true")
    found = [re.search(r"The last bar holds all from \$([\d.]+)M on: ([\d.]+)%", c.value) for c in at.main.caption]
    ((millions, share),) = [match.groups() for match in found if match]
    held = sample.values("NETWORTH") >= float(millions) * 1e6
    assert float(share) == pytest.approx(100 * sample.weights()[held].sum() / sample.weights().sum(), abs=0.1)
    at.toggle(key="amount_linear").set_value(False).run()
    assert not any("The last bar" in c.value for c in at.main.caption)


def test_building_a_condition_on_an_amount(app):
    at = app(unfolded="own_conditions")
    at.selectbox(key="condition_column").set_value("NETWORTH").run()
    slider = at.select_slider(key="condition_range_NETWORTH")
    assert "$10,000" in slider.options
    slider.set_range(0.0, 10_000.0).run()
    next(b for b in at.button if b.label == "Add the condition").click().run()
    assert at.text_input(key="where").value == "NETWORTH >= 0 and NETWORTH <= 10000"


def test_too_few_columns_to_correlate_is_said(app):
    at = app()
    at.multiselect(key="correlate").set_value(["DEBT"]).run()
    assert any("two columns or more" in i.value for i in at.info)
    assert not at.exception


def test_offline_the_button_says_so_and_the_page_stays(app, charts, monkeypatch):
    monkeypatch.setenv("SCF_BASE_URL", "http://127.0.0.1:9/")
    monkeypatch.setattr("lib.ui.sections.fetching._PATIENCE", Limits(attempts=1))
    at = app()
    next(b for b in at.button if "Get the real survey" in b.label).click().run()
    assert len(at.error) == 1
    assert "cannot be reached" in at.error[0].value
    assert len(charts(at)) == 5


# On the real files


def test_rows_give_the_notebooks_shares(real_app, charts, notebook):
    at = real_app(data="2019", count="rows", show="INCCAT", by="TURNFEAR")
    _, _, table = chart(charts, at, "Income group")
    codes = {"0-19.9": "0-20", "20-39.9": "21-39.9"}
    for row in table.itertuples():
        percentile = row.code.removesuffix(" percentile")
        printed = notebook["scf19.inccat.by.turnfear"]["value"]["1" if row.group == "Yes" else "0"]
        assert row.share == pytest.approx(printed[codes.get(percentile, percentile)], abs=5e-7)


def test_tiles_are_the_published_figures(real_app, metrics):
    shown = metrics(real_app(data="2022"))
    # Federal Reserve, public data: median net worth 192,700, median income 70,260, 66.1 % own their home
    assert shown["Median net worth"] == "$192,700"
    assert float(shown["Median income"].strip("$").replace(",", "")) == pytest.approx(70_260, rel=0.002)
    assert shown["Own their home"] == "66.1%"
    assert shown["Own a business"] == "14.6%"
    shown = metrics(real_app(data="2019"))
    assert shown["Households"] == "128.6 M"
    assert (shown["Own a business"], shown[TILE]) == ("13.4%", "18.4%")
    shown = metrics(real_app(data="2019", count="rows"))
    assert (shown["Rows"], shown["Own a business"]) == ("28,885", "27.4%")


def test_what_counting_changes_is_said(real_app):
    at = real_app(data="2019", who=FEARFUL)
    assert any("16% of the file's rows and 18.4% of households" in m.value for m in at.main.markdown)


@pytest.mark.parametrize(("dollars", "limit"), [("2019 dollars", "4,418"), ("2022 dollars", "4,418")])
def test_dollar_limits_follow_the_dollar_year(real_app, metrics, dollars, limit):
    at = real_app(data="2019", who="fearful-2m", count="rows", dollars=dollars)
    assert metrics(at)["Rows"] == limit


def test_correlations_are_the_notebooks(real_app, charts, notebook):
    at = real_app(data="2019", count="rows", who=FEARFUL)
    groups = {alt.split(".")[0]: table for alt, _, table in charts(at) if "Strongest" in alt}
    codebook = {"ASSET": "Assets", "HOUSES": "Home value"}
    for group, entry in (("Denied credit or feared it", "fear"), ("Everyone", "all")):
        table = groups[group]
        cell = table[(table["row"] == codebook["ASSET"]) & (table["column"] == codebook["HOUSES"])]
        assert cell["correlation"].item() == pytest.approx(
            notebook[f"scf19.corr.asset.houses.{entry}"]["value"], rel=1e-6
        )


@pytest.mark.parametrize(("how", "entry"), [("trimmed", "scf19.multi.top10trim"), ("plain", "scf19.multi.top10var")])
def test_variances_are_the_notebooks(real_app, charts, notebook, how, entry):
    at = real_app(data="2019", count="rows", who="fearful-2m", variance=how)
    _, _, table = chart(charts, at, "Most varied")
    printed = sorted(notebook[entry]["value"].values(), reverse=True)
    assert (table["spread"] ** 2).tolist() == pytest.approx(printed, rel=1e-6)
    # rows are counted: no figure of the page claims to know how far off it is
    told = " ".join([caption.value for caption in at.main.caption] + [tile.help or "" for tile in at.metric])
    assert "95%" not in told
    assert "in brackets" not in told
    assert table["low"].isna().all()
    assert any("2,500 of 4,418 rows drawn at random" in caption.value for caption in at.main.caption)
    assert not any("in proportion to weight" in caption.value for caption in at.main.caption)


def test_a_household_is_one_point_and_it_is_said_how_many_are_drawn(real_app, charts):
    """Of 773 sampled households 2,500 dots were drawn, some households many times."""
    at = real_app(data="2022", who=FEARFUL)
    _, _, table = chart(charts, at, "of the ranks")
    assert table["id"].is_unique
    said = f"{len(table):,} sampled households, each once, by one implicate, whatever its weight."
    assert any(said in c.value for c in at.main.caption)
    at.selectbox(key="who").set_value("everyone").run()
    _, _, table = chart(charts, at, "of the ranks")
    assert len(table) == table["id"].nunique() == 2500
    said = "2,500 of 4,595 sampled households drawn in proportion to weight, each once, by one implicate."
    assert any(said in c.value for c in at.main.caption)


def test_no_view_is_heavy(real_app):
    at = real_app(data="2019")
    sent = sum(
        len(element.proto.spec) + sum(len(d.data.data) for d in element.proto.datasets)
        for element in at.get("vega_lite_chart")
    )
    assert sent < 600_000


# What may lie in the folder of downloads


def test_a_damaged_file_is_said_and_the_app_goes_on(app, metrics, tmp_path):
    (tmp_path / "scfp2022excel.zip").write_bytes(b"PK\x03\x04 and nothing more")
    at = app()
    assert any("scfp2022excel.zip" in w.value and "goes on without it" in w.value for w in at.sidebar.warning)
    assert metrics(at)["Households"] == "128.6 M"
    assert any("2022" in b.label for b in at.button)


def test_dollars_in_conditions_name_their_year(app):
    at = app(where="INCOME < 50000")
    assert any("below $50,000 in 2019 dollars" in b.label for b in at.button)


def test_changing_dollars_goes_both_ways(real_app, metrics):
    at = real_app(data="2019")
    before = metrics(at)["Median net worth"]
    assert before == "$121,760"
    at.selectbox(key="dollars").set_value(2022).run()
    # x 1.159205, the ratio of the price indices
    assert metrics(at)["Median net worth"] == "$141,145"
    at.selectbox(key="dollars").set_value(0).run()
    assert metrics(at)["Median net worth"] == before


def test_what_a_wave_did_not_ask_is_not_offered_and_said_so(app, tmp_path, real_file):
    """2007 asked about payday loans, not yet about financial literacy, which its file has as 0."""
    shutil.copyfile(real_file("scfp2007s.zip"), tmp_path / "scfp2007s.zip")
    at = app(data="2007", show="FORECLLAST5", where="FINLIT == 0", unfolded="own_conditions")
    assert any(
        "Financial literacy questions right (0 to 3) (FINLIT) was not asked in 2007" in e.value for e in at.error
    )
    offered = at.selectbox(key="condition_column").options
    assert "Took a payday loan" in offered
    assert "Financial literacy questions right (0 to 3)" not in offered
    assert not any("foreclosure" in option for box in at.main.selectbox for option in box.options)


def test_a_group_of_whom_it_is_true_of_nobody_has_a_bar_of_nothing(offer, households, charts):
    """The flag was drawn as a table of two rows where one group lacked one of its codes."""
    owns, school = [1.0, 0, 0, 0] * 20 + [0.0] * 40, [1.0, 2, 1, 2] * 20 + [3.0] * 40
    at = offer(households(HBUS=owns, EDCL=school, INCOME=list(range(120))), show="HBUS", by="EDCL")
    alt, _, bars = next(chart for chart in charts(at) if chart[0].startswith("Owns a business, share by"))
    shares = dict(zip(bars["group"], bars["share"], strict=True))
    assert sorted(round(share, 2) for share in shares.values()) == [0, 0, 0.17, 0.5]
    assert "0.0%" in alt
