"""What segments are like, what they are called, and the rules that tell them apart."""

import re
from dataclasses import replace

import numpy as np
import pytest

from lib.dataset import Variable
from lib.errors import RecipeError
from lib.estimates import mean, quantile
from lib.population import Population
from lib.segments import Recipe, explain, fit, name, names, profile
from lib.segments.describe.naming import levels_words
from lib.segments.judge.findings import findings
from lib.sources import examples
from lib.steps import OneHot, prepare

FIVE = ("DEBT", "NETWORTH", "HOUSES", "NFIN", "ASSET")
TWO = ("DEBT", "ASSET")


@pytest.fixture
def pair(households):
    return households(DEBT=[0, 0, 10, 30], ASSET=[1, 3, 90, 90], WGT=[1, 1, 1, 3], AGE=[20, 40, np.nan, 60])


def test_a_profile_by_hand(pair):
    found = profile(pair, fit(pair, Recipe(TWO, k=2)), ["DEBT", "AGE"])
    # everyone: (0 + 0 + 10 + 3 * 30) / 6; variance (2 * 16.67^2 + 6.67^2 + 3 * 13.33^2) / 6 = 188.9
    assert found.everyone.loc["DEBT", "mean"] == pytest.approx(100 / 6)
    assert found.everyone.loc["DEBT", "sd"] == pytest.approx(188.889**0.5, rel=1e-4)
    assert found.table.loc[(2, "DEBT"), ["mean", "median", "p25", "p75"]].tolist() == [25, 30, 10, 30]
    assert found.table.loc[(2, "DEBT"), "difference"] == pytest.approx((25 - 100 / 6) / 188.889**0.5, rel=1e-4)
    # three of six weigh below a median of 30, three are equal to it: 3 / 6 + 3 / 12
    assert found.table.loc[(2, "DEBT"), "standing"] == pytest.approx(0.75)
    assert found.table.loc[(2, "AGE"), "mean"] == 60  # the missing one is left out


def test_profiles_are_the_projects_weighted_estimates(real_2022):
    data = real_2022.where(real_2022.values("YY1") % 10 == 0, "a tenth")
    found = fit(data, Recipe(("NETWORTH", "INCOME"), "quantile", k=3, starts=5))
    table = profile(data, found, ["NETWORTH", "AGE"]).table
    for segment in (1, 2, 3):
        inside = found.labels == segment
        values, weights = data.values("AGE")[inside], data.weights()[inside]
        assert table.loc[(segment, "AGE"), "mean"] == pytest.approx(mean(values, weights), rel=1e-12)
        assert table.loc[(segment, "AGE"), "median"] == quantile(values, weights, 0.5)


def test_the_columns_that_set_a_segment_apart(households):
    rng = np.random.default_rng(0)
    split = np.repeat([0, 1], 50)
    data = households(
        DEBT=split * 10 + rng.normal(size=100), ASSET=rng.normal(size=100) + split, AGE=rng.normal(50, 9, 100)
    )
    found = profile(data, fit(data, Recipe(["DEBT"], k=2)), ["AGE", "ASSET", "DEBT"])
    assert found.apart(2) == ["DEBT", "ASSET", "AGE"]
    assert found.apart(1, most=1) == ["DEBT"]


def test_profiles_of_other_households_or_columns_are_refused(pair, blobs):
    found = fit(pair, Recipe(TWO, k=2))
    with pytest.raises(RecipeError, match="no column NOPE"):
        profile(pair, found, ["NOPE"])
    with pytest.raises(RecipeError, match="4 rows, By hand has 240"):
        profile(blobs, found)


def test_names_say_what_sets_segments_apart(households):
    rng = np.random.default_rng(0)
    renters = {"HOUSES": np.zeros(80), "DEBT": rng.uniform(0, 1e4, 80)}
    owners = {"HOUSES": rng.uniform(4e5, 5e5, 20), "DEBT": rng.uniform(2e5, 3e5, 20)}
    data = households(**{n: np.r_[renters[n], owners[n]] for n in renters})
    found = fit(data, Recipe(["HOUSES", "DEBT"], k=2))
    assert name(data, found, 1) == "Mostly no home of their own, fairly low debt"
    assert set(name(data, found, 2).lower().split(", ")) == {"high home value", "high debt"}


def test_names_pass_over_relatives(fearful):
    given = names(fearful, fit(fearful, Recipe(FIVE)))
    # assets contain nonfinancial assets and the home, so no name needs two of them
    for words in given.values():
        mentioned = re.findall("nonfinancial assets|assets|home", words.lower())
        assert len(mentioned) <= 1 or "net worth" in words.lower()


@pytest.mark.parametrize("k", [2, 5, 12, 20])
def test_names_are_all_different(sample, k):
    given = names(sample, fit(sample, Recipe(("NETWORTH", "INCOME"), "quantile", k=k, starts=2)))
    assert len(set(given.values())) == k
    assert all(words[0].isupper() and len(words) < 120 for words in given.values())


def test_names_of_flags_and_categories_use_their_labels(sample):
    given = names(sample, fit(sample, Recipe(("HBUS", "MARRIED"), k=3, starts=5)))
    assert any("Owns a business: yes" in words for words in given.values())
    assert any("arital status: " in words for words in given.values())


def test_the_same_word_is_never_used_of_clearly_different_medians(real_2022):
    """Medians of debt of $3,500 and $68,540 were both "typical"."""
    data = Population.parse("TURNFEAR == 1 and NETWORTH < 2318411").apply(real_2022)
    given = names(data, fit(data, Recipe(("DEBT", "HOUSES"), "asinh", k=4)))
    assert given == {
        1: "Fairly low debt, mostly no home of their own",
        2: "Mostly no home of their own, fairly high debt",
        3: "High home value ($205K), high debt",
        4: "High home value ($475K), very high debt",
    }


@pytest.mark.parametrize("k", range(2, 13))
@pytest.mark.parametrize(("features", "transform"), [(("NETWORTH", "INCOME"), "quantile"), (FIVE, "asinh")])
def test_names_can_be_put_in_order(sample, features, transform, k):
    found = fit(sample, Recipe(features, transform, k=k, starts=2))
    given, medians = names(sample, found), profile(sample, found).table["median"]
    assert len(set(given.values())) == k
    labels = {sample.codebook.label(c).lower(): c for c in features}
    said = [(phrase.lower(), s) for s, words in given.items() for phrase in words.split(", ")]
    for phrase in {phrase for phrase, _ in said}:
        column = next((labels[label] for label in labels if phrase.endswith(label)), None)
        same = [medians[other, column] for again, other in said if again == phrase and column]
        assert not same or max(map(abs, same)) * 0.8 <= min(map(abs, same)), (phrase, same)


def test_a_level_that_is_another_one_among_everyone_says_for_whom_it_is(households):
    # of the five poor, 40 and 42 are more than most; of all fifteen they are less than most. 12 is low either way
    everyone = households(INCOME=[10, 12, 14, 40, 42, *[100] * 10], HBUS=[1] * 5 + [0] * 10)
    poor = Population.parse("HBUS == 1").apply(everyone)
    found = fit(poor, Recipe(["INCOME"], k=2))
    assert names(poor, found) == {1: "Fairly low income", 2: "Fairly high income"}
    assert names(poor, found, everyone=everyone) == {
        1: "Fairly low income",
        2: "Fairly high income for this group",
    }
    assert names(poor, found, everyone=poor) == names(poor, found)
    called = names(poor, found).values()
    assert levels_words(poor, found, ["Savers", "Highland Park"], is_everyone=True) == ""
    told = "Low and high in names are among all households of By hand."
    assert levels_words(poor, found, called, is_everyone=True) == told
    assert 'among the households chosen; "for this group"' in levels_words(poor, found, called, is_everyone=False)


def test_what_tells_a_segment_from_another_is_never_dropped(households):
    """Two of three own no home: that alone names neither, even where the other's name speaks of other columns."""
    rng = np.random.default_rng(0)
    few, rich, owners = (40, 20, 40)
    data = households(
        HOUSES=np.r_[np.zeros(few + rich), rng.uniform(2e5, 3e5, owners)],
        INCOME=np.r_[rng.uniform(2.8e4, 6.8e4, few), rng.uniform(2e5, 2.5e5, rich), rng.uniform(3e4, 7e4, owners)],
        LIQ=np.r_[rng.uniform(1e3, 5e3, few), rng.uniform(4e4, 5e4, rich), rng.uniform(1e3, 5e3, owners)],
    )
    given = names(data, fit(data, Recipe(("HOUSES", "INCOME", "LIQ"), k=3)))
    renters = [words for words in given.values() if words.startswith("Mostly no home of their own")]
    assert len(renters) == 1
    assert ", " in renters[0]


def test_long_names_drop_what_they_can_do_without(real_2019):
    """Debts of $1.8M, $5.4M and $18M: one figure each, of the same column, so that they can be put in order."""
    fearful = Population.parse("TURNFEAR == 1").apply(real_2019)
    given = names(fearful, fit(fearful, Recipe(("PLOAN1", "HOUSES"), scaling="none", k=4, counting="rows")))
    assert given == {
        1: "Mostly no home of their own",
        2: "Very high debt for home purchase or vacation property ($1.8M)",
        3: "Very high debt for home purchase or vacation property ($5.43M)",
        4: "Very high debt for home purchase or vacation property ($18M)",
    }


def test_equal_segments_tell_their_medians_or_their_numbers(households):
    data = households(DEBT=[100.0, 100.0, 110.0, 110.0, 120.0, 120.0, 500.0, 1e6, 2e6, 3e6])
    found = fit(data, Recipe(["DEBT"], k=6, scaling="none"))
    given = names(data, found)
    assert len(set(given.values())) == 6
    weightless = households(DEBT=[1.0, 1.0, 2.0, 9.0, 9.5], WGT=[1.0, 1.0, 1.0, 0.0, 0.0])
    given = names(weightless, fit(weightless, Recipe(["DEBT"], k=3, scaling="none")))
    assert len(set(given.values())) == 3
    assert not any("nan" in words.lower() for words in given.values())


def test_rules_of_a_plain_split(households):
    data = households(DEBT=[0, 1, 2, 3, 100, 101, 102], ASSET=[5, 6, 5, 6, 5, 6, 5])
    found = explain(data, fit(data, Recipe(["DEBT"], k=2)))
    assert found.right == 1
    assert found.sentences[1] == "Segment 1: debt at most $52. This catches 100% of it, and is right for 100%."
    assert found.words == "These rules put 100% of the households into their segment."


@pytest.mark.parametrize("counting", ["households", "rows"])
def test_the_share_right_is_that_of_the_rules_as_said(real_2022, counting):
    data = real_2022.where(real_2022.values("YY1") % 10 == 0, "a tenth")
    found = fit(data, Recipe(("NETWORTH", "INCOME", "AGE"), "quantile", k=4, starts=5, counting=counting))
    told = explain(data, found)
    columns = {n: data.values(n) for n in found.recipe.features}
    hits = {s: np.any([rule.covers(columns) for rule in rules], axis=0) for s, rules in told.rules.items()}
    assert (np.sum(list(hits.values()), axis=0) == 1).all()  # every household falls under one segment's rules
    right = sum(hits[s] & (found.labels == s) for s in hits)
    assert told.right == pytest.approx(np.average(right, weights=data.weights(counting)))
    assert told.right > 0.8
    for s in hits:
        w = data.weights(counting)
        assert told.found[s] == pytest.approx(np.average(hits[s][found.labels == s], weights=w[found.labels == s]))


def test_rules_of_categories_use_labels(sample):
    told = explain(sample, fit(sample, Recipe(("HBUS", "NETWORTH"), "asinh", k=3, starts=5)))
    assert any("owns a business is Yes" in words for words in told.sentences.values())


def test_households_in_no_segment_are_said_and_not_counted(blobs):
    found = fit(blobs, Recipe(TWO, k=4))
    who = "everyone"
    assert "no segment" not in findings(found, {}, who=who).text.replace("without segments", "")
    assert explain(blobs, found).words.endswith("of the households into their segment.")
    labels = np.where(np.arange(240) < 30, 0, found.labels)
    sizes = found.sizes.copy()
    sizes.loc[0] = {"count": 10.0, "share": 0.481, "sampled": 1477, "rows": 30, "thin": False}
    partly = replace(found, labels=labels, sizes=sizes.sort_index())
    told = "48.1% of the households (1,477 sampled) belong to no segment; the scores are of the rest."
    assert told in findings(partly, {}, who=who).details
    told = explain(blobs, partly)
    assert told.words.endswith("of the assigned households into their segment.")
    assert all(words.endswith(" of those households that are in a segment.") for words in told.sentences.values())


@pytest.mark.parametrize(
    ("value", "form", "words"),
    [(-0.0, "$,.0f", "$0"), (-0.4, "$,.0f", "$0"), (-0.6, "$,.0f", "-$1"), (-0.001, ",.2f", "0.00"),
     (-0.0001, ".1%", "0.0%"), (-1500, "$,.0f", "-$1,500"), (-np.inf, ",.2f", "-inf")],
)  # fmt: skip
def test_what_rounds_to_zero_has_no_sign(value, form, words):
    assert Variable("X", label="X", unit="dollars", format=form, currency="$").text(value) == words


def test_a_category_that_a_segment_hardly_differs_in_is_not_in_its_name():
    """Where half of all are graduates, 52 of 100 made a segment "Graduate"."""
    data = prepare(examples.loans(), [OneHot("education", weight=0.5)]).data
    flags = tuple(name for name in data.frame if name.startswith("education: "))
    mild = fit(data, Recipe(("cibil_score", "loan_over_income", "loan_term", *flags), transform="asinh", k=4))
    assert "ducation" not in " ".join(names(data, mild).values())
    strong = prepare(examples.loans(), [OneHot("education", weight=8)]).data
    split = fit(strong, Recipe(("cibil_score", "loan_term", *flags), transform="asinh", k=4))
    assert "ducation" in " ".join(names(strong, split).values())
