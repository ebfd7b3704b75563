"""The engine on a table that nobody knows: text ids, no weight, one implicate, columns that mean nothing to it."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from dataclasses import replace
from functools import cache, reduce
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from paths import ROOT
from tables import CUSTOMERS, GROUPS, IN_EACH, NASTY, headlines, named_in, nasty_table, neutral_table

from lib import estimates, explore, exports, features, maps, population, segments, trends
from lib.charts import explore as explore_charts
from lib.charts import maps as map_charts
from lib.charts import plane as plane_charts
from lib.charts import profiles as profile_charts
from lib.charts import segments as segment_charts
from lib.charts import sensitivity as sensitivity_charts
from lib.charts import trends as trend_charts
from lib.charts.looks import looks
from lib.dataset import Codebook
from lib.engines.beside import beside_recipe
from lib.errors import DataError, RecipeError
from lib.estimates.cells import codes_of
from lib.estimates.drawn import is_of_random_rows
from lib.exports import report_answer, report_parts
from lib.maps import density
from lib.maps.first import default_recipe, first_views, prepare
from lib.maps.rows import all_rows, by_weight, is_drawn_by_weight, one_implicate
from lib.population import Population
from lib.population.ids import find_id
from lib.segments import Recipe, alone
from lib.segments.apply import label_file
from lib.segments.apply.stored import read_recipe
from lib.segments.describe import plane
from lib.segments.describe.naming import levels_words
from lib.segments.describe.profile import check_same
from lib.segments.describe.typical import one_of_them
from lib.segments.fit import segment, sizes
from lib.segments.judge.null import margins_of
from lib.segments.judge.sensitivity import changes
from lib.segments.points import points_in, some_members
from lib.steps import Cap, Fill, OneHot, combined, overview
from lib.steps import prepare as prepare_table
from lib.steps.categories import shares_of, spelt_alike
from lib.steps.clean import fences
from lib.steps.neighbours import donors
from lib.steps.step import check_columns, check_known, quantiles
from lib.subject import Currency
from lib.subjects import PLAIN

BANNED = re.compile(r"household|implicate|imputation|survey|dollar", re.IGNORECASE)


@pytest.fixture(scope="module", params=[neutral_table, nasty_table])
def mine(request):
    return request.param()


@pytest.fixture(scope="module")
def named(mine):
    """Names of the four amounts and of the category."""
    return named_in(mine)


@pytest.fixture(scope="module")
def found(mine, named):
    return segments.fit(mine, Recipe(named[:4], k=3, starts=5))


@pytest.fixture(scope="module")
def flat(mine, named):
    """Segments by two of the amounts."""
    return segments.fit(mine, Recipe(named[:2], k=3, starts=5))


def test_every_group_is_a_segment(mine, found):
    assert found.sizes["count"].tolist() == [IN_EACH] * GROUPS
    assert found.sizes["sampled"].tolist() == [IN_EACH] * GROUPS
    group = np.repeat(np.arange(GROUPS), IN_EACH)
    assert segments.adjusted_rand(found.labels, group, np.ones(len(mine))) == 1
    rows = segments.fit(mine, replace(found.recipe, counting="rows"))
    assert np.array_equal(rows.labels, found.labels)


def test_ids_are_text_and_members_are_rows(mine, named):
    assert mine.ids[:2].tolist() == ["C10001", "C10002"]
    assert mine.sampled == len(mine)
    assert mine.implicate_codes.tolist() == [0] * len(mine)
    assert mine.weights().tolist() == [1.0] * len(mine)
    nameless = replace(mine, id=None)
    assert nameless.ids[[0, -1]].tolist() == [1, 300]
    # a row keeps its number in a population
    assert Population.parse(f"{named[0]} > 20").apply(nameless).ids[0] == IN_EACH + 1


def test_several_rows_for_each_member_need_a_column_that_tells_them_apart(mine):
    """Silent zeros made every implicate the first one."""
    five = replace(mine, implicates=5, implicate="which")
    with pytest.raises(DataError, match=r"5 rows for each row and no column that tells them apart"):
        _ = five.implicate_codes


def test_text_is_no_amount(mine):
    with pytest.raises(DataError, match="Mine, column key, holds text: choose a column of numbers"):
        mine.values("key")


@pytest.mark.parametrize(
    ("column", "values", "says"),
    [
        ("e", ["North", "South"], "number its categories, and label the numbers in the codebook"),
        ("e", pd.Categorical(["North", "South"]), "number its categories"),
        ("a", ["1,5", "2,5"], 'make numbers of it, or call its unit "id" in the codebook'),
        ("key", ["C1", None], "names no row on 150 rows, first on row 2: fill them in"),
        ("key", [1.0, np.nan], "names no row on 150 rows, first on row 2: fill them in"),
    ],
)
def test_a_table_is_refused_where_it_is_made_if_it_cannot_be_computed_with(column, values, says):
    mine = neutral_table()
    frame = mine.frame.assign(**{column: pd.concat([pd.Series(values)] * (len(mine) // 2), ignore_index=True)})
    with pytest.raises(DataError) as error:
        replace(mine, frame=frame)
    assert str(error.value).startswith(f"Mine, column {column}, ")
    assert says in str(error.value)


def test_gaps_in_numbers_and_truth_values_are_numbers():
    mine = neutral_table()
    frame = mine.frame.assign(a=mine.frame["a"].where(mine.frame["a"] > 20), e=mine.frame["e"] > 1)
    taken = replace(mine, frame=frame)
    assert np.isnan(taken.values("a")).sum() == 2 * IN_EACH
    assert set(taken.values("e")) == {0.0, 1.0}


def test_a_first_look(mine, named):
    a, b, _, d, e = named
    half = Population.parse(f"{a} > 20").apply(mine)
    figures = explore.headline_figures(mine.codebook, mine.subject)
    told = headlines(estimates.Sample(half), estimates.Sample(mine), figures)
    assert [one.column for one in told] == mine.codebook.amounts()[:4]
    first = next(one for one in told if one.column == a)
    assert first.value == pytest.approx(np.sort(half.values(a))[IN_EACH // 2 - 1])
    groups = {"Half": half, "Everyone": mine}
    samples = {name: estimates.Sample(data) for name, data in groups.items()}
    spread = explore.histogram(samples, d)
    summary = pd.concat([explore.summary(sample, d).assign(group=name) for name, sample in samples.items()])
    assert spread.bins.groupby("group")["share"].sum().tolist() == pytest.approx([1, 1])
    assert summary.set_index("group").loc["Everyone", "zero"] == pytest.approx(0.2)
    pairs = explore.relation(mine, a, b, by=e)
    assert set(pairs.points["id"]) == set(mine.ids)
    assert set(pairs.points["x"]) == set(mine.values(a))
    table = explore.correlation_table(samples["Half"], named[:4])
    assert len(table) == 4**2
    charts = (
        explore_charts.distribution(spread, summary, mine.codebook[d], None),
        explore_charts.relation(pairs, mine.codebook[a], mine.codebook[b], None, mine.codebook[e], member="row"),
        explore_charts.correlations(table, list(named[:4]), mine.codebook),
        explore_charts.boxes(summary, mine.codebook[d], None),
    )
    for chart in charts:
        assert not BANNED.search(chart.to_json())


def test_shares_and_sizes(mine, named):
    a, *_, e = named
    table = estimates.shares(mine, e)
    assert table["share"].sum() == pytest.approx(1)
    assert table["sampled"].sum() == len(mine)
    size = population.size(mine, Population.parse(f"{e} in (1, 2)"))
    assert size.count == size.sampled == size.rows == int((mine.values(e) < 3).sum())
    assert population.loosened(mine, Population.parse(f"{a} > 1e9"))[0][1] == len(mine)
    sure = estimates.sure_shares(estimates.Sample(mine), e)
    assert sure["share"].tolist() == table["share"].tolist()
    words = sure.assign(code="North", group="Everyone", order=table["code"], between="1 to 2%")
    chart = explore_charts.shares(words, e, mine.codebook, unit="rows", behind="rows", legend="Who")
    assert not BANNED.search(chart.to_json())


def test_columns_called_debt_and_asset_are_no_relatives():
    """A bank's DEBT and ASSET were taken for the survey's, and one of them was dropped as part of the other."""
    bank = neutral_table(("DEBT", "ASSET", "NETWORTH", "HOUSES"))
    ranking = features.rank_by_variance(bank)
    assert len(features.without_relatives(ranking, bank.subject.identities)) == 4
    assert features.relatives(list(ranking.index), bank.subject.identities, bank.codebook) == ()
    assert features.measured_relatives(bank, list(ranking.index)) == ()
    assert len(features.choose_apart(list(ranking.index), lambda _: bank, most=9).columns) == 4
    assert set(default_recipe(bank).features) == {"DEBT", "ASSET", "NETWORTH", "HOUSES"}
    got = bank.in_dollars  # amounts in nobody's dollars stay as they are
    with pytest.raises(DataError, match="does not say which year's dollars"):
        got(2022)


def test_what_can_be_no_feature_is_said(mine, named):
    with pytest.raises(RecipeError, match=r"Customer \(key\) says which row a row is"):
        segments.fit(mine, Recipe(("key", named[0])))
    assert features.share_of_extremes(mine.values(named[0]), mine.weights()) < 0.2
    assert "holds codes of 3 categories" in features.feature_notes(mine, (named[4],))[0]


def test_columns_that_can_be_no_feature_are_not_among_the_first():
    """The first view of such a table was a sentence of what is wrong with it."""
    data = nasty_table()
    could = ["segment", "id", "row", "net income", "Row"]
    assert features.usable(data, data.columns) == [*could[:4], "share", "Row", "count", "group"]
    assert default_recipe(data, relatives=True).features[:2] == ("id", "Row")
    assert set(default_recipe(data).features) == set(NASTY)  # "Row" is nearly "id"
    one = Population.parse("id > 1e9").apply(data)
    assert features.usable(one, could) == could  # of nobody nothing is wrong


@pytest.mark.parametrize("algorithm", segments.ALGORITHMS)
def test_every_algorithm_and_its_words(mine, named, algorithm):
    fit = segments.fit(mine, Recipe(named[:4], "asinh", algorithm=algorithm, k=3, starts=3))
    called = segments.names(mine, fit)
    said = segments.findings(fit, called, who="Mine").text
    assert not BANNED.search(said + " ".join(called.values()) + " ".join(fit.notes))
    assert re.search(r"of the rows; the smallest", said)


def test_judging(mine, found):
    swept = segments.sweep(mine, found.recipe, range(2, 6))
    assert swept.table["inertia"].is_monotonic_decreasing
    assert swept.segmentations[GROUPS].sizes["count"].tolist() == [IN_EACH] * GROUPS
    stable = segments.stability(mine, found, resamples=3)
    assert stable.table["implicates"].isna().all()
    assert stable.table["bootstrap"].min() > 0.9
    nulls = segments.Nulls(
        segments.null_silhouette(mine, found, draws=2),
        segments.null_stability(mine, found, stable, draws=2),
        segments.gaps(mine, swept),
    )
    assert margins_of(mine, found).rows == len(mine)
    assert segments.until_decided(mine, found, stable).resamples >= 3
    beside = segments.findings(found, {}, who="mine", swept=swept, stable=stable, beside=nulls).text
    assert not BANNED.search(beside)
    compared = segments.compare(mine, found.recipe)
    assert compared.table.loc[["bisecting", "gaussian_mixture", "ward"], "agreement"].tolist() == pytest.approx([1] * 3)
    chosen = segments.sensitivity(mine, found)
    kinds = {change.kind for change in changes(mine, found.recipe)}
    assert kinds == {"transform", "scaling", "feature", "method", "seed"}
    assert chosen.noise == pytest.approx(1)
    came = segments.persist(mine, found, replace(mine, name="Later"), found.recipe)
    chance = segments.noise_floor(mine, found, draws=2)
    assert came.verdicts(chance).tolist() == ["comes back"] * found.k
    assert came.kept == 1
    told = segments.notebook_result(mine, found.recipe)
    said = [
        swept.agreement,
        stable.words,
        chosen.words,
        came.words,
        came.judged(chance),
        *segments.differences(told, found),
        *compared.words.values(),
    ]
    said += [s.reason for s in swept.suggestions]
    assert not BANNED.search(" ".join(said))
    streams = segments.clustergram(swept)
    for chart in (
        profile_charts.clustergram(streams, 3, "rows"),
        profile_charts.methods(compared.table.reset_index(names="method")[["method", "agreement", "silhouette"]]),
        sensitivity_charts.survival(chosen),
        segment_charts.choice_of_k(swept.table, "inertia", "Inertia", 3, swept.suggestions[0]),
        segment_charts.choice_of_k(
            swept.table, "silhouette", "Silhouette", 3, None, beside=nulls.gaps.drawn("silhouette")
        ),
        segment_charts.silhouettes(found.silhouettes, found.labels, found.points.weights, segments.names(mine, found)),
    ):
        assert not BANNED.search(chart.to_json())


def test_describing(mine, named, found):
    assert segments.placed(mine, found.model).labels.tolist() == found.labels.tolist()
    points = points_in(found.model.space, mine, found.recipe, found.points.weights)
    assert np.array_equal(points.matrix, found.points.matrix)
    called = segments.names(mine, found)
    assert set(called) == {1, 2, 3}
    told = segments.explain(mine, found)
    assert told.words == "These rules put 100% of the rows into their segment."
    assert segments.lenses(mine, found).table.empty
    one = segments.typical(mine, found, 1)
    assert one_of_them(mine) == "One real row of it"
    assert one.id in set(mine.ids)
    assert one.sentence.startswith(f"Column {named[0]}")
    profile = segments.profile(mine, found)
    for number, feature in ((2, named[0]), (3, named[1])):
        inside = mine.values(feature)[(number - 1) * IN_EACH : number * IN_EACH]
        own = found.labels[(number - 1) * IN_EACH]
        assert profile.table.loc[(own, feature), "mean"] == pytest.approx(inside.mean())
    contrast = segments.contrast(mine, found, 1, 2)
    assert set(contrast.index) == set(named[:4])
    within = segments.labelled(mine, found, called)
    assert within.values(segments.SEGMENT).tolist() == found.labels.tolist()
    assert within.values(named[0]).tolist() == mine.values(named[0]).tolist()
    for column in named[:4]:
        chart = segment_charts.means_and_medians(profile.table, column, mine.codebook, called, None)
        assert not BANNED.search(chart.to_json())
    assert not BANNED.search(profile_charts.differences(profile.table, mine.codebook, called, title="All").to_json())
    assert not BANNED.search(" ".join((*told.sentences.values(), one.sentence, one.note, *one.facts)))


def test_one_member_by_its_text_id(mine, named, found):
    assert find_id(mine, "c10 007") == "C10007"
    assert is_of_random_rows(mine)
    one = segments.find_member(mine, found, "C10007", named)
    assert (one.segment, one.rows.tolist(), one.agreeing) == (found.labels[6], [6], 1)
    assert one.standing["value"].to_dict() == mine.frame.iloc[6][list(one.standing.index)].to_dict()
    assert set(one.standing.index) == {*found.recipe.features, *named}
    picked = segments.rows_of(mine, ("C10007", "C10300"))
    assert np.flatnonzero(picked).tolist() == [6, 299]
    beside = segments.beside_the_rest(mine, picked, named[:4])
    assert beside.loc[named[0], "mean"] == pytest.approx(mine.values(named[0])[[6, 299]].mean())
    with pytest.raises(RecipeError, match="There is no row C1 in this population"):
        segments.find_member(mine, found, "C1")


def test_the_plane(mine, named, flat):
    drawn = plane.plane_of(mine, flat, 200)
    assert set(drawn.points["id"]) <= set(mine.ids)
    steps = segments.iterations(mine, flat.recipe)
    pair = tuple(mine.codebook[name] for name in named[:2])
    called = segments.names(mine, flat)
    whole = plane_charts.plane(features=pair, scales=drawn.scales, dollars=None, member="row")
    way = plane_charts.steps(features=pair, scales=drawn.scales, dollars=None)
    path = [s.centroids.set_axis(["x", "y"], axis=1) for s in steps]
    tables = {
        **plane_charts.plane_tables(drawn.points, drawn.centroids, drawn.regions, called),
        **plane_charts.steps_tables(drawn.points, path, called),
    }
    told = "".join(table.to_csv() for table in tables.values())
    assert not BANNED.search(whole.to_json() + way.to_json() + told)


def test_the_notebooks_means_are_those_of_their_rows(mine, named, flat):
    told = segments.notebook_result(mine, flat.recipe)
    own = [mine.values(named[0])[told.labels == number].mean() for number in told.means.index]
    assert told.means[named[0]].tolist() == pytest.approx(sorted(own))


def test_waves(mine, named, found):
    """Years that somebody gave a table: its figures over them, and its segments."""
    known, e = {"subject": PLAIN, "codebook": mine.codebook, "who": "Mine", "counted": "rows"}, named[4]
    on = trends.Segments(found.model, segments.names(mine, found))
    assert trends.placed(mine, on).values(segments.SEGMENT).tolist() == found.labels.tolist()
    for followed in (trends.Followed("share", e, None), trends.Followed("median", named[0], by=e)):
        years = [replace(mine, wave=year) for year in (2020, 2024)]
        waves = [trends.look(data, Population(), followed) for data in years]
        told = trends.trend([*waves, trends.nothing(replace(mine, wave=2022), "not asked")], followed, **known)
        assert told.table["stretch"].max() == 2
        drawn = trend_charts.waves(told, behind="rows")
        assert not BANNED.search(" ".join([told.words, *told.notes, drawn.to_json()]))


def test_maps_with_text_ids(mine, found):
    """Ids such as C10001 were turned into integers."""
    drawn = maps.project(mine, found.recipe, "pca")
    assert drawn.table["id"].tolist() == mine.ids.tolist()
    assert len(list(first_views(mine))) == 2 * len(mine.subject.populations)
    points = drawn.table[["x", "y", "id"]].assign(segment=found.labels)
    lines = density.contours(*(drawn.table[name].to_numpy() for name in ("x", "y", "weight")))
    chart = map_charts.members(entity=mine.entity, contoured=True)
    centres = points.groupby("segment")[["x", "y"]].median().reset_index()
    tables = map_charts.members_tables(points, centres, segments.names(mine, found), lines=lines)
    assert tables["points"]["id"].tolist() == mine.ids.tolist()
    labels = {name: mine.codebook.label(name) for name in found.recipe.features}
    pca = (map_charts.loadings(drawn.components.loadings, labels), map_charts.explained(drawn.components.explained))
    said = f"{drawn.how_to_read} {drawn.trust} {' '.join(drawn.notes)} {' '.join(drawn.axes)}"
    assert not BANNED.search(said + chart.to_json() + "".join(one.to_json() for one in pca))
    assert looks(segments.names(mine, found))["segment"].tolist() == [1, 2, 3]


def test_a_map_by_the_worker(tmp_path):
    mine = neutral_table()
    worker, store = maps.Worker(), maps.Store(tmp_path, shipped=None)
    drawn = maps.project(mine, Recipe(named_in(mine)[:4]), "tsne", worker=worker, store=store)
    worker.close()
    assert drawn.table["id"].tolist() == mine.ids.tolist()
    assert not BANNED.search(f"{drawn.how_to_read} {drawn.trust} {' '.join(drawn.notes)}")


def test_handing_on_and_back(mine, named, found, tmp_path):
    called = segments.names(mine, found)
    origin = exports.provenance(mine, Population.parse(f"{named[0]} > -1000"), "Mine", found.recipe)
    assert origin.counting == "every row once, the table has no weights"
    assert origin.citation == "Mine"
    citable = replace(mine, subject=replace(PLAIN, wording=replace(PLAIN.wording, citation="A Bank, Cards")))
    assert exports.provenance(citable, Population(), "Mine").citation == "A Bank, Cards"
    members = exports.members(mine, found, called, origin)
    assert pd.read_csv(io.BytesIO(members.csv()))["row"].tolist() == mine.ids.tolist()
    assert pd.read_parquet(io.BytesIO(members.parquet("mine.parquet")))["row"].iloc[0] == "C10001"
    others = segments.Others("All rows", segments.statistics(mine, named[:2]))
    profiles = exports.profiles(mine, found, called, origin, columns=named[:2], beside=others)
    assert b"All rows" in profiles.csv()
    page = exports.report(mine, found, called, origin, stable=segments.stability(mine, found, resamples=2))
    stored = exports.recipe_json(found, called, mine.codebook, origin)
    for text in (*(told for one in (members, profiles) for told in (one.csv(), one.metadata("t.csv"))), page):
        # the app's own name aside, and what recipes call counting by weight
        said = text.decode().replace("&#34;", '"').replace('\\"', '"').replace("Household Segments", "")
        assert not BANNED.search(said.replace('"counting": "households"', ""))
    assert not BANNED.search(" ".join(json.loads(stored)["how_to_apply"]))
    again = beside_recipe(read_recipe(stored), mine, found)
    assert (again.same, dict(again.pairs), again.names(called)) == (1, {1: 1, 2: 2, 3: 3}, called)
    assert not BANNED.search(again.words)
    mine.frame.to_csv(tmp_path / "table.csv", index=False)
    done = label_file(read_recipe(stored), tmp_path / "table.csv", tmp_path / "labelled.csv")
    assert done.sizes == {1: 100, 2: 100, 3: 100}
    with (tmp_path / "labelled.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    added = "segment_2" if "segment" in mine.frame else "segment"
    assert [int(row[added]) for row in rows] == found.labels.tolist()
    assert [float(row[named[0]]) for row in rows] == mine.values(named[0]).tolist()


def test_members_are_called_what_the_subject_calls_them(mine, found):
    customers = replace(mine, subject=CUSTOMERS)
    fit = segments.fit(customers, found.recipe)
    said = segments.findings(fit, segments.names(customers, fit), who="Mine").text
    assert "33.3% of the customers" in said
    assert "100 customers." in said


def test_amounts_in_another_currency(mine, named):
    """Axes and tooltips knew dollars only, and a codebook that was not told otherwise said dollars in sentences."""
    book = {n: replace(v, format="$,.0f", currency="$") if v.is_amount else v for n, v in mine.codebook.items()}
    money = replace(mine, codebook=Codebook(book))
    assert money.codebook[named[0]].text(-1234.4) == "-1,234"  # nobody knows which
    assert money.codebook[named[0]].measured_in == "ratio"
    amounts = Codebook({named[0]: replace(money.codebook[named[0]], unit="dollars")})
    assert [amounts.in_currency(sign)[named[0]].measured_in for sign in ("", "€", "$")] == ["money", "money", "dollars"]
    euros = replace(money, subject=replace(PLAIN, currency=Currency("€", "euros")))
    assert euros.codebook[named[0]].text(-1234.4) == "-€1,234"
    origin = exports.provenance(euros, Population(), "Mine")
    sample = estimates.Sample(euros)
    spread = explore.histogram({"Mine": sample}, named[0], linear=True)
    summary = explore.summary(sample, named[0]).assign(group="Mine")
    drawn = exports.svg(explore_charts.distribution(spread, summary, euros.codebook[named[0]], None), origin)
    labels = re.findall(r">(€[\d.]+)<", drawn)
    assert len(labels) >= 3
    assert "$" not in drawn


def test_the_small_steps_below(mine, named, found, flat):
    a, b, *_, e = named
    assert features.rankable(mine.codebook) == mine.codebook.amounts()
    features.check_features(mine, named[:4])
    space = features.fit_space(mine, (a, b), weights=segments.row_weights(mine, "households"))
    assert space.matrix(mine.frame).shape == (len(mine), 2)
    assert len(segments.points_of(mine, found.recipe)[1].distinct[0]) == len(mine)
    assert some_members(mine, most=len(mine)) is None
    assert some_members(mine, most=100).sum() == 100
    assert np.isfinite(segments.raw_unit_silhouettes(mine, [found])).all()
    check_same(mine, found)
    assert len(one_implicate(mine, "households")) == len(all_rows(mine)) == len(mine)
    assert len(by_weight(mine, "households")) == len(mine)
    assert not is_drawn_by_weight(mine, "households")
    assert Population.parse(f"{e} == 1").mask(mine).sum() == (mine.values(e) == 1).sum()
    drawn = plane.points_to_draw(mine, flat, 50)
    assert set(drawn["id"]) <= set(mine.ids)
    assert drawn["x"].tolist() == mine.values(a)[drawn["row"]].tolist()
    assert exports.member_table(mine, found, {})["row"].tolist() == mine.ids.tolist()
    told = estimates.interval(mine, "mean", a)
    values = mine.values(a)
    assert told.method == "random rows"
    assert told.standard_error == pytest.approx(np.nanstd(values, ddof=1) / np.sqrt(np.isfinite(values).sum()))
    assert len(estimates.bootstrap(mine)) == 500
    sure = segments.sureness(estimates.Sample(mine), found, (a, b))
    assert (sure.sizes["low"] < found.sizes["share"]).all()
    assert segments.told_apart(estimates.Sample(mine), found, (a, b)).shape == (found.k, 2)
    own = segments.profile(mine, found).table.loc[sure.profile.index]
    assert ((sure.profile["mean_low"] <= own["mean"]) & (own["mean"] <= sure.profile["mean_high"])).all()
    assert ((sure.profile["median_low"] <= own["median"]) & (own["median"] <= sure.profile["median_high"])).all()
    assert codes_of(mine, e)[1].tolist() == sorted(set(mine.values(e)))
    assert segment(mine, found.recipe, *segments.points_of(mine, found.recipe)).inertia == found.inertia
    assert sizes(mine, found.labels, mine.weights(), found.k)["count"].sum() == len(mine)
    called = segments.names(mine, found)
    assert segments.name(mine, found, 1) == called[1]
    assert "of Mine" in levels_words(mine, found, ["Low a"], is_everyone=True)
    cards = report_parts.cards(mine, found, called, segments.profile(mine, found), None, {})
    assert [card.heading.text[0] for card in cards] == ["1", "2", "3"]
    origin = exports.provenance(mine, Population(), "Mine", found.recipe)
    profile, sure = segments.profile(mine, found), segments.sureness(estimates.Sample(mine), found)
    method = report_parts.method(mine, found, origin)
    who = report_answer.who(mine, found, origin)
    tables = (
        report_parts.sizes(mine, found, called),
        report_parts.middles(mine, found, called, profile, origin),
        report_answer.at_a_glance(mine, found, called, profile, None, sure, "All rows"),
    )
    said = repr((method, who, tables)).replace("Household Segments", "")
    assert not BANNED.search(said.replace('"counting": "households"', ""))
    assert method.paragraphs[0].endswith(" Mine: 300 rows. Counted are every row once, the table has no weights.")
    assert who == "Everyone: 300 rows in Mine."
    assert tables[0].header == ("Segment", "Rows", "Share")
    assert "weighted" not in " ".join(report_parts.trust(found, None, None, called).paragraphs)


def test_cleaning_and_deriving(mine, named, found):
    a, b, c, d, e = named
    frame = mine.frame.assign(**{a: mine.frame[a].where(mine.frame[a] > 20, np.nan)})
    gaps = replace(mine, frame=frame)
    assert overview.missing(gaps).loc[a, "blank"] == 2 * IN_EACH
    assert overview.missing_together(gaps)["rows"].sum() < 2 * IN_EACH
    assert overview.repeats(mine) == 0
    assert overview.made(mine) == set()
    assert mine.id not in overview.comparable(mine)
    assert overview.categories(mine).loc[e, "categories"] == len(shares_of(mine, e))
    assert spelt_alike(mine, e) == []
    assert set(overview.outliers(mine).index) <= set(mine.codebook.amounts())
    assert fences(mine, b)[0] < quantiles(mine, b, [0.5])[0] < fences(mine, b)[1]
    assert len(donors(gaps, (a,)).rows) == IN_EACH
    check_columns(mine, (a,), amounts=True)
    check_known(mine, a, (1.0, None))
    fill = Fill((a,), "neighbours")
    fill.check(gaps)
    assert fill.fitted(gaps).donors is not None
    done = prepare_table(gaps, [fill, Cap((b, c)), OneHot(e), combined("ratio", (a, d), mine.codebook)])
    assert done.data.frame[a].notna().all()
    said = " ".join(f"{entry.words} {entry.told}" for entry in done.entries)
    assert not BANNED.search(said)
    assert alone.note(mine, named[:4], found.labels, mine.weights()) == ""


def test_first_maps_of_a_table_that_is_too_small_are_passed_over(mine, named):
    few = Population.parse(f"{named[0]} > 1e9").apply(mine)
    assert prepare(few) == 0


def functions_of_a_dataset() -> list[str]:
    """Every public function of the rooms that compute which takes a Dataset, with its module; of methods the name."""
    found = set()
    for path in (p for p in (ROOT / "lib").rglob("*.py") if p.relative_to(ROOT).parts[1] not in {"ui", "sources"}):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        methods = [part for node in tree.body if isinstance(node, ast.ClassDef) for part in node.body]
        for before, nodes in ((f"{module}.", tree.body), ("", methods)):
            for node in (n for n in nodes if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")):
                arguments = (*node.args.args, *node.args.kwonlyargs)
                if any(a.annotation is not None and "Dataset" in ast.unparse(a.annotation) for a in arguments):
                    found.add(before + node.name)
    return sorted(found)


@cache
def called_here() -> set[str]:
    """What this file calls: functions with the module that defines them, methods by name."""
    found = set()
    for call in (n for n in ast.walk(ast.parse(Path(__file__).read_text(encoding="utf-8"))) if isinstance(n, ast.Call)):
        first, *rest = ast.unparse(call.func).split(".")
        try:
            function = reduce(getattr, rest, globals()[first])
            found.add(f"{function.__module__}.{function.__qualname__}")
        except (AttributeError, KeyError):  # of something that only a test has
            found.add(rest[-1] if rest else first)
    return found


@pytest.mark.parametrize("name", functions_of_a_dataset())
def test_every_function_that_takes_a_table_is_tried_on_this_one(name):
    assert name in called_here()


# --- what the rooms may know

ROOMS = ("features", "segments", "trends", "maps", "charts", "work", "tables", "population", "exports")
ALLOWED = ("Household Segments", "HouseholdSegmentsError", "household_segments", "``household``")


@cache
def survey_columns() -> set[str]:
    with (ROOT / "data" / "codebook.csv").open(encoding="utf-8") as file:
        # names of two letters are words too
        return {row["name"] for row in csv.DictReader(file) if len(row["name"]) > 2}


def sources_of(room: str):
    return sorted(p for p in (ROOT / "lib" / room).rglob("*") if p.suffix in {".py", ".jinja"})


@pytest.mark.parametrize(
    "path", [p for room in ROOMS for p in sources_of(room)], ids=lambda p: str(p.relative_to(ROOT))
)
def test_rooms_that_compute_know_no_survey(path):
    text = path.read_text(encoding="utf-8")
    for words in ALLOWED:
        text = text.replace(words, "")
    assert not re.findall(r"(?i)\w*household\w*", text)


@pytest.mark.parametrize(
    "path",
    [ROOT / "lib" / "subject.py", *(p for room in ROOMS for p in sources_of(room))],
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_examples_name_no_column_of_the_survey(path):
    text = path.read_text(encoding="utf-8")
    assert not survey_columns() & set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", text))
