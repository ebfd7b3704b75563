"""Waves beside one another: worked by hand."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lib import exports, segments
from lib.charts import trends as charts
from lib.charts.finished import finish
from lib.dataset import Codebook
from lib.population import Population
from lib.segments import Recipe
from lib.segments.describe.labelled import SEGMENT, segment_variable
from lib.sources.scf.codebook import read_codebook
from lib.subjects import SCF
from lib.tables.csvw import facts_of
from lib.trends import Followed, Segments, Wave, first_followed, look, placed, trend
from lib.trends.wave import COLUMNS

FEAR = Followed("share", "TURNFEAR")
WORTH = Followed("median", "NETWORTH")
BOOK = read_codebook().in_currency("$")


def wave(year, figures, error=0.01, gap="", synthetic=False):
    """A wave with one figure per line, each with the same standard error."""
    rows = [(line, v, error, v - 1.96 * error, v + 1.96 * error, 500, False) for line, v in figures.items()]
    table = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object).infer_objects()
    return Wave(year, f"SCF {year}", "first release", f"f{year}", synthetic, table, "bootstrap" if rows else "", gap)


def put(waves, followed=FEAR, **options):
    return trend(waves, followed, SCF, BOOK, who="Everyone", counted="households", dollars=2022, **options)


# ------------------------------------------------------------------------------------------ lines and their breaks


def test_a_line_is_broken_where_its_question_changed():
    found = put([wave(year, {0.0: 0.2}) for year in (2022, 2007, 2013, 2016, 2019)])
    assert found.table["wave"].tolist() == [2007, 2013, 2016, 2019, 2022]
    assert found.table["stretch"].tolist() == [1, 1, 2, 2, 2]
    assert found.notes == (
        "Denied credit or feared denial: asked about the past 12 months since 2016, about the past five years before; "
        "the line is broken there, as figures on either side do not compare.",
    )
    assert set(found.differences["first"]) == {2016, 2019}, "nothing is compared across the change"


def test_a_line_is_whole_where_the_change_is_beyond_the_waves():
    assert put([wave(year, {0.0: 0.2}) for year in (2016, 2022)]).changes == ()
    assert put([wave(year, {0.0: 0.2}) for year in (1989, 2013)]).changes == ()


def test_a_change_of_the_question_that_picks_the_population_breaks_every_line():
    waves = [wave(year, {1.0: 5e4, 2.0: 6e4}, 1e3) for year in (2013, 2016)]
    followed = Followed("median", "NETWORTH", by="AGECL")
    assert set(put(waves, followed).table["stretch"]) == {1}
    assert put(waves, followed, population=["TURNFEAR"]).table["stretch"].tolist() == [1, 2, 1, 2]


def test_a_change_of_some_codes_breaks_their_lines_alone():
    waves = [wave(year, {1.0: 0.7, 5.0: 0.05}) for year in (2019, 2022)]
    each = put(waves, Followed("share", "RACE", code=None)).table.set_index("label")["stretch"]
    assert each["White non-Hispanic"].tolist() == [1, 1]
    assert each["Other"].tolist() == [1, 2]
    grouped = put(waves, Followed("median", "NETWORTH", by="RACE")).table.set_index("label")["stretch"]
    assert grouped["Other"].tolist() == [1, 2]
    alone = [wave(year, {0.0: 0.7}) for year in (2019, 2022)]
    assert put(alone, Followed("share", "RACE", code=1.0)).table["stretch"].tolist() == [1, 1]
    assert put(alone, Followed("share", "RACE", code=5.0)).table["stretch"].tolist() == [1, 2]
    older = [wave(year, {1.0: 0.7}) for year in (1995, 1998)]
    assert put(older, Followed("share", "RACE", code=None)).table["stretch"].tolist() == [1, 1]
    assert put(older, Followed("share", "RACECL4", code=None)).table["stretch"].tolist() == [1, 2]


def test_a_wave_that_did_not_ask_is_a_gap():
    found = put([wave(2013, {0.0: 5.0}), wave(2016, {}, gap="not asked"), wave(2019, {0.0: 6.0})], WORTH)
    assert found.table["stretch"].tolist() == [1, 2]
    assert found.notes == ("No figure for 2016: not asked.",)
    assert found.words.endswith("No two waves on end can be compared.")
    assert put([wave(2016, {}, gap="not asked")]).words == "Denied credit or feared denial: no wave has a figure."


def test_no_more_lines_than_can_be_told_apart():
    found = put([wave(2019, {float(code): 0.1 for code in range(12)})], Followed("share", "EDUC", code=None))
    assert len(found.labels) == 8
    assert "4 more groups are left out." in found.notes


# ------------------------------------------------------------------------------------------ sure changes


@pytest.mark.parametrize(("now", "sure"), [(0.2279, True), (0.2275, False), (0.1720, True)])
def test_a_change_is_told_only_where_its_interval_leaves_out_zero(now, sure):
    """Two standard errors of 1 point make one of 1.414: changes beyond 2.772 points are sure."""
    found = put([wave(2019, {0.0: 0.2}), wave(2022, {0.0: now})])
    row = found.differences.iloc[0]
    assert row["standard_error"] == pytest.approx(0.01 * np.sqrt(2))
    assert (row["low"], row["high"]) == pytest.approx((now - 0.2 - 0.027719, now - 0.2 + 0.027719), abs=1e-6)
    assert row["sure"] == sure
    assert ("Beyond chance at 95%" in found.words) == sure
    assert ("No change is beyond chance at 95%: +2.7 points (0.0 to +5.5 points) since 2019" in found.words) == (
        not sure
    )


def test_the_interval_of_a_change_of_medians_is_put_together_from_both_as_they_need_not_be_symmetric():
    """By hand: 10 (7 to 11) to 14 (13 to 20) is 4 less the root of 1 + 1, and 4 more the root of 36 + 9."""
    before, now = wave(2019, {0.0: 10.0}), wave(2022, {0.0: 14.0})
    before.table[["low", "high"]], now.table[["low", "high"]] = [7.0, 11.0], [13.0, 20.0]
    row = put([before, now], Followed("median", "AGE")).differences.iloc[0]
    assert (row["low"], row["high"]) == pytest.approx((4 - 2**0.5, 4 + 45**0.5))
    assert row["sure"]


def test_a_median_of_whole_numbers_that_tips_over_is_no_sure_change():
    """Children in a household: 0 (0 to 1), then 1 (0 to 1); by standard errors of a half it would be one."""
    before, now = wave(2019, {0.0: 0.0}), wave(2022, {0.0: 1.0})
    for each in (before, now):
        each.table["standard_error"], each.table[["low", "high"]] = 0.3, [0.0, 1.0]
    found = put([before, now], Followed("median", "KIDS"))
    assert not found.differences["sure"].any()
    assert "No change is beyond chance at 95%" in found.words


def test_what_did_not_change_has_no_sign_and_an_axis_of_nothing_has_an_end():
    none = {0.0: 0.0}
    found = put([wave(2019, none, 0.0), wave(2022, none, 0.0)], Followed("median", "BUSSEFARMINC"))
    assert "$0 ($0 to $0) since 2019" in found.words
    spec = json.dumps(finish(charts.waves(found, behind="sampled households"), SCF).spec)
    assert '"domain": [0.0, 1.08]' in spec
    assert '"tickMinStep": 1' in spec


def test_the_takeaway_leads_with_figures_that_can_be_relied_on_and_names_nobody_alone_for_what_several_have():
    by = Followed("median", "KIDS", by="RACECL4")
    lines = wave(2022, {1.0: 0.0, 2.0: 0.0, 3.0: 2.0})
    assert put([lines], by).takeaway.startswith("Number of children: 0 (2 groups) to 2 (")
    lines.table.loc[lines.table["line"] == 3.0, "unsure"] = True
    assert put([lines], by).takeaway == "Number of children: 0 (2 groups) in 2022, pale ones aside"


def test_changes_in_words():
    found = put([wave(2016, {0.0: 0.25}), wave(2019, {0.0: 0.2}), wave(2022, {0.0: 0.19})])
    assert found.words == (
        "Denied credit or feared denial: 19% (share of households) in 2022. "
        "Beyond chance at 95%: down 6.0 points since 2016 (3.2 to 8.8 points)."
    )
    lines = [wave(2019, {1.0: 1e5, 2.0: 2e4}, 1e3), wave(2022, {1.0: 2e5, 2.0: 2e4}, 1e3)]
    assert put(lines, Followed("median", "NETWORTH", by="RACECL4")).words == (
        "Net worth: median in 2022: White non-Hispanic $200,000; Black or African American non-Hispanic $20,000. "
        "Beyond chance at 95%: White non-Hispanic, up $100,000 since 2019 ($97,228 to $102,772)."
    )


def test_the_takeaway_is_the_last_figure_and_its_sure_change_or_the_ends_of_the_lines_and_what_moved_most():
    said = "Denied credit or feared denial: {}".format
    then, before = wave(2016, {0.0: 0.25}), wave(2019, {0.0: 0.2})
    assert put([then, before, wave(2022, {0.0: 0.19})]).takeaway == said("19% in 2022, down 6.0 points since 2016")
    assert put([then, before, wave(2022, {0.0: 0.24})]).takeaway == said("24% in 2022, up 4.0 points since 2019")
    assert put([before, wave(2022, {0.0: 0.19})]).takeaway == said("19% in 2022, no sure change since 2019")
    assert put([before]).takeaway == said("20% in 2019")
    assert put([wave(2016, {}, gap="not asked")]).takeaway == "Denied credit or feared denial"
    lines = [wave(2019, {1.0: 1e5, 2.0: 3e5}, 1e3), wave(2022, {1.0: 2e5, 2.0: 2e4, 3.0: 9e4}, 1e3)]
    assert put(lines, Followed("median", "NETWORTH", by="RACECL4")).takeaway == (
        "Net worth: $20,000 (Black or African American non-Hispanic, down $280,000 since 2019) to $200,000 "
        "(White non-Hispanic) in 2022"
    )
    between = [wave(2019, {1.0: 1e5, 2.0: 9e5, 3.0: 1e4}, 1e3), wave(2022, {1.0: 3e5, 2.0: 2e5, 3.0: 1e4}, 1e3)]
    assert put(between, Followed("median", "NETWORTH", by="RACECL4")).takeaway.endswith(
        "$300,000 (White non-Hispanic) in 2022; Black or African American non-Hispanic, down $700,000 since 2019"
    )
    unsure = [wave(2019, {1.0: 1e5, 2.0: 3e5}, 1e6), wave(2022, {1.0: 2e5, 2.0: 2e4}, 1e6)]
    assert put(unsure, Followed("median", "NETWORTH", by="RACECL4")).takeaway.endswith(" in 2022")


def test_what_is_so_by_definition_is_said_and_only_that():
    """All of the fearful are fearful: no interval, no change."""
    waves = [wave(2019, {0.0: 1.0}, 0.0), wave(2022, {0.0: 1.0}, 0.0)]
    found = put(waves, population=["TURNFEAR"])
    assert found.words == (
        "Denied credit or feared denial: 100% (share of households) in 2022. "
        "That is so by definition: the population is chosen by this very answer."
    )
    assert "definition" not in put(waves).words
    assert "definition" not in put([wave(2019, {0.0: 0.4})], population=["TURNFEAR"]).words


def test_what_is_followed_first_is_not_what_the_population_is_chosen_by():
    assert first_followed(SCF, ()) == first_followed(SCF, ("HHOUSES",)) == "TURNFEAR"
    assert first_followed(SCF, ("TURNFEAR", "NETWORTH")) == "HHOUSES"
    assert first_followed(SCF, ("TURNFEAR", "HHOUSES", "HBUS")) == "TURNFEAR"  # nothing else leads


def test_without_standard_errors_no_change_is_told():
    found = put([wave(2019, {0.0: 0.1}, np.nan), wave(2022, {0.0: 0.9}, np.nan)])
    assert found.words.endswith("Without intervals nobody can tell which changes are sure.")
    assert not found.differences["sure"].any()


# ------------------------------------------------------------------------------------------ one wave


@pytest.fixture(scope="module")
def small(sample):
    """Some households of the sample, with all their implicates."""
    columns = ["YY1", "Y1", "WGT", "TURNFEAR", "RACECL4", "NETWORTH", "INCOME", "DEBT"]
    frame = sample.frame.loc[sample.frame["YY1"] % 20 == 0, columns].reset_index(drop=True)
    return replace(sample, frame=frame, codebook=sample.codebook.restricted_to(columns), fingerprint="small")


def test_figures_of_a_wave(small):
    weights, fear, race = small.weights(), small.values("TURNFEAR"), small.values("RACECL4")
    found = look(small, Population(), FEAR, dollars=2019)
    one = found.table.iloc[0]
    assert one["value"] == pytest.approx(np.average(fear, weights=weights))
    assert one["low"] < one["value"] < one["high"]
    assert one["sampled"] == small.sampled
    assert (found.year, found.synthetic, found.method, found.gap) == (2019, True, "bootstrap", "")
    by = look(small, Population(), Followed("mean", "NETWORTH", by="RACECL4"), dollars=2019).table.set_index("line")
    for code in (1, 2, 3):
        inside = race == code
        expected = np.average(small.values("NETWORTH")[inside], weights=weights[inside])
        assert by.loc[code, "value"] == pytest.approx(expected)
        assert by.loc[code, "sampled"] == small.frame["YY1"][inside].nunique()
    each = look(small, Population(), Followed("share", "RACECL4", code=None), dollars=2019).table
    assert each["value"].sum() == pytest.approx(1)
    who = look(small, Population.parse("TURNFEAR == 1"), Followed("share", "RACECL4", code=2.0), dollars=2019).table
    assert who["value"][0] == pytest.approx(np.average(race[fear == 1] == 2, weights=weights[fear == 1]))
    rows = look(small, Population(), FEAR, counting="rows", dollars=2019).table.iloc[0]
    assert rows["value"] == pytest.approx(fear.mean())
    assert np.isnan(rows["standard_error"])


def test_why_a_wave_has_no_figure(small):
    def gap(data, population="", followed=FEAR, dollars=2019):
        return look(data, Population.parse(population), followed, dollars=dollars).gap

    without = replace(small, frame=small.frame.drop(columns="TURNFEAR"))
    blank = replace(small, frame=small.frame.assign(TURNFEAR=np.nan))
    assert gap(without) == gap(blank) == "not asked"
    assert gap(blank, "TURNFEAR == 1", WORTH) == "not asked"
    assert gap(small, "turnfear == 1 and NETWORTH > 1e12", WORTH) == "nobody meets the conditions"
    assert gap(replace(small, dollars=None), followed=WORTH) == "the year of its prices is not known"
    assert gap(replace(small, dollars=None)) == ""


def test_segments_are_placed_where_they_were_found(small):
    recipe = Recipe(("INCOME", "DEBT"), transform="asinh", k=3, starts=3)
    found = segments.fit(small, recipe)
    names = {1: "One", 2: "Two", 3: "Three"}
    on = Segments(found.model, names)
    assert placed(small, on).values(SEGMENT).tolist() == found.labels.tolist()
    sizes = look(small, Population(), Followed("share", SEGMENT, None), dollars=2019, segments=on).table
    assert sizes["value"].tolist() == pytest.approx(found.sizes["share"].tolist())
    assert sizes["sampled"].tolist() == found.sizes["sampled"].tolist()
    medians = look(small, Population(), Followed("median", "INCOME", by=SEGMENT), dollars=2019, segments=on)
    profile = segments.profile(small, found, ("INCOME",)).table
    assert medians.table["value"].tolist() == profile["median"].tolist()
    # in dollars that the segments were not found in they would not be the same
    assert look(small, Population(), Followed("share", SEGMENT, None), dollars=2022, segments=on).gap
    book = Codebook({**BOOK, SEGMENT: segment_variable(names, small.entity)})
    followed = Followed("median", "INCOME", by=SEGMENT)
    told = trend([medians], followed, SCF, book, who="", counted="households", lines=[1.0, 3.0])
    assert told.labels == ["1 · One", "3 · Three"]


# ------------------------------------------------------------------------------------------ picture and file


def test_the_picture_says_when_the_question_changed_and_begins_at_zero():
    found = put([wave(year, {0.0: 0.2}) for year in (2013, 2016, 2022)])
    drawn = finish(charts.waves(found, behind="sampled households"), SCF, validate=True).written_out({})
    told = str(drawn)
    assert "asked about the past 12\nmonths since 2016" in told.replace("\\n", "\n")
    line = next(layer for layer in drawn["layer"] if layer["mark"]["type"] == "line")
    assert line["encoding"]["y"]["scale"]["domain"][0] == 0
    assert line["encoding"]["x"]["axis"]["values"] == [2013, 2016, 2022]
    assert {tip["title"] for tip in line["encoding"]["tooltip"]} >= {"Wave", "95% interval", "Sampled households"}
    rows = max(drawn["datasets"].values(), key=len)
    assert [row["stretch"] for row in rows] == ["0|1", "0|2", "0|2"]
    assert rows[0]["interval"] == "18 to 22%"
    below = put([wave(2022, {0.0: -4e4}, 1e3)], WORTH)
    drawn = charts.waves(below, behind="sampled households").to_dict()
    line = next(layer for layer in drawn["layer"] if layer["mark"]["type"] == "line")
    assert line["encoding"]["y"]["scale"]["domain"][0] < -4.1e4
    assert line["encoding"]["y"]["title"] == "Net worth: median, 2022 dollars"


def test_the_file_says_what_it_is_of_and_starts_no_formula(small):
    book = Codebook({**BOOK, "RACECL4": replace(BOOK["RACECL4"], values={1.0: "=SUM(A1)", 2.0: "Other"})})
    waves = [wave(year, {1.0: 0.2, 2.0: 0.3}) for year in (2013, 2016)]
    found = trend(waves, Followed("share", "TURNFEAR", by="RACECL4"), SCF, book, who="Everyone", counted="households")
    origin = exports.provenance(small, Population(), "Everyone")
    exported = exports.trend(found, origin)
    rows = list(csv.DictReader(io.StringIO(exported.csv().decode())))
    assert [row["who"] for row in rows] == ["'=SUM(A1)", "'=SUM(A1)", "Other", "Other"]
    assert [row["stretch"] for row in rows] == ["1", "2", "1", "2"]
    assert {row["data"] for row in rows} == {"SCF 2013", "SCF 2016"}
    assert rows[0]["figure"] == "Denied credit or feared denial: share of households"
    assert rows[0]["method"] == "bootstrap"
    said = exported.metadata("t.csv").decode()
    assert "Denied credit or feared denial: asked about the past 12 months since 2016" in said
    assert facts_of(said.encode(), "said")["Synthetic"].startswith("yes.")
