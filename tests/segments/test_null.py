"""What is said of separation holds only beside data that have no segments, and each sentence can be made false."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lib.errors import RecipeError
from lib.estimates import correlations, ranks
from lib.segments import (
    Cancelled,
    Nulls,
    Recipe,
    advice,
    agreement,
    findings,
    fit,
    gaps,
    null_silhouette,
    null_stability,
    stability,
    sweep,
)
from lib.segments.judge.findings import stability_beside
from lib.segments.judge.gap import Gaps
from lib.segments.judge.null import Beside, Null, margins_of, until_clear

TWO = ("DEBT", "ASSET")
RECIPE = Recipe(TWO, scaling="none", k=3)

TRIANGLE = np.repeat([[0.0, 0], [20, 0], [10, 18]], 100, axis=0)


@pytest.fixture
def made(households):
    """Makes households of points (rows x 2)."""
    return lambda points: households(DEBT=points[:, 0], ASSET=points[:, 1])


@pytest.fixture
def groups(made):
    """Three groups far apart, at the corners of a triangle: no two columns alone have them."""
    return made(TRIANGLE + np.random.default_rng(0).normal(size=TRIANGLE.shape))


def cloud(number=400, correlation=0.0, seed=1):
    """Points of one bell without any groups."""
    rng = np.random.default_rng(seed)
    return rng.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], number)


def compared(data, recipe=RECIPE, **options):
    found = fit(data, recipe)
    return found, null_silhouette(data, found, **options)


def test_groups_far_apart_exceed_both_null_models(groups):
    found, null = compared(groups)
    assert (null.unrelated.comparison, null.correlated.comparison) == ("more", "more")
    assert null.table["excess"].min() > 0.2
    told = findings(found, {}, who="all", beside=Nulls(null)).text
    assert f"The mean silhouette is {found.silhouette:.2f}: the segments are more separated than those that" in told
    assert "be they unrelated (" in told


def test_an_even_square_exceeds_neither(made):
    found, null = compared(made(np.random.default_rng(0).random((500, 2))))
    assert (null.unrelated.comparison, null.correlated.comparison) == ("no more", "no more")
    assert abs(null.table["excess"]).max() < 0.02
    assert (
        "the segments are no more separated than those that" in findings(found, {}, who="all", beside=Nulls(null)).text
    )


def test_a_long_cloud_exceeds_unrelated_columns_but_not_correlated_ones(made):
    found, null = compared(made(cloud(correlation=0.95)))
    assert (null.unrelated.comparison, null.correlated.comparison) == ("more", "no more")
    told = findings(found, {}, who="all", beside=Nulls(null)).text
    assert "more separated than those that the same method finds in columns with the same margins that have" in told
    assert "but no more separated than those in columns that are correlated as these are and nothing else (" in told


def test_groups_on_a_grid_are_what_unrelated_columns_have_too(blobs):
    """Two groups in each column make four of two columns that have nothing to do with one another."""
    found, null = compared(blobs, replace(RECIPE, k=4))
    assert found.silhouette > 0.7
    assert null.unrelated.comparison == "no more"


def test_six_far_off_households_make_no_structure(households):
    """99% of the households in one segment, silhouette .9: that used to read "strong structure"."""
    rng = np.random.default_rng(0)
    points = np.abs(rng.standard_t(1.2, (600, 2)))
    found, null = compared(households(DEBT=points[:, 0], ASSET=points[:, 1]), replace(RECIPE, k=2))
    assert found.silhouette > 0.85
    assert found.sizes["share"].max() > 0.98
    told = findings(found, {}, who="all", beside=Nulls(null)).text
    assert "strong" not in told
    assert "no more separated" in told


def test_nothing_is_judged_before_it_is_compared(groups):
    told = findings(fit(groups, RECIPE), {}, who="all").text
    assert "The mean silhouette is 0.9" in told
    assert not any(word in told for word in ("structure", "separated", "strong", "reasonable", "weak"))


# --- the models themselves


def test_margins_are_kept_and_so_are_rank_correlations(households):
    """Half of each column holds nothing, as debts do: ties would weaken the copula's correlation."""
    rng = np.random.default_rng(3)
    points = np.maximum(cloud(2_000, 0.8), 0)
    data = households(DEBT=points[:, 0], ASSET=points[:, 1], WGT=rng.uniform(0.5, 2, 2_000))
    found = fit(data, RECIPE)
    weights = data.weights()
    wanted = correlations(np.column_stack([ranks(column, weights) for column in points.T]), weights)[0, 1]
    assert wanted > 0.6
    drawn = {"unrelated": [], "correlated": []}
    for kind, null in margins_of(data, found).drawn(3):
        assert len(null) == round(weights.sum() ** 2 / (weights**2).sum())  # as many as members are effective
        for own, theirs in zip(points.T, null.matrix.T, strict=True):
            assert np.isin(theirs, own).all()
            assert theirs.mean() == pytest.approx(np.average(own, weights=weights), rel=0.002)
            assert (theirs == 0).mean() == pytest.approx(weights[own == 0].sum() / weights.sum(), abs=0.002)
        ranked = [ranks(column, null.weights) for column in null.matrix.T]
        drawn[kind].append(np.corrcoef(ranked)[0, 1])
    assert np.mean(drawn["unrelated"]) == pytest.approx(0, abs=0.05)
    assert np.mean(drawn["correlated"]) == pytest.approx(wanted, abs=0.03)


def test_the_same_data_are_drawn_every_time_and_weights_may_be_in_any_unit(groups):
    once, again = compared(groups)[1], compared(groups)[1]
    heavier = replace(groups, frame=groups.frame.assign(WGT=groups.frame["WGT"] * 7))
    assert once == again
    assert compared(heavier)[1].table.to_numpy() == pytest.approx(once.table.to_numpy())


@pytest.mark.parametrize("algorithm", ["ward", "gaussian_mixture", "hdbscan", "bisecting"])
def test_any_method_is_compared_with_itself(groups, algorithm):
    found, null = compared(groups, replace(RECIPE, algorithm=algorithm), draws=2)
    assert null.unrelated.value == found.silhouette
    assert null.rows == 300


def test_components_are_found_anew_in_what_is_drawn(groups):
    null = compared(groups, replace(RECIPE, scaling="standard", pca=0.4), draws=2)[1]
    assert np.isfinite(null.table["null"]).all()


def test_one_feature_has_nothing_to_be_compared_with(groups):
    with pytest.raises(RecipeError, match="choose two or more"):
        null_silhouette(groups, fit(groups, Recipe(("DEBT",), k=2)))


# --- words


def beside(value, centre, off=0.01):
    """A value beside six draws around a centre."""
    return Beside(value, tuple(centre + off * np.array([-1, -1, -1, 1, 1, 1.0])))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.6, "more"),
        (0.551, "more"),
        (0.55, "hardly more"),
        (0.535, "hardly more"),
        (0.5, "no more"),
        (0.52, "no more"),
        (0.4, "less"),
    ],
)
def test_a_score_exceeds_what_95_of_100_draws_do_not(value, said):
    # sd .01095, t of 5 degrees 2.571, sqrt(7/6): .0304 on either side of .5
    one = beside(value, 0.5)
    assert one.band == pytest.approx((0.4696, 0.5304), abs=1e-4)
    assert one.comparison == said
    assert one.excess == pytest.approx(value - 0.5)


def test_what_exceeds_surely_but_little_hardly_does():
    assert beside(0.51, 0.5, off=0.001).comparison == "hardly more"


def test_every_pair_of_comparisons_has_a_sentence():
    def words(value, one, other):
        return Null(beside(value, one), beside(value, other), 100).words("the segments are", "separated")

    assert "but less separated than" in words(0.5, 0.4, 0.6)
    assert "more separated than those" in words(0.5, 0.4, 0.6)
    assert words(0.51, 0.4, 0.45).endswith("be they unrelated (0.37 to 0.43) or correlated as these are (0.42 to 0.48)")
    assert "less separated than those that the same method" in words(0.5, 0.7, 0.8)
    hardly = Null(beside(0.5, 0.4), beside(0.5, 0.49, 0.001), 100).words("the segments are", "separated")
    assert "and hardly more separated than those in columns" in hardly
    none = Null(Beside(0.5, ()), Beside(0.5, ()), 100).words("the segments are", "separated")
    assert none == "the same method finds none in columns with the same margins"


def test_of_a_single_data_set_no_band_is_claimed():
    one, six = Beside(0.5, (0.4,)), beside(0.5, 0.4)
    assert "1 data set of unrelated columns and 6 of" in Null(one, six, 100).drawn
    assert "too few to say where further ones would lie" in Null(one, six, 100).drawn
    assert Null(six, six, 100).drawn.endswith("in brackets is where 95 of 100 further ones would lie.")


def test_a_silhouette_is_said_to_stand_alone_only_where_it_does(groups):
    found = fit(groups, RECIPE)
    assert "not compared with data without segments" in findings(found, {}, who="all").lead
    null = Null(beside(0.9, 0.4), beside(0.9, 0.4), 100)
    assert "not compared" not in findings(found, {}, who="all", beside=Nulls(silhouette=null)).lead


# --- stability and the number of segments


def test_similarity_stands_beside_that_of_nothing(groups, made):
    found = fit(groups, RECIPE)
    stable = stability(groups, found, resamples=5)
    null = null_stability(groups, found, stable, draws=3)
    assert null.unrelated.value == stable.mean > 0.99
    assert null.unrelated.comparison != "less"
    told = findings(found, {}, who="all", stable=stable, beside=Nulls(stability=null)).text
    assert "on average they come back " in told
    even = made(np.random.default_rng(0).random((300, 2)))
    found = fit(even, replace(RECIPE, k=5))
    null = null_stability(even, found, stability(even, found, resamples=5), draws=5)
    assert null.correlated.comparison == "no more"


def test_the_gap_finds_three_groups_and_none_in_a_cloud(groups, made):
    swept = sweep(groups, RECIPE, range(2, 6))
    found = gaps(groups, swept)
    assert (found.suggestion.k, found.suggestion.at_end) == (3, False)
    assert found.table.loc[3, "gap_unrelated"] > 1
    assert "Gap" in [one.criterion for one in advice(swept, found)]
    assert agreement(advice(swept, found)).endswith("The criteria agree on 3 segments.")
    even = made(cloud(300))
    alone = gaps(even, sweep(even, RECIPE, range(2, 6)))
    assert alone.suggestion.k is None
    assert "no lower than chance allows" in alone.suggestion.reason


@pytest.mark.parametrize(
    ("grows", "k", "at_end"),
    [
        ([0.2, 0.5, 0.5], 3, False),
        ([0.5, 0.4, 0.3], 2, True),
        ([0.1, 0.2, 0.3], 4, True),
        ([0.1, 0.295, 0.3], 3, False),
    ],
)
def test_the_rule_of_the_gap_by_hand(grows, k, at_end):
    advised = Gaps(pd.DataFrame({"gap_correlated": grows, "error_correlated": 0.01}, index=[2, 3, 4]), 300).suggestion
    assert (advised.k, advised.at_end) == (k, at_end)


def test_comparing_says_how_far_it_is_and_can_be_stopped(groups):
    found, seen = fit(groups, RECIPE), []
    null_silhouette(groups, found, draws=2, progress=lambda done, words: seen.append(done))
    assert seen == pytest.approx([0, 0.25, 0.5, 0.75, 1])

    def stop(done, words):
        raise Cancelled

    with pytest.raises(Cancelled):
        null_silhouette(groups, found, progress=stop)
    with pytest.raises(Cancelled):
        gaps(groups, sweep(groups, RECIPE, [2, 3]), progress=stop)
    with pytest.raises(Cancelled):
        null_stability(groups, found, stability(groups, found, resamples=2), progress=stop)


# --- both verdicts side by side


def null_of(value, centre):
    return Null(beside(value, centre), beside(value, centre), 100)


@pytest.mark.parametrize(
    ("separation", "similarity", "said"),
    [
        ((0.6, 0.5), (0.6, 0.9), "go by how surely each of them comes back"),
        ((0.6, 0.5), (0.6, 0.6), "go by how surely each of them comes back"),
        ((0.6, 0.5), (0.95, 0.95), "it is their separation that speaks for them"),
        ((0.5, 0.5), (0.95, 0.6), "so take the segments for parts of one cloud"),
        ((0.4, 0.5), (0.95, 0.6), "so take the segments for parts of one cloud"),
        ((0.6, 0.5), (0.95, 0.6), ""),
        ((0.5, 0.5), (0.6, 0.9), ""),
    ],
)
def test_verdicts_that_seem_to_contradict_each_other_are_reconciled_and_only_they(separation, similarity, said):
    told = stability_beside(null_of(*similarity), null_of(*separation))
    assert told.startswith(f"Their mean similarity is {similarity[0]:.2f}")
    assert ("Both hold at once" in told) is bool(said)
    assert said in told
    assert "Both hold" not in stability_beside(null_of(*similarity))
    unknown = Null(Beside(0.5, (0.4,)), Beside(0.5, (0.4,)), 100)
    assert "Both hold" not in stability_beside(null_of(*similarity), unknown)
    assert stability_beside(None) == stability_beside(unknown, null_of(*separation)) == ""


def test_findings_lead_with_three_sentences_at_most(groups):
    found = fit(groups, RECIPE)
    stable = stability(groups, found, resamples=3)
    nulls = Nulls(null_of(found.silhouette, 0.5), null_of(stable.mean, 0.5))
    told = findings(found, {}, who="all", swept=sweep(groups, RECIPE, [2, 3]), stable=stable, beside=nulls)
    assert told.lead.count(". ") + 1 == 2
    assert "k-means was started" in told.details[0]
    assert len(told.details) == 4
    few = findings(fit(groups.where(np.arange(300) % 15 == 0, "few"), RECIPE), {}, who="few")
    assert few.lead.startswith("These segments rest on 20 sampled households in all: too few to tell anything. **3 seg")
    assert few.lead.count(". ") + 1 == 3


def test_data_sets_are_drawn_until_the_verdict_no_longer_hangs_on_them(groups):
    margins = margins_of(groups, fit(groups, RECIPE))

    def against(value, **options):
        scores = iter([0.49, 0.51] * 60)
        return until_clear(margins, value, lambda points: next(scores), **options).table["draws"].tolist()

    assert against(0.9) == [6, 6]
    assert against(0.53) == [30, 30]
    assert against(0.53, most=12) == [12, 12]
    assert against(0.53, draws=3) == [3, 3]
    assert until_clear(margins, 0.9, lambda points: float("nan")).unrelated.nulls == ()
    rests = until_clear(margins, 0.9, lambda points: 0.5).drawn
    assert rests.startswith("Compared with 6 data sets of unrelated columns and 6 of correlated ones, 300 rows each, ")
