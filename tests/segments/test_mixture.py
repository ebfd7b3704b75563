"""The mixture for mixed types: against scikit-learn, by hand, with weights as rows, and as a file."""

import itertools
import json

import numpy as np
import pandas as pd
import pytest
from labelling import label_frame
from scipy.stats import norm
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

from lib.errors import RecipeError
from lib.population import Population
from lib.segments import Recipe, adjusted_rand, fit, place, sweep
from lib.segments.apply import main
from lib.segments.apply.stored import read_recipe, to_text
from lib.segments.em import FLOOR, RARE, run_em
from lib.segments.mixture import Bell, Chances, Mixture, evidence
from lib.segments.points import Points

MIXED = ("HOUSES", "DEBT", "RACE")


def asked(k, **more):
    return Recipe(("DEBT",), algorithm="latent_class", k=k, **more)


def points_of_rows(matrix, weights=None, kinds=()):
    rows = len(matrix)
    weights = np.ones(rows) if weights is None else np.asarray(weights, dtype=float)
    return Points(np.asarray(matrix, dtype=float), weights, np.arange(rows), np.zeros(rows, dtype=np.intp), kinds)


@pytest.fixture(scope="module")
def overlapping():
    rng = np.random.default_rng(1)
    return np.concatenate([rng.normal(at, spread, (150, 2)) for at, spread in ((0, 1), (3, 0.6), ((5, 0), 1.2))])


@pytest.fixture(scope="module")
def mixed(sample):
    """Amounts in two parts and a category, of the sample's first thousand households with all their implicates."""
    return sample.where(sample.member_codes < 1000, "some")


@pytest.fixture(scope="module")
def found(mixed):
    return fit(mixed, Recipe(MIXED, "two_part", algorithm="latent_class", k=3, starts=10))


def test_of_unweighted_amounts_it_is_the_optimum_of_scikit_learn(overlapping):
    run = run_em(points_of_rows(overlapping), asked(3), gain=1e-14)
    theirs = GaussianMixture(3, covariance_type="diag", reg_covar=0, tol=1e-13, max_iter=5000, n_init=3, random_state=0)
    theirs.fit(overlapping)
    told = evidence(run.mixture, overlapping, np.ones(450), np.arange(450))
    assert told.log_likelihood == pytest.approx(theirs.score(overlapping), abs=1e-6)
    assert told.bic == pytest.approx(theirs.bic(overlapping), abs=1e-6 * 900)
    ours, other = np.argsort(run.mixture.columns[0].means), np.argsort(theirs.means_[:, 0])
    assert run.mixture.shares[ours] == pytest.approx(theirs.weights_[other], abs=1e-5)
    for position, column in enumerate(run.mixture.columns):
        assert column.means[ours] == pytest.approx(theirs.means_[other, position], abs=1e-5)
        assert column.variances[ours] == pytest.approx(theirs.covariances_[other, position], abs=1e-5)
    assert np.allclose(
        run.mixture.posterior(overlapping)[:, ours], theirs.predict_proba(overlapping)[:, other], atol=1e-4
    )


def test_the_likelihood_never_falls(overlapping, found):
    for points, k in ((points_of_rows(overlapping), 5), (found.points, 4)):
        climbed = np.array(run_em(points, asked(k, starts=3)).climbed)
        assert (np.diff(climbed) >= -1e-12).all()


def test_a_weight_of_two_is_a_row_twice(overlapping):
    times = np.random.default_rng(2).integers(1, 3, len(overlapping))
    codes = (overlapping[:, :1] > 2).astype(float)
    matrix, kinds = np.hstack([overlapping, codes]), ("amount", "amount", "code")
    weighted = run_em(points_of_rows(matrix, times, kinds), asked(3)).mixture
    repeated = run_em(points_of_rows(np.repeat(matrix, times, axis=0), kinds=kinds), asked(3)).mixture
    assert np.allclose(weighted.log_joint(matrix), repeated.log_joint(matrix), rtol=0, atol=1e-8)


def test_classes_are_found_in_a_table_made_from_them():
    """Four questions, two classes: every pattern of answers with exactly the share that it must have."""
    shares, yes = np.array([0.6, 0.4]), np.array([[0.9, 0.8, 0.7, 0.9], [0.2, 0.1, 0.3, 0.25]])
    patterns = np.array(list(itertools.product([0.0, 1.0], repeat=4)))
    weights = sum(w * np.prod(np.where(patterns == 1, p, 1 - p), axis=1) for w, p in zip(shares, yes, strict=True))
    run = run_em(points_of_rows(patterns, weights, ("code",) * 4), asked(2), gain=1e-15)
    order = np.argsort(-run.mixture.shares)
    assert run.mixture.shares[order] == pytest.approx(shares, abs=1e-4)
    assert pytest.approx(yes, abs=1e-4) == np.array([column.chances[order, 1] for column in run.mixture.columns]).T
    assert run.mixture.parameters == 2 * 4 + 1


BY_HAND = Mixture(np.array([0.5, 0.5]), (Chances(np.array([0.0, 1.0]), np.array([[0.9, 0.1], [0.2, 0.8]])),))


@pytest.mark.parametrize("copies", [1, 5])
def test_bic_by_hand(copies):
    """Weights 2, 1, 1 are as good as 16 / 6 members, also where each comes as five equal implicates."""
    matrix = np.repeat([[0.0], [1.0], [1.0]], copies, axis=0)
    weights, members = np.repeat([2.0, 1, 1], copies), np.repeat([0, 1, 2], copies)
    told = evidence(BY_HAND, matrix, weights, members)
    mean = (2 * np.log(0.55) + 2 * np.log(0.45)) / 4
    assert told.members == pytest.approx(16 / 6)
    assert told.parameters == 1 + 2
    assert told.bic == pytest.approx(-2 * 16 / 6 * mean + 3 * np.log(16 / 6))
    posterior = np.array([[0.9, 0.2], [0.1, 0.8]]) / [[1.1], [0.9]]
    assert told.certainty == pytest.approx(posterior.max(axis=1).mean())
    assert told.entropy == pytest.approx(1 + (posterior * np.log(posterior)).sum(axis=1).mean() / np.log(2))


def test_who_has_none_says_nothing_of_how_much():
    has = Chances(np.array([0.0, 1.0]), np.array([[0.7, 0.3], [0.1, 0.9]]))
    much = Bell(np.array([0.0, 2.0]), np.array([1.0, 0.25]), among=True)
    mixture = Mixture(np.array([0.4, 0.6]), (has, much))
    joint = np.exp(mixture.log_joint(np.array([[0.0, 0.0], [1.0, 1.5], [2.0, 9.0]])))
    assert joint[:, 0] == pytest.approx([0.4 * 0.7, 0.6 * 0.1])
    assert joint[:, 1] == pytest.approx([0.4 * 0.3 * norm.pdf(1.5), 0.6 * 0.9 * norm.pdf(1.5, 2, 0.5)])
    assert joint[:, 2] == pytest.approx([0.4, 0.6])  # a code that was not there


def test_floors_hold_and_are_said(households):
    """Many share one amount exactly: a bell as narrow as it may be, not an infinite density."""
    rng = np.random.default_rng(3)
    data = households(DEBT=np.r_[np.full(60, 5.0), rng.uniform(10, 90, 60)], ASSET=rng.normal(50, 9, 120))
    found = fit(data, Recipe(("DEBT", "ASSET"), algorithm="latent_class", k=2))
    assert sorted(found.sizes["rows"]) == [60, 60]
    assert found.model.mixture.columns[0].variances.min() == pytest.approx(FLOOR)
    assert any("nearly alike in Total debt" in note for note in found.notes)
    codes = run_em(points_of_rows(data.frame[["DEBT"]] > 5, kinds=("code",)), asked(2)).mixture.columns[0]
    assert codes.chances.min() == pytest.approx(RARE)


def test_categories_have_no_order(blobs, households):
    rng = np.random.default_rng(4)
    codes = np.repeat([1.0, 2, 3, 5], 60)
    codes[rng.integers(0, 240, 20)] = 3
    other = np.array([0.0, 5, 3, 1, 0, 2])[codes.astype(int)]
    asked_for = Recipe(("DEBT", "RACE"), algorithm="latent_class", k=2)
    one, two = (
        fit(households(DEBT=blobs.values("DEBT"), RACE=race, WGT=blobs.weights()), asked_for) for race in (codes, other)
    )
    assert adjusted_rand_score(one.labels, two.labels) == 1
    assert one.evidence.bic == pytest.approx(two.evidence.bic, rel=1e-6)
    assert not any("categories" in note for note in one.notes)


def test_five_implicates_are_one_household(blobs, five_copies):
    asked_for = Recipe(("DEBT", "ASSET"), algorithm="latent_class", k=4)
    one, five = fit(blobs, asked_for), fit(five_copies, asked_for)
    assert np.array_equal(np.repeat(one.labels, 5), five.labels)
    assert five.evidence.bic == pytest.approx(one.evidence.bic, abs=1e-6)
    assert five.evidence.members == pytest.approx(blobs.weights().sum() ** 2 / np.square(blobs.weights()).sum())


def test_a_saved_recipe_gives_the_same_labels_row_for_row(mixed, found, tmp_path):
    text = to_text(found.model, {1: "a", 2: "b", 3: "c"}, mixed.codebook, 2019, {})
    stored = read_recipe(text)
    assert stored.agreement == 1
    assert np.array_equal(stored.model.labels(mixed.frame), found.labels)
    labelled = label_frame(stored, mixed.frame)
    assert np.array_equal(labelled["segment"], found.labels)
    for row in range(0, len(mixed), 997):
        placed = place(found, mixed.frame.iloc[row].to_dict())
        assert placed.segment == found.labels[row]
        assert placed.posterior.sum() == pytest.approx(1)
        assert placed.borderline == pytest.approx(placed.posterior[placed.next_best] / placed.posterior[placed.segment])
        assert placed.is_borderline == labelled["borderline"].iloc[row]
    (tmp_path / "recipe.json").write_text(text)
    mixed.frame[["YY1", *MIXED]].to_parquet(tmp_path / "in.parquet")
    out = tmp_path / "out.parquet"
    assert main([str(tmp_path / "recipe.json"), str(tmp_path / "in.parquet"), "-o", str(out)]) == 0
    assert np.array_equal(pd.read_parquet(out)["segment"], found.labels)


def test_the_file_says_how_to_apply_it_elsewhere(mixed, found):
    """Following its steps by hand gives the labels."""
    stored = json.loads(to_text(found.model, {}, mixed.codebook, 2019, {}))
    assert [step[:2] for step in stored["how_to_apply"]] == ["1.", "2.", "3.", "4."]
    numbers = []
    for one, curve in zip(stored["features"], stored["space"]["curves"], strict=True):
        x = mixed.values(one["name"])
        if len(curve) == 4:
            h = (x != 0).astype(float)
            numbers += [h, h * (np.arcsinh(x / curve[0]) - curve[1])]
        else:
            numbers.append(x)
    scaled = (np.column_stack(numbers) - stored["space"]["centre"]) / stored["space"]["spread"]
    said = np.log(stored["mixture"]["shares"])[:, None] + np.zeros(len(mixed))
    for position, column in enumerate(stored["mixture"]["columns"]):
        x = scaled[:, position]
        if column["kind"] == "code":
            place_of = np.array([column["levels"].index(value) for value in x])
            said += np.log(column["chances"])[:, place_of]
            continue
        mean, variance = (np.array(column[name])[:, None] for name in ("means", "variances"))
        bell = -((x - mean) ** 2 / variance + np.log(2 * np.pi * variance)) / 2
        last = stored["mixture"]["columns"][position - 1].get("levels", [0])[-1]
        said += bell * (scaled[:, position - 1] == last) if column["kind"] == "much" else bell
    assert np.array_equal(said.argmax(axis=0) + 1, found.labels)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((), None),
        (("columns",), []),
        (("shares",), [0.5, 0.5]),
        (("shares",), [0.5, 0.5, 0.5]),
        (("shares",), [0.5, 0.5, 0.0]),
        (("columns", 0), None),
        (("columns", 0), {"kind": "spell"}),
        (("columns", 0, "levels"), [1.0, 0.0]),
        (("columns", 0, "levels"), []),
        (("columns", 0, "chances"), [[0.5, 0.6]] * 3),
        (("columns", 0, "chances"), [[0.0, 1.0]] * 3),
        (("columns", 1, "variances"), [1.0, 0.0, 1.0]),
        (("columns", 1, "means"), [1.0, "2", 1.0]),
        (("columns", 1, "surprise"), 1),
        (("columns", 0), {"kind": "amount", "means": [0.0] * 3, "variances": [1.0] * 3}),
    ],
    ids=range(15),
)
def test_a_file_whose_mixture_contradicts_itself_is_refused_in_a_sentence(mixed, found, path, value):
    stored = json.loads(to_text(found.model, {}, mixed.codebook, 2019, {}))
    *way, last = "mixture", *path
    at = stored
    for step in way:
        at = at[step]
    at[last] = value
    with pytest.raises(RecipeError, match="mixture"):
        read_recipe(json.dumps(stored))


@pytest.mark.parametrize("curve", [[1.0, 2.0], [0.0, 0.0, 0.0, 0.0], [1.0, 5.0, 0.0, 2.0], [-1.0]])
def test_curves_in_two_parts_are_checked(mixed, found, curve):
    stored = json.loads(to_text(found.model, {}, mixed.codebook, 2019, {}))
    stored["space"]["curves"][0] = curve
    with pytest.raises(RecipeError):
        read_recipe(json.dumps(stored))


def test_bic_stands_beside_the_other_criteria(mixed):
    swept = sweep(mixed, Recipe(("HOUSES", "DEBT"), "two_part", algorithm="latent_class", k=2, starts=3), range(2, 5))
    advice = {one.criterion: one.k for one in swept.suggestions}
    assert advice["BIC"] == swept.table["bic"].idxmin()
    assert swept.table["certainty"].between(0.5, 1).all()
    assert swept.table["entropy"].between(0, 1).all()
    kmeans = sweep(mixed, Recipe(("HOUSES", "DEBT"), "two_part", k=2, starts=3), range(2, 4))
    assert "BIC" not in {one.criterion for one in kmeans.suggestions}
    assert "bic" not in kmeans.table


def test_segments_of_the_fearful(real_2019):
    """The same is found whatever the seed."""
    data = Population.parse("TURNFEAR == 1 and NETWORTH < 2e6").apply(real_2019)
    five = Recipe(("DEBT", "NETWORTH", "HOUSES", "NFIN", "ASSET"), "two_part", algorithm="latent_class", k=4)
    one, other = fit(data, five), fit(data, Recipe(**{**five.to_dict(), "seed": 7}))
    assert one.evidence.log_likelihood == pytest.approx(-3.8999, abs=5e-4)
    assert one.evidence.members == pytest.approx(755, abs=1)
    assert adjusted_rand(one.labels, other.labels, one.points.weights) > 0.99
