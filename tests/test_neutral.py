"""The engine on a table that nobody knows: text ids, no weight, one implicate, columns that mean nothing to it."""

from __future__ import annotations

import ast
import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from paths import ROOT
from tables import CUSTOMERS, GROUPS, IN_EACH, neutral_table

from lib import estimates, explore, exports, features, maps, population, segments
from lib.charts import explore as explore_charts
from lib.charts import maps as map_charts
from lib.charts import plane as plane_charts
from lib.charts import profiles as profile_charts
from lib.charts import segments as segment_charts
from lib.errors import DataError, RecipeError
from lib.exports import report_parts
from lib.maps import density
from lib.maps.first import default_recipe, first_views, prepare
from lib.maps.rows import all_rows, one_implicate
from lib.population import Population
from lib.segments import Recipe
from lib.segments.apply import label_file
from lib.segments.apply.stored import read_recipe
from lib.segments.describe import plane
from lib.segments.describe.profile import check_same
from lib.segments.fit import segment, sizes
from lib.subject import Currency
from lib.subjects import PLAIN

TWO, ALL = ("a", "b"), ("a", "b", "c", "d")
BANNED = re.compile(r"household|implicate|survey", re.IGNORECASE)


@pytest.fixture(scope="module")
def mine():
    return neutral_table()


@pytest.fixture(scope="module")
def found(mine):
    return segments.fit(mine, Recipe(ALL, k=3, starts=5))


def test_every_group_is_a_segment(mine, found):
    assert found.sizes["count"].tolist() == [IN_EACH] * GROUPS
    assert found.sizes["sampled"].tolist() == [IN_EACH] * GROUPS
    group = np.repeat(np.arange(GROUPS), IN_EACH)
    assert segments.adjusted_rand(found.labels, group, np.ones(len(mine))) == 1
    rows = segments.fit(mine, replace(found.recipe, counting="rows"))
    assert np.array_equal(rows.labels, found.labels)


def test_ids_are_text_and_members_are_rows(mine):
    assert mine.ids[:2].tolist() == ["C10001", "C10002"]
    assert mine.sampled == len(mine)
    assert mine.implicate_codes.tolist() == [0] * len(mine)
    assert mine.weights().tolist() == [1.0] * len(mine)
    nameless = replace(mine, id=None)
    assert nameless.ids[[0, -1]].tolist() == [1, 300]
    # a row keeps its number in a population
    assert Population.parse("a > 20").apply(nameless).ids[0] == IN_EACH + 1


def test_several_rows_for_each_member_need_a_column_that_tells_them_apart(mine):
    """Silent zeros made every implicate the first one."""
    five = replace(mine, implicates=5, implicate="which")
    with pytest.raises(DataError, match=r"5 rows for each row and no column that tells them apart"):
        _ = five.implicate_codes


def test_text_is_no_amount(mine):
    with pytest.raises(DataError, match="Mine, column key, holds text: choose a column of numbers"):
        mine.values("key")


def test_a_first_look(mine):
    half = Population.parse("a > 20").apply(mine)
    figures = explore.headline_figures(mine.codebook, mine.subject)
    told = explore.headlines(half, mine, figures)
    assert [one.column for one in told] == list(ALL)
    assert told[0].value == pytest.approx(np.sort(half.values("a"))[IN_EACH // 2 - 1])
    groups = {"Half": half, "Everyone": mine}
    spread = explore.distribution(groups, "d")
    assert spread.bins.groupby("group")["share"].sum().tolist() == pytest.approx([1, 1])
    assert spread.summary.set_index("group").loc["Everyone", "zero"] == pytest.approx(0.2)
    pairs = explore.relation(mine, "a", "b", by="e")
    assert set(pairs.points["id"]) == set(mine.ids)
    table = explore.correlation_table(groups, ALL)
    assert len(table) == 2 * len(ALL) ** 2
    charts = (
        explore_charts.distribution(spread, mine.codebook["d"], None),
        explore_charts.relation(pairs, mine.codebook["a"], mine.codebook["b"], None, mine.codebook["e"], member="row"),
        explore_charts.correlations(table[table["group"] == "Half"], list(ALL), mine.codebook),
        explore_charts.boxes(spread.summary, mine.codebook["d"], None),
    )
    for chart in charts:
        assert not BANNED.search(chart.to_json())


def test_shares_and_sizes(mine):
    table = estimates.shares(mine, "e")
    assert table["share"].sum() == pytest.approx(1)
    assert table["sampled"].sum() == len(mine)
    size = population.size(mine, Population.parse("e in (1, 2)"))
    assert size.count == size.sampled == size.rows == int((mine.values("e") < 3).sum())
    assert population.loosened(mine, Population.parse("a > 1e9"))[0][1] == len(mine)
    words = table.assign(code="North", group="Everyone", order=table["code"], thin=False)
    chart = explore_charts.shares(words, "e", mine.codebook, unit="rows", behind="rows", legend="Who")
    assert not BANNED.search(chart.to_json())


def test_columns_called_debt_and_asset_are_no_relatives():
    """A bank's DEBT and ASSET were taken for the survey's, and one of them was dropped as part of the other."""
    bank = neutral_table(("DEBT", "ASSET", "NETWORTH", "HOUSES"))
    ranking = features.rank_by_variance(bank)
    assert len(features.without_relatives(ranking, bank.subject.identities)) == 4
    assert features.relatives(list(ranking.index), bank.subject.identities, bank.codebook) == ()
    assert set(default_recipe(bank).features) == {"DEBT", "ASSET", "NETWORTH", "HOUSES"}
    got = bank.in_dollars  # amounts in nobody's dollars stay as they are
    with pytest.raises(DataError, match="does not say which year's dollars"):
        got(2022)


def test_what_can_be_no_feature_is_said(mine):
    with pytest.raises(RecipeError, match=r"Customer \(key\) says which row a row is"):
        segments.fit(mine, Recipe(("key", "a")))
    assert features.share_of_extremes(mine.values("a"), mine.weights()) < 0.2
    assert "holds codes of 3 categories" in features.feature_notes(mine, ("e",))[0]


@pytest.mark.parametrize("algorithm", segments.ALGORITHMS)
def test_every_algorithm_and_its_words(mine, algorithm):
    fit = segments.fit(mine, Recipe(ALL, "asinh", algorithm=algorithm, k=3, starts=3))
    named = segments.names(mine, fit)
    said = segments.findings(fit, named, who="Mine")
    assert not BANNED.search(said + " ".join(named.values()) + " ".join(fit.notes))
    assert re.search(r"of the rows; the smallest", said)


def test_judging(mine, found):
    swept = segments.sweep(mine, found.recipe, range(2, 8))
    assert swept.table["inertia"].is_monotonic_decreasing
    assert swept.segmentations[GROUPS].sizes["count"].tolist() == [IN_EACH] * GROUPS
    stable = segments.stability(mine, found, resamples=3)
    assert stable.table["implicates"].isna().all()
    assert stable.table["bootstrap"].min() > 0.9
    compared = segments.compare(mine, found.recipe, ("kmeans", "ward"))
    assert compared.table.loc["ward", "agreement"] == pytest.approx(1)
    came = segments.persist(mine, found, replace(mine, name="Later"), found.recipe)
    assert came.kept == 1
    told = segments.notebook_result(mine, found.recipe)
    said = [swept.agreement, stable.words, came.words, *segments.differences(told, found), *compared.words.values()]
    said += [s.reason for s in swept.suggestions]
    assert not BANNED.search(" ".join(said))
    streams = segments.clustergram(swept)
    for chart in (
        profile_charts.clustergram(streams, 3, "rows"),
        profile_charts.methods(compared.table.reset_index(names="method")[["method", "agreement", "silhouette"]]),
        segment_charts.choice_of_k(swept.table, "inertia", "Inertia", 3, swept.suggestions[0]),
        segment_charts.silhouettes(found.silhouettes, found.labels, found.points.weights, segments.names(mine, found)),
    ):
        assert not BANNED.search(chart.to_json())


def test_describing(mine, found):
    named = segments.names(mine, found)
    assert set(named) == {1, 2, 3}
    told = segments.explain(mine, found)
    assert told.words == "These rules put 100% of the rows into their segment."
    assert segments.lenses(mine, found).table.empty
    one = segments.typical(mine, found, 1)
    assert one.id in set(mine.ids)
    assert one.sentence.startswith("Column a")
    profile = segments.profile(mine, found)
    contrast = segments.contrast(mine, found, 1, 2)
    assert set(contrast.index) == set(ALL)
    within = segments.labelled(mine, found, named)
    assert within.values(segments.SEGMENT).tolist() == found.labels.tolist()
    for column in ALL:
        chart = segment_charts.means_and_medians(profile.table, column, mine.codebook, named, None)
        assert not BANNED.search(chart.to_json())
    assert not BANNED.search(profile_charts.differences(profile.table, mine.codebook, named).to_json())
    assert not BANNED.search(" ".join((*told.sentences.values(), one.sentence, one.note, *one.facts)))


def test_one_member_by_its_text_id(mine, found):
    near = segments.neighbours(mine, found, "C10007")
    assert near.index[0] == ("C10007", found.labels[6], 0)
    assert near.iloc[0].to_dict() == mine.frame.iloc[6][list(found.recipe.features)].to_dict()
    picked = segments.rows_of(mine, ("C10007", "C10300"))
    assert np.flatnonzero(picked).tolist() == [6, 299]
    beside = segments.beside_the_rest(mine, picked, ALL)
    assert set(beside.index) == set(ALL)
    with pytest.raises(RecipeError, match="There is no row C1 in this population"):
        segments.neighbours(mine, found, "C1")


def test_the_plane(mine):
    two = segments.fit(mine, Recipe(TWO, k=3, starts=5))
    drawn = plane.plane_of(mine, two, 200)
    assert set(drawn.points["id"]) <= set(mine.ids)
    steps = segments.iterations(mine, two.recipe)
    pair = (mine.codebook["a"], mine.codebook["b"])
    named = segments.names(mine, two)
    flat = plane_charts.plane(
        drawn.points,
        drawn.centroids,
        drawn.regions,
        features=pair,
        scales=drawn.scales,
        names=named,
        dollars=None,
        member="row",
    )
    way = plane_charts.steps(
        drawn.points,
        [s.centroids.set_axis(["x", "y"], axis=1) for s in steps],
        features=pair,
        scales=drawn.scales,
        names=named,
        dollars=None,
    )
    assert not BANNED.search(flat.to_json() + way.to_json())


def test_maps_with_text_ids(mine, found):
    """Ids such as C10001 were turned into integers."""
    drawn = maps.project(mine, found.recipe, "pca")
    assert drawn.table["id"].tolist() == mine.ids.tolist()
    assert len(list(first_views(mine))) == 2 * len(mine.subject.populations)
    points = drawn.table[["x", "y", "id"]].assign(segment=found.labels)
    lines = density.contours(*(drawn.table[name].to_numpy() for name in ("x", "y", "weight")))
    chart = map_charts.members(
        points,
        names=segments.names(mine, found),
        axes=drawn.axes,
        entity=mine.entity,
        lines=lines,
        centres=points.groupby("segment")[["x", "y"]].median().reset_index(),
    )
    labels = {name: mine.codebook.label(name) for name in ALL}
    pca = (map_charts.loadings(drawn.components.loadings, labels), map_charts.explained(drawn.components.explained))
    said = f"{drawn.how_to_read} {drawn.trust} {' '.join(drawn.notes)} {' '.join(drawn.axes)}"
    assert not BANNED.search(said + chart.to_json() + "".join(one.to_json() for one in pca))
    assert map_charts.key(segments.names(mine, found)).to_dict()["height"] == 22 * 3


def test_a_map_by_the_worker(mine, found, tmp_path):
    worker, store = maps.Worker(), maps.Store(tmp_path, shipped=None)
    drawn = maps.project(mine, found.recipe, "tsne", worker=worker, store=store)
    worker.close()
    assert drawn.table["id"].tolist() == mine.ids.tolist()
    assert not BANNED.search(f"{drawn.how_to_read} {drawn.trust} {' '.join(drawn.notes)}")


def test_handing_on_and_back(mine, found, tmp_path):
    named = segments.names(mine, found)
    origin = exports.provenance(mine, Population.parse("a > -1000"), "Mine", found.recipe)
    assert origin.counting == "every row once, the table has no weights"
    table = exports.members_csv(mine, found, named, origin)
    frame = pd.read_csv(io.BytesIO(table), comment="#")
    assert frame["row"].tolist() == mine.ids.tolist()
    assert pd.read_parquet(io.BytesIO(exports.members_parquet(mine, found, named, origin)))["row"].iloc[0] == "C10001"
    profiles = exports.profiles_csv(mine, found, named, origin)
    assert b"Everyone" in profiles
    page = exports.report(mine, found, named, origin, stable=segments.stability(mine, found, resamples=2))
    stored = exports.recipe_json(found, named, mine.codebook, origin)
    for text in (table, profiles, page):
        # the app's own name aside, and what recipes call counting by weight
        said = text.decode().replace("&#34;", '"').replace("Household Segments", "")
        assert not BANNED.search(said.replace('"counting": "households"', ""))
    mine.frame.to_csv(tmp_path / "table.csv", index=False)
    done = label_file(read_recipe(stored), tmp_path / "table.csv", tmp_path / "labelled.csv")
    assert done.sizes == {1: 100, 2: 100, 3: 100}
    with (tmp_path / "labelled.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    assert [int(row["segment"]) for row in rows] == found.labels.tolist()


def test_members_are_called_what_the_subject_calls_them(mine, found):
    customers = replace(mine, subject=CUSTOMERS)
    fit = segments.fit(customers, found.recipe)
    said = segments.findings(fit, segments.names(customers, fit), who="Mine")
    assert "33.3% of the customers" in said
    assert "100 customers." in said


def test_amounts_in_another_currency(mine):
    """Axes and tooltips knew dollars only."""
    book = {n: replace(v, format="$,.0f", currency="€") if v.is_amount else v for n, v in mine.codebook.items()}
    subject = replace(PLAIN, currency=Currency("€", "euros"))
    euros = replace(mine, codebook=type(mine.codebook)(book), subject=subject)
    assert euros.codebook["a"].text(-1234.4) == "-€1,234"
    origin = exports.provenance(euros, Population(), "Mine")
    spread = explore.distribution({"Mine": euros}, "a", linear=True)
    drawn = exports.svg(explore_charts.distribution(spread, euros.codebook["a"], None), origin)
    labels = re.findall(r">(€[\d.]+)<", drawn)
    assert len(labels) >= 3
    assert "$" not in drawn


def test_the_small_steps_below(mine, found):
    assert features.rankable(mine) == list(ALL)
    features.check_features(mine, ALL)
    space = features.fit_space(mine, TWO, weights=segments.row_weights(mine, "households"))
    assert space.matrix(mine.frame).shape == (len(mine), 2)
    assert len(segments.points_of(mine, found.recipe)[1].distinct[0]) == len(mine)
    assert np.isfinite(segments.raw_unit_silhouettes(mine, [found])).all()
    check_same(mine, found)
    assert len(one_implicate(mine, "households")) == len(all_rows(mine)) == len(mine)
    assert Population.parse("e == 1").mask(mine).sum() == (mine.values("e") == 1).sum()
    two = segments.fit(mine, Recipe(TWO, k=3, starts=2))
    drawn = plane.points_to_draw(mine, two, 50)
    assert set(drawn["id"]) <= set(mine.ids)
    assert drawn["x"].tolist() == mine.values("a")[drawn["row"]].tolist()
    assert exports.member_table(mine, found, {})["row"].tolist() == mine.ids.tolist()
    assert estimates.estimate(mine, estimates.mean, "a").standard_error == 0
    assert segment(mine, found.recipe, *segments.points_of(mine, found.recipe)).inertia == found.inertia
    assert sizes(mine, found.labels, mine.weights(), found.k)["count"].sum() == len(mine)
    named = segments.names(mine, found)
    assert segments.name(mine, found, 1) == named[1]
    cards = report_parts.cards(mine, found, named, segments.profile(mine, found), None, {})
    assert [card.heading[0] for card in cards] == ["1", "2", "3"]
    origin = exports.provenance(mine, Population(), "Mine", found.recipe)
    sections = (report_parts.who(mine, found, origin), report_parts.method(mine, found))
    tables = (report_parts.sizes(mine, found, named), report_parts.centroids(mine, found, origin))
    assert not BANNED.search(repr((sections, tables)).replace("Household Segments", ""))


def test_first_maps_of_a_table_that_is_too_small_are_passed_over(mine):
    few = Population.parse("a > 1e9").apply(mine)
    assert prepare(few) == 0


def functions_of_a_dataset() -> list[str]:
    """Every public function of the rooms that compute which takes a Dataset."""
    found = []
    for path in (p for p in (ROOT / "lib").rglob("*.py") if p.relative_to(ROOT).parts[1] not in {"ui", "sources"}):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        classes = [part for node in tree.body if isinstance(node, ast.ClassDef) for part in node.body]
        for node in (n for n in (*tree.body, *classes) if isinstance(n, ast.FunctionDef)):
            arguments = (*node.args.args, *node.args.kwonlyargs)
            takes = any(a.annotation is not None and "Dataset" in ast.unparse(a.annotation) for a in arguments)
            if takes and not node.name.startswith("_"):
                found.append(node.name)
    return sorted(set(found))


@pytest.mark.parametrize("name", functions_of_a_dataset())
def test_every_function_that_takes_a_table_is_tried_on_this_one(name):
    text = Path(__file__).read_text(encoding="utf-8")
    assert re.search(rf"\b{name}\(", text)


# --- what the rooms may know

ROOMS = ("features", "segments", "maps", "charts", "work", "tables", "population", "exports")
ALLOWED = ("Household Segments", "HouseholdSegmentsError", "household_segments", "``household``")


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
    if path.parent.name != "population":  # its examples need some columns
        assert not survey_columns() & set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", text))
