"""How far segments survive other choices."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tables import customers

from lib.charts import sensitivity as charts
from lib.errors import RecipeError
from lib.features import TRANSFORMS
from lib.segments import ALGORITHMS, Cancelled, Recipe, Sensitivity, fit, points, sensitivity
from lib.segments.judge.sensitivity import KINDS, changes

TWO = ("DEBT", "ASSET")


def of_kind(found, kind):
    own = found.table[found.table["kind"] == kind]
    return dict(zip(own["to"], own["agreement"], strict=True))


@pytest.fixture(scope="module")
def far_apart():
    """Four groups at the corners of a square around nothing: whatever bends the scale, they stay four."""
    rng = np.random.default_rng(0)
    corners = np.repeat([[-1, -1], [1, -1], [-1, 1], [1, 1]], 40, axis=0) * 1_000
    return customers(pd.DataFrame(corners + rng.normal(scale=1, size=corners.shape), columns=["x", "y"]))


def test_where_the_scale_does_not_matter(far_apart):
    found = sensitivity(far_apart, fit(far_apart, Recipe(("x", "y"), "asinh", k=4, starts=5)))
    assert of_kind(found, "bend") == {f"×{factor}": pytest.approx(1) for factor in ("0.1", "0.3", "3", "10")}
    assert of_kind(found, "seed") == {f"{number} of 3": pytest.approx(1) for number in (1, 2, 3)}
    assert of_kind(found, "method")["Ward"] == pytest.approx(1)
    # without one of the two, pairs of groups fall together and are cut anywhere
    assert max(of_kind(found, "feature").values()) < 0.8
    assert of_kind(found, "counting") == {}  # every row counts once anyway
    assert found.noise == pytest.approx(1)
    assert found.worst.index[0] == "feature"
    assert found.words.startswith("With as many segments most depends on “Features” (without ")
    assert found.words.endswith("; the same choices with other random numbers reach 1.00.")


def test_where_it_does():
    """40 have nothing, 40 a hundred, 20 a thousand: the typical amount is 100."""
    data = customers(pd.DataFrame({"x": np.repeat([0.0, 100.0, 1_000.0], [40, 40, 20])}))
    first = fit(data, Recipe(("x",), "asinh", k=2, starts=5))
    assert first.model.space.bends() == {"x": 100}
    assert first.sizes["count"].tolist() == [80, 20]
    found = sensitivity(data, first)
    # bent at 10 and at 30 nothing is told from something instead: 40 and 60. Pairs together in both 780 + 780 + 190,
    # in one 3,350 and 2,550, by chance 3,350 * 2,550 / 4,950
    chance = 3_350 * 2_550 / 4_950
    other = (1_750 - chance) / (2_950 - chance)
    expected = {"×0.1": other, "×0.3": other, "×3": 1, "×10": 1}
    assert of_kind(found, "bend") == pytest.approx(expected)
    assert of_kind(found, "feature") == {}
    again = fit(data, replace(first.recipe, bend=0.1))
    assert again.sizes["count"].tolist() == [40, 60]
    assert of_kind(sensitivity(data, again), "bend")["×1"] == pytest.approx(other)


def test_every_choice_but_one_stays(blobs):
    recipe = Recipe(TWO, "asinh", k=4, bend=3)
    found = list(changes(blobs, recipe))
    kinds = pd.Series([change.kind for change in found]).value_counts().to_dict()
    assert kinds == {
        "bend": 4,
        "transform": len(TRANSFORMS) - 1,
        "scaling": 3,
        "feature": 2,
        "counting": 1,
        "method": len(ALGORITHMS) - 1,
        "seed": 3,
    }
    for change in found:
        fields = {"bend", "transform", "scaling", "features", "counting", "algorithm", "seed"}
        same = {name for name in fields if getattr(change.recipe, name) == getattr(recipe, name)}
        differ = fields - same - ({"bend"} if change.kind == "transform" else set())
        assert len(differ) == 1
    assert [c.recipe.bend for c in found if c.kind == "bend"] == pytest.approx([0.3, 0.9, 9, 30])
    assert len({change.words for change in found}) == len(found)
    plain = replace(recipe, transform="quantile", counting="rows")
    assert {c.words for c in changes(blobs, plain) if c.kind in ("bend", "counting")} == {"Count: Households"}
    last = replace(recipe, seed=2**32 - 1)
    assert [c.recipe.seed for c in changes(blobs, last) if c.kind == "seed"] == [0, 1, 2]


def test_what_gives_no_segments_is_said(households):
    data = households(DEBT=np.r_[np.zeros(80), np.arange(1.0, 21)], ASSET=np.random.default_rng(0).normal(size=100))
    found = sensitivity(data, fit(data, Recipe(TWO, k=2, starts=3)))
    assert "too many equal values for robust scaling" in found.failed["Scale features by: Quartile range"]
    assert "Scale features by: Quartile range" not in set(found.table["change"])


def test_it_can_be_stopped_and_is_refused_for_others(blobs):
    found = fit(blobs, Recipe(TWO, k=4, starts=3))
    said = []

    def stop(done, words):
        said.append((done, words))
        if len(said) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        sensitivity(blobs, found, progress=stop)
    assert said[0] == (0, "Trying Transform: Log-like")
    with pytest.raises(RecipeError):
        sensitivity(blobs.where(np.arange(len(blobs)) < 100, "some"), found)


def test_very_many_are_drawn(blobs, monkeypatch):
    found = fit(blobs, Recipe(TWO, k=4, starts=3))
    assert sensitivity(blobs, found).drawn == ""
    monkeypatch.setattr(points.some_members, "__defaults__", (100,))
    some = sensitivity(blobs, found)
    assert some.drawn == "Of 100 households drawn at random from 240."
    assert some.noise == pytest.approx(1)


def made(*rows, k=4):
    table = pd.DataFrame(rows, columns=["kind", "to", "agreement", "segments"])
    table["change"] = [f"{KINDS[kind]}: {to}" for kind, to in zip(table["kind"], table["to"], strict=True)]
    return Sensitivity(table.sort_values("agreement", ascending=False, ignore_index=True), k)


def test_the_sentence_says_what_matters_most_and_what_does_not():
    seeds = ("seed", "1 of 3", 1.0, 4), ("seed", "2 of 3", 0.9, 4)
    found = made(*seeds, ("bend", "×3", 0.95, 4), ("bend", "×10", 0.4, 4), ("counting", "Rows", 0.93, 4))
    assert found.words == (
        "With as many segments most depends on “Bend at” (×10, adjusted Rand index 0.40), least on “Count” (0.93 "
        "at the lowest, no more than on random numbers); the same choices with other random numbers reach 0.90."
    )
    found = made(*seeds, ("bend", "×3", 0.7, 4), ("method", "HDBSCAN", 0.1, 20))
    assert found.words == (
        "With as many segments most depends on “Bend at” (×3, adjusted Rand index 0.70); the same choices with other "
        "random numbers reach 0.90. Not counted in that is a change that gives another number of segments."
    )
    found = made(*seeds, ("bend", "×3", 0.94, 4), ("counting", "Rows", 0.93, 4))
    assert found.words.startswith("None of these choices matters more than random numbers do: the adjusted Rand index")
    assert made(*seeds).words.startswith("No other choice gives as many segments; ")


def test_the_chart_has_a_dot_for_every_change_the_closest_on_top():
    rows = ("seed", "1 of 3", 0.9, 4), ("bend", "×3", 0.5, 4), ("method", "Ward", -0.1, 4)
    drawn = charts.survival(made(*rows)).to_dict()
    rule, dots, text = drawn["layer"]
    domain = ["Other random numbers: 1 of 3", "Bend at: ×3", "Method: Ward"]
    assert dots["encoding"]["y"]["scale"]["domain"] == text["encoding"]["y"]["scale"]["domain"] == domain
    assert dots["encoding"]["x"]["scale"]["domain"][0] == -0.1
    assert drawn["datasets"][rule["data"]["name"]] == [{"agreement": 0.9}]
