"""Which columns vary most, which say the same thing, and the scale on which distances are taken."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import mstats
from sklearn.decomposition import PCA
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from lib.errors import RecipeError
from lib.features import (
    SCALINGS,
    TRANSFORMS,
    Rotation,
    Space,
    fit_space,
    rank_by_variance,
    rankable,
    relatives,
    trimmed_variance,
    typical_amount,
    without_relatives,
)
from lib.features.components import fit_rotation
from lib.population import Population
from lib.subjects import SCF

NOTEBOOK = "TURNFEAR == 1 and NETWORTH < 2e6"


def skewed(rows, seed=0):
    rng = np.random.default_rng(seed)
    return np.where(rng.random(rows) < 0.4, 0, np.round(rng.lognormal(8, 2, rows)) - 300)


# --- variance


@pytest.mark.parametrize("rows", [10, 17, 99, 1000])
@pytest.mark.parametrize("trim", [0.05, 0.1, 0.25])
def test_trimmed_variance_of_rows_is_that_of_scipy(rows, trim):
    values = skewed(rows)
    assert trimmed_variance(values, None, trim) == pytest.approx(
        float(mstats.trimmed_var(values, limits=(trim, trim))), rel=1e-12
    )


def test_plain_variance_of_rows_is_that_of_pandas():
    values = skewed(100)
    assert trimmed_variance(values, None, 0) == pytest.approx(pd.Series(values).var(), rel=1e-12)


def test_equal_weights_give_the_figure_of_rows_where_the_share_falls_on_whole_rows():
    values = skewed(200)
    by_rows = trimmed_variance(values, None, 0.1)
    assert trimmed_variance(values, np.full(200, 3.7), 0.1) == pytest.approx(by_rows, rel=1e-12)


def test_the_household_at_the_edge_counts_in_part():
    # weights 1 2 1 of 4: a quarter and half of that again is cut from either end of 0, 10, 20
    # cut = 0.375 * 4 = 1.5, so 0 goes, half a weight of 10 on each side goes, and 10 alone is left
    assert trimmed_variance([0, 10, 20], [1, 2, 1], 0.375) == pytest.approx(0)
    # cut = 0.125 * 4 = 0.5: weights 0.5, 2, 0.5 are left; mean 10, variance (0.5 * 100 + 0.5 * 100) / 3
    assert trimmed_variance([0, 10, 20], [1, 2, 1], 0.125) == pytest.approx(100 / 3)


def test_variance_knows_no_scale_of_weights_and_no_equal_copies():
    values, weights = skewed(300), np.random.default_rng(1).uniform(0.1, 5, 300)
    once = trimmed_variance(values, weights)
    assert trimmed_variance(values, weights * 123) == pytest.approx(once, rel=1e-9)
    assert trimmed_variance(np.repeat(values, 5), np.repeat(weights / 5, 5)) == pytest.approx(once, rel=1e-9)


def test_missing_values_are_left_out_of_a_variance():
    values = skewed(100)
    assert trimmed_variance(np.append(values, np.nan), np.ones(101)) == trimmed_variance(values, np.ones(100))


def test_identifiers_weights_codes_and_market_indices_are_not_ranked(sample):
    names = set(rankable(sample.codebook))
    assert {"NETWORTH", "AGE", "DEBT2INC"} <= names
    assert not names & {"YY1", "Y1", "WGT", "RACE", "HBUS", "WILSH"}


def test_ranking_refuses_what_it_cannot_do(households):
    data = households(DEBT=[1, 2, 3])
    with pytest.raises(RecipeError, match=r"below 0\.5"):
        rank_by_variance(data, 0.5)
    with pytest.raises(RecipeError, match="no column NOPE"):
        rank_by_variance(data, columns=["NOPE"])


@pytest.mark.parametrize(("trim", "fact"), [(0, "scf19.multi.top10var"), (0.1, "scf19.multi.top10trim")])
def test_the_notebooks_ten_largest_variances(real_2019, notebook, trim, fact):
    entry = notebook[fact]
    ranking = rank_by_variance(Population.parse(NOTEBOOK).apply(real_2019), trim, counting="rows")
    expected = dict(reversed(entry["value"].items()))
    assert list(ranking.index[:10]) == list(expected)
    assert ranking[:10].to_dict() == pytest.approx(expected, rel=entry["tol_rel"])


def test_the_notebooks_five_columns(real_2019, notebook):
    fearful = Population.parse(NOTEBOOK).apply(real_2019)
    owners = Population.parse("HBUS == 1 and INCOME < 500000").apply(real_2019)
    for data, trim, fact in (
        (fearful, 0.1, "scf19.multi.cols"),
        (fearful, 0, "scf19.multi.cols.untrimmed"),
        (owners, 0.1, "biz.cols"),
    ):
        ranking = rank_by_variance(data, trim, counting="rows")
        assert list(ranking.index[:5])[::-1] == notebook[fact]["value"]


def test_every_column_can_be_ranked_as_the_notebooks_do(real_2019):
    names = [name for name in real_2019.columns if name != "WILSH"]
    ours = rank_by_variance(real_2019, counting="rows", columns=names)
    some = ["YY1", "NETWORTH", "RACE", "KGTOTAL", "PLOAN8", "DEBT2INC", "AGE"]
    scipys = real_2019.frame[some].apply(mstats.trimmed_var, limits=(0.1, 0.1))
    assert ours[some].to_dict() == pytest.approx(scipys.to_dict(), rel=1e-9)
    assert len(ours) == 350
    assert ours.is_monotonic_decreasing


# --- relatives


def test_assets_are_told_to_be_the_sum_of_their_parts(sample):
    (found,) = relatives(["ASSET", "FIN", "NFIN"], SCF.identities, sample.codebook)
    assert found.kind == "sum"
    assert str(found) == (
        "Total assets = Financial assets + Nonfinancial assets: these columns say the same thing; drop one of them."
    )


def test_sums_are_found_through_columns_that_were_not_chosen():
    # ASSET = FIN + NFIN and NHNFIN = NFIN - HOUSES
    (found, *_) = relatives(["ASSET", "FIN", "HOUSES", "NHNFIN"], SCF.identities)
    assert (found.kind, set(found.columns)) == ("sum", {"ASSET", "FIN", "HOUSES", "NHNFIN"})
    # HOMEEQ = HOUSES - MRTHEL and MRTHEL = NH_MORT + HELOC
    (found,) = relatives(["HOMEEQ", "HOUSES", "NH_MORT", "HELOC"], SCF.identities)
    assert found.sentence.startswith("HOMEEQ = HOUSES − ")


def test_the_exact_sums_hold_in_the_file(real_2019):
    frame = real_2019.frame
    assert np.allclose(frame["ASSET"], frame["FIN"] + frame["HOUSES"] + frame["NHNFIN"], atol=1)


def test_parts_and_shared_parts_are_told():
    kinds = {(f.kind, frozenset(f.columns)) for f in relatives(["NFIN", "HOUSES", "ASSET"], SCF.identities)}
    assert kinds == {("part", frozenset({"NFIN", "HOUSES"})), ("part", frozenset({"ASSET", "NFIN"}))}
    (found,) = relatives(["HOMEEQ", "ASSET"], SCF.identities)
    assert found.kind == "shared"
    assert "HOUSES" in found.sentence


@pytest.mark.parametrize("features", [["INCOME", "AGE"], ["NHNFIN", "HOUSES"], ["ASSET", "DEBT"], ["NOPE"], []])
def test_strangers_are_left_in_peace(features):
    assert relatives(features, SCF.identities) == ()


def test_a_ranking_without_relatives_keeps_the_first_of_each_family():
    order = ["ASSET", "NETWORTH", "NFIN", "HOUSES", "DEBT", "PLOAN1", "HOMEEQ", "WAGEINC"]
    ranking = pd.Series(np.arange(len(order), 0, -1.0), index=order)
    assert list(without_relatives(ranking, SCF.identities).index) == ["ASSET", "DEBT", "WAGEINC"]


# --- space


@pytest.fixture
def wealth(households):
    rng = np.random.default_rng(3)
    return households(DEBT=skewed(80, 1), NETWORTH=skewed(80, 2) * 10, AGE=rng.integers(18, 95, 80).astype(float))


FEATURES = ("DEBT", "NETWORTH", "AGE")


@pytest.mark.parametrize(("scaling", "reference"), [("standard", StandardScaler()), ("minmax", MinMaxScaler())])
def test_rows_are_scaled_as_scikit_learn_does(wealth, scaling, reference):
    space = fit_space(wealth, FEATURES, scaling=scaling, weights=np.ones(80))
    raw = wealth.frame[list(FEATURES)].to_numpy(float)
    assert np.allclose(space.matrix(wealth.frame), reference.fit_transform(raw), atol=1e-12)


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_a_weight_of_two_is_two_rows(wealth, households, transform, scaling):
    weights = np.random.default_rng(4).integers(1, 4, 80)
    twice = households(**{n: np.repeat(wealth.values(n), weights) for n in FEATURES})
    kind = {"transform": transform, "scaling": scaling}
    weighted = fit_space(wealth, FEATURES, weights=weights.astype(float), **kind).matrix(wealth.frame)
    repeated = fit_space(twice, FEATURES, weights=np.ones(len(twice)), **kind).matrix(twice.frame)
    assert np.allclose(np.repeat(weighted, weights, axis=0), repeated, atol=1e-9)


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("transform", ["none", "asinh", "quantile"])
def test_every_scale_leads_back_to_dollars_and_through_json(wealth, transform, scaling):
    space = fit_space(wealth, FEATURES, transform=transform, scaling=scaling, weights=np.ones(80))
    back = space.original(space.matrix(wealth.frame))
    pd.testing.assert_frame_equal(back, wealth.frame[list(FEATURES)], check_dtype=False, rtol=1e-9, atol=1e-6)
    stored = Space.from_dict(json.loads(json.dumps(space.to_dict())))
    assert np.array_equal(stored.matrix(wealth.frame), space.matrix(wealth.frame))


def test_winsorised_values_come_back_as_their_caps(households):
    data = households(DEBT=np.arange(1000.0))
    space = fit_space(data, ("DEBT",), transform="winsorised", scaling="none", weights=np.ones(1000))
    assert space.matrix(data.frame).min() == 9  # the first value that a hundredth of the rows reach
    assert space.matrix({"DEBT": 5000.0})[0, 0] == 989
    assert space.original(np.array([[989.0]]))["DEBT"][0] == 989


def test_asinh_keeps_zero_mirrors_debts_and_knows_no_currency(wealth, households):
    space = fit_space(wealth, ("NETWORTH",), transform="asinh", scaling="none", weights=np.ones(80))
    low, zero, high = space.matrix({"NETWORTH": [-5e4, 0, 5e4]})[:, 0]
    assert (zero, low) == (0, -high)
    cents = households(NETWORTH=wealth.values("NETWORTH") * 100)
    other = fit_space(cents, ("NETWORTH",), transform="asinh", scaling="none", weights=np.ones(80))
    assert np.allclose(other.matrix(cents.frame), space.matrix(wealth.frame))


def test_where_the_scale_bends_can_be_moved(households):
    # the median of 1, 3, 20: what is not zero, signs left aside; 20 weighs more, but not half
    data = households(DEBT=[0, -1, 3, 20, 0], WGT=[9, 1, 2, 2, 9])
    weights = data.weights()
    assert typical_amount(data.values("DEBT"), weights) == 3
    assert np.isnan(typical_amount([0, 0], np.ones(2)))
    space = fit_space(data, ("DEBT",), transform="asinh", scaling="none", bend=10, weights=weights)
    assert space.bends() == {"DEBT": 30}
    assert space.matrix(data.frame)[:, 0] == pytest.approx(np.arcsinh([0, -1 / 30, 0.1, 2 / 3, 0]))
    back = space.original(space.matrix(data.frame))
    assert back["DEBT"].tolist() == pytest.approx(data.values("DEBT").tolist())
    assert fit_space(data, ("DEBT",), bend=10, weights=weights).bends() == {}


def test_ranks_are_midranks(households):
    data = households(DEBT=[0, 0, 5, 9], WGT=[1, 1, 1, 1])
    space = fit_space(data, ("DEBT",), transform="quantile", scaling="none", weights=np.ones(4))
    assert space.matrix(data.frame)[:, 0].tolist() == [0.25, 0.25, 0.625, 0.875]


def test_a_long_rank_curve_is_thinned_but_near(households):
    values = skewed(20_000)
    data = households(DEBT=values)
    space = fit_space(data, ("DEBT",), transform="quantile", scaling="none", weights=np.ones(20_000))
    assert space.curves[0].shape[1] < 1_100
    exact = (pd.Series(values).rank(method="average") - 0.5) / 20_000
    assert np.abs(space.matrix(data.frame)[:, 0] - exact).max() < 1e-3


@pytest.mark.parametrize(
    ("columns", "feature", "words"),
    [
        ({"DEBT": [1, 1, 1]}, "DEBT", "the same for every household"),
        ({"DEBT": [1, np.nan, 3]}, "DEBT", "missing in 1 of 3 rows"),
        ({"DEBT": [1, np.inf, 3]}, "DEBT", "infinite in 1 of 3 rows"),
        ({"DEBT": [1, 2, 3]}, "NOPE", "no column NOPE"),
        ({"DEBT": [1, 2, 3]}, "WGT", "leave it out of the features"),
        ({"RACECL": [1, 2, 7]}, "RACECL", r"codes without a label \(7\)"),
    ],
)
def test_columns_that_cannot_be_features_are_named_with_the_reason(households, columns, feature, words):
    data = households(**columns)
    with pytest.raises(RecipeError, match=words):
        fit_space(data, (feature,), weights=np.ones(3))


def test_robust_scaling_refuses_a_column_that_most_share(households):
    data = households(DEBT=[0, 0, 0, 0, 0, 0, 0, 9])
    with pytest.raises(RecipeError, match="too many equal values for robust scaling"):
        fit_space(data, ("DEBT",), scaling="robust", weights=np.ones(8))


# --- PCA after scaling


@pytest.fixture
def related(households):
    """Five columns of two hundred households that are led by two, with weights."""
    rng = np.random.default_rng(5)
    first, second = rng.normal(size=(2, 200))
    names = ("DEBT", "ASSET", "INCOME", "NETWORTH", "AGE")
    mixed = (first, first + 0.3 * second, second, first - second, rng.normal(size=200))
    noisy = [column + 0.1 * rng.normal(size=200) for column in mixed]
    return households(**dict(zip(names, noisy, strict=True)), WGT=rng.uniform(0.2, 3, 200))


RELATED = ("DEBT", "ASSET", "INCOME", "NETWORTH", "AGE")


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999999])
def test_scores_are_those_of_scikit_learn(related, share):
    space = fit_space(related, RELATED, pca=share, weights=np.ones(200))
    scaled = StandardScaler().fit_transform(related.frame[list(RELATED)])
    theirs = PCA(share).fit(scaled)
    assert space.dimensions == theirs.n_components_
    assert space.rotation.shares == pytest.approx(theirs.explained_variance_ratio_, rel=1e-9)
    assert space.rotation.kept == pytest.approx(theirs.explained_variance_ratio_.sum())
    assert np.abs(space.matrix(related.frame)) == pytest.approx(np.abs(theirs.transform(scaled)), abs=1e-9)
    assert np.array_equal(
        space.scaled(related.frame), fit_space(related, RELATED, weights=np.ones(200)).scaled(related.frame)
    )


def test_a_share_that_some_components_hold_exactly_takes_one_more_as_in_scikit_learn():
    # a cross of equal arms: each of two components holds half, without any rounding
    cross = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    for share, number in ((0.5 - 1e-9, 1), (0.5, 2), (0.5 + 1e-9, 2)):
        assert PCA(share, svd_solver="full").fit(cross).n_components_ == number
        assert len(fit_rotation(cross, np.ones(4), share).shares) == number


def test_a_share_that_rounding_withholds_takes_no_more_than_there_are():
    line = np.outer(np.arange(5.0), [1.0, 2.0, 3.0])
    for share in (0.5, np.nextafter(1, 0)):
        assert 1 <= fit_rotation(line, np.ones(5), float(share)).directions.shape[1] <= 3


def test_scores_by_hand(households):
    # two columns that are equal once scaled: all of the variance lies along (1, 1) / sqrt(2)
    data = households(DEBT=[0, 2], ASSET=[10, 30])
    space = fit_space(data, ("DEBT", "ASSET"), pca=0.9, weights=np.ones(2))
    assert space.matrix(data.frame).ravel() == pytest.approx([-np.sqrt(2), np.sqrt(2)])
    assert space.rotation.words == "1 of 2 components keeps 100% of the variance"
    # what is off that line is lost: a point comes back as the nearest one on it
    back = space.original(space.matrix({"DEBT": 2.0, "ASSET": 10.0}))
    assert back.iloc[0].to_dict() == pytest.approx({"DEBT": 1, "ASSET": 20})


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_a_weight_of_two_is_two_rows_for_components_too(wealth, households, transform, scaling):
    weights = np.random.default_rng(4).integers(1, 4, 80)
    twice = households(**{n: np.repeat(wealth.values(n), weights) for n in FEATURES})
    kind = {"transform": transform, "scaling": scaling, "pca": 0.8}
    weighted = fit_space(wealth, FEATURES, weights=weights.astype(float), **kind)
    repeated = fit_space(twice, FEATURES, weights=np.ones(len(twice)), **kind)
    assert weighted.dimensions == repeated.dimensions
    assert weighted.rotation.directions == pytest.approx(repeated.rotation.directions, abs=1e-7)


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("transform", ["none", "asinh", "quantile"])
def test_all_components_lead_back_to_dollars_and_some_to_the_same_scores(wealth, transform, scaling):
    kind = {"transform": transform, "scaling": scaling, "weights": np.ones(80)}
    whole = fit_space(wealth, FEATURES, pca=1 - 1e-12, **kind)
    back = whole.original(whole.matrix(wealth.frame))
    pd.testing.assert_frame_equal(back, wealth.frame[list(FEATURES)], check_dtype=False, rtol=1e-6, atol=1e-5)
    some = fit_space(wealth, FEATURES, pca=0.4, **kind)
    scores = some.matrix(wealth.frame)
    assert some.dimensions < 3
    assert some.rotation.scores(some.unrotated(scores)) == pytest.approx(scores, abs=1e-9)
    stored = Space.from_dict(json.loads(json.dumps(some.to_dict())))
    assert np.array_equal(stored.matrix(wealth.frame), scores)
    assert stored.rotation.words == some.rotation.words


def test_a_row_has_the_same_scores_to_the_last_bit_whatever_is_around_it(sample):
    features = ("DEBT", "NETWORTH", "HOUSES", "NFIN", "ASSET", "INCOME", "AGE")
    space = fit_space(sample, features, transform="asinh", pca=0.9, weights=sample.weights())
    scores = space.matrix(sample.frame)
    assert scores.flags["C_CONTIGUOUS"]
    for rows in (slice(0, 1), slice(5, 8), slice(0, 1001), slice(7, None, 3)):
        assert np.array_equal(space.matrix(sample.frame.iloc[rows]), scores[rows])


def test_a_space_stored_before_there_was_a_rotation_is_read(wealth):
    stored = fit_space(wealth, FEATURES, weights=np.ones(80)).to_dict()
    assert "rotation" not in stored
    assert Space.from_dict(stored).rotation is None


def test_what_was_kept_is_said():
    assert Rotation(np.zeros(3), np.eye(3)[:, :2], np.array([0.7, 0.254])).words == (
        "2 of 3 components keep 95.4% of the variance"
    )
