"""The synthetic examples: near the real tables, and nobody."""

import re

import numpy as np
import pandas as pd
import pytest
from tables import headlines
from well_known import as_dataset

from data.build import cards as build_cards
from data.build import loans as build_loans
from lib import explore, segments
from lib.errors import RecipeError
from lib.estimates import Sample
from lib.population import named_population
from lib.segments import Recipe
from lib.sources import examples
from lib.subjects import CARDS, LOANS

BANNED = re.compile(r"household|implicate|imputation|survey|dollar|\$|\bnan\b", re.IGNORECASE)
KILOBYTE = 1_000

MADE = {"cards": (build_cards, examples.cards), "loans": (build_loans, examples.loans)}


@pytest.fixture(scope="module", params=MADE)
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def stored(kind):
    return pd.read_parquet(MADE[kind][0].FILE)


@pytest.fixture(scope="module")
def example(kind):
    return MADE[kind][1]()


@pytest.fixture
def real(kind, request):
    return request.getfixturevalue(f"real_{kind}")


def test_the_same_seed_gives_the_stored_table(kind, stored):
    pd.testing.assert_frame_equal(MADE[kind][0].build(), stored, check_exact=False, rtol=1e-9)


def test_it_is_small(kind):
    assert MADE[kind][0].FILE.stat().st_size <= 300 * KILOBYTE


def test_it_is_marked(kind, example):
    assert example.synthetic
    assert example.subject is {"cards": CARDS, "loans": LOANS}[kind]
    assert "synthetic" in example.vintage
    assert example.name.startswith("Synthetic")
    assert example.sampled == len(example) == 3_000


def test_it_has_the_columns_of_the_real_table(example, real):
    assert example.columns == real.columns
    assert dict(example.codebook) == dict(real.codebook)


def test_medians_are_near_the_real_ones(example, real):
    """Within a fifth, or a tenth of the middle half where that is more; of what is counted, within one."""
    for name in real.codebook.amounts():
        theirs = real.frame[name].dropna()
        half = theirs.quantile(0.75) - theirs.quantile(0.25)
        room = max(0.2 * abs(theirs.median()), 0.1 * half, float(real.codebook[name].unit == "count"))
        assert abs(example.frame[name].median() - theirs.median()) <= room, name


def test_shares_are_near_the_real_ones(example, real):
    """Within three of a hundred."""
    for name in real.codebook.categories():
        for code in real.codebook[name].values:
            ours, theirs = ((one.frame[name].dropna() == code).mean() for one in (example, real))
            assert abs(ours - theirs) <= 0.03, f"{name} {code}"


def test_columns_go_together_as_in_the_real_table(example, real):
    names = [name for name in real.codebook.amounts() if name in real.columns[:18]]
    ours, theirs = (one.frame[names].corr("spearman").to_numpy() for one in (example, real))
    assert np.abs(ours - theirs).max() < 0.25
    assert np.abs(ours - theirs).mean() < 0.06


def test_no_row_is_a_real_one(example, real):
    """In no amounts that tell one from another, to the whole unit; ids are of another kind or simply counted."""
    money = [name for name in real.codebook.dollars() if name in real.columns[:18]]
    ours, theirs = ({tuple(row) for row in one.frame[money].round().fillna(-1).to_numpy()} for one in (example, real))
    assert len(theirs) > 0.99 * len(real)
    assert not ours & theirs


def test_a_copied_row_would_be_found(real):
    money = [name for name in real.codebook.dollars() if name in real.columns[:18]]
    rows = {tuple(row) for row in real.frame[money].round().fillna(-1).to_numpy()}
    assert tuple(real.frame[money].iloc[7].round().fillna(-1)) in rows


def test_it_adds_up(kind, stored):
    if kind == "cards":
        apart = stored["PURCHASES"] - stored["ONEOFF_PURCHASES"] - stored["INSTALLMENTS_PURCHASES"]
        assert apart.abs().max() < 0.005
        often = [name for name in stored if name.endswith("FREQUENCY")]
        assert stored[often].to_numpy().min() >= 0
        assert stored[often].to_numpy().max() <= 1
        pairs = (("PURCHASES", "PURCHASES_TRX"), ("CASH_ADVANCE", "CASH_ADVANCE_TRX"))
        for amount, number in (*pairs, ("ONEOFF_PURCHASES", "ONEOFF_PURCHASES_FREQUENCY")):
            assert ((stored[amount] > 0) == (stored[number] > 0)).all()
    else:
        assert ((stored["income_annum"] > 0) & (stored["loan_amount"] > 0)).all()
        assert stored["cibil_score"].between(300, 900).all()
        assert 0 < (stored["residential_assets_value"] < 0).sum() < 40


def test_everything_that_is_told_is_of_its_own_kind(example):
    """Names, findings, lenses, typical members, headlines and notes, without a word of households or their survey."""
    said = list(example.notes)
    for named in example.subject.populations:
        population = named_population(named, example.dollars).apply(example)
        assert len(population) > 50
        told = headlines(
            Sample(population), Sample(example), explore.headline_figures(example.codebook, example.subject)
        )
        said += [one.label for one in told]
        assert not any(np.isnan(one.value) for one in told)
        fit = segments.fit(population, Recipe(example.subject.first.features, "asinh", k=3, starts=2))
        called = segments.names(population, fit)
        assert len(set(called.values())) == len(called)
        said += [*called.values(), segments.findings(fit, called, who=named.label).text]
        looked = segments.lenses(population, fit, everyone=example)
        said += [*looked.notes, *looked.names, *looked.table[["section", "label", "base", "text"]].to_numpy().ravel()]
        for number in fit.model.numbers:
            one = segments.typical(population, fit, int(number))
            said += [one.sentence, one.note, *one.facts, *one.facts.values()]
    wording = example.subject.wording
    said += [value for value in vars(wording).values() if isinstance(value, str)]
    said += [f"{v.label} {v.definition} {v.group}" for v in example.codebook.values()]
    assert [words for words in said if BANNED.search(str(words))] == []
    plural = example.entity.plural
    assert any(plural in str(words) for words in said)


def test_a_decision_is_never_a_feature():
    data = examples.loans()
    with pytest.raises(RecipeError, match=r"Decision \(loan_status\) is what segments are looked at through"):
        segments.fit(data, Recipe(("cibil_score", "loan_status"), k=2))
    looked = segments.lenses(data, segments.fit(data, Recipe(data.subject.first.features, k=3, starts=2)))
    assert looked.names[0] == "Approval"


def test_names_speak_of_all_features(example):
    fit = segments.fit(example, Recipe(example.subject.first.features, "asinh", k=4, starts=2))
    for called in segments.names(example, fit).values():
        assert len(called) <= 90
        assert called[0].isupper()


def test_a_file_of_its_kind_is_read_alike(stored, example):
    again = as_dataset(stored)
    pd.testing.assert_frame_equal(again.frame, example.frame)
    assert again.notes == example.notes
