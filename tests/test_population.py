"""The language of conditions, and the populations that have a name."""

import random
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lib.dataset import Codebook, Dataset, Variable
from lib.errors import PopulationError
from lib.population import Combination, Comparison, Negation, Population, loosened, named_population, size
from lib.subjects import SCF


@pytest.fixture
def five(households):
    return households(AGE=[20, 34, 35, 60, 80], DEBT=[0, 5, 10, 5, -1], ASSET=[1, 5, 9, np.nan, 0], WGT=[1, 2, 3, 4, 5])


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        ("", [0, 1, 2, 3, 4]),
        ("AGE < 35", [0, 1]),
        ("35 > AGE", [0, 1]),
        ("30 <= AGE < 80", [1, 2, 3]),
        ("AGE in (20, 80)", [0, 4]),
        ("AGE not in [20, 80]", [1, 2, 3]),
        ("not AGE < 35 and DEBT == 5", [3]),
        ("AGE < 30 or AGE > 70 and DEBT > 0", [0]),  # and binds more tightly than or
        ("(AGE < 30 or AGE > 70) and DEBT == -1", [4]),
        ("DEBT < ASSET", [0, 4]),
        ("ASSET <= 9", [0, 1, 2, 4]),  # a missing value satisfies no comparison ...
        ("ASSET != 9", [0, 1, 3, 4]),  # ... but "is not"
        ("age < 3.5e1", [0, 1]),
        ("DEBT == - 1", [4]),
        ("AGE in (20,)", [0]),
        ("`AGE` < 35 and not `debt`==0", [1]),
        ("ASSET != ASSET", [3]),  # nothing but a missing value differs from itself
    ],
)
def test_conditions_pick_the_rows_that_they_say(five, text, picked):
    population = Population.parse(text)
    assert np.flatnonzero(population.mask(five)).tolist() == picked
    assert len(population.apply(five)) == len(picked)
    again = Population.parse(str(population))
    assert again == population


def test_a_column_that_is_not_there_brings_the_nearest_names(five):
    with pytest.raises(PopulationError, match="no column AGES; did you mean AGE"):
        Population.parse("AGES < 3").apply(five)


NAMES = (
    *(
        "net income",
        "class",
        "1st",
        "a.b",
        'he said "x"',
        "it's",
        "a=b",
        "3",
        "-1",
        "#",
        "\\",
        "€",
        "x" * 64,
        "a\tb",
        "",
    ),
    *("and", "or", "not", "in", "is", "if", "lambda", "None", "True", "match", "_", "__debug__", "quoted_0"),
    *("`", "``", "a`b", "`a`", " a ", "\n", "\0", "ﬁ", "ｑuoted_0", "é", "e\u0301"),
)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_any_name_of_a_column_can_be_written_and_read_back(name):
    population = Population(
        (
            Comparison(name, ">=", 14.72),
            Negation(Comparison(name, "in", (1.0, 2.0))),
            Combination("or", (Comparison(name, "!=", name), Comparison("quoted_0", "<", name))),
        )
    )
    assert Population.parse(str(population)) == population
    data = Dataset(pd.DataFrame({name: [1.0, 20.0]}), Codebook({name: Variable(name, name)}), "Mine", "mine")
    assert Population(population.conditions[:2]).mask(data).tolist() == [False, True]


def test_names_of_any_signs_can_be_written_and_read_back():
    rng = random.Random(1)
    for _ in range(2_000):
        left, right = ("".join(rng.choices("`ab 1_\"'\\=<>()\n#ﬁ", k=rng.randint(0, 9))) for _ in "12")
        population = Population((Comparison(left, ">", right), Comparison(right, "not in", (1.0,))))
        assert Population.parse(str(population)) == population


def test_plain_names_are_written_as_they_were():
    """Links hold this text."""
    text = "TURNFEAR == 1 and NETWORTH < 2000000 and (not (AGE in (20, 80)) or DEBT != ASSET)"
    assert str(Population.parse(text)) == text


def twins():
    names = ("a", "A", "Ab", "aB", "net income")
    frame = pd.DataFrame({name: [0.0, float(at)] for at, name in enumerate(names)})
    return Dataset(frame, Codebook({name: Variable(name, name, unit="ratio") for name in names}), "Twins", "twins")


@pytest.mark.parametrize(("text", "picked"), [("a == 0", [0, 1]), ("A == 0", [0]), ("`NET income` == 4", [1])])
def test_a_name_means_the_column_that_is_spelt_so(text, picked):
    assert np.flatnonzero(Population.parse(text).mask(twins())).tolist() == picked


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("AB > 0", "The column AB could be Ab or aB: write the one that is meant."),
        ("`net incom` > 0", "There is no column net incom; did you mean `net income`?"),
        ("NETINCOME > 0", "There is no column NETINCOME; did you mean `net income`?"),
        ("zzz > 0", "There is no column zzz in this data: look it up in the data dictionary."),
    ],
)
def test_a_name_in_doubt_brings_what_could_be_meant_as_it_is_written(text, says):
    with pytest.raises(PopulationError) as error:
        Population.parse(text).mask(twins())
    assert str(error.value) == says


def test_a_column_of_text_is_refused_in_a_sentence(five):
    named = replace(five, frame=five.frame.assign(YY1=list("abcde")))
    with pytest.raises(PopulationError, match="The column YY1 holds text: conditions compare numbers"):
        Population.parse("YY1 == 1").mask(named)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_no_text_could_say_is_refused_where_it_is_made(number):
    for right in (number, (1.0, number)):
        with pytest.raises(PopulationError, match="compares with numbers"):
            Comparison("AGE", "in", right)


def test_what_is_missing_is_said_so(five):
    words = [Population.parse(text).words(five.codebook) for text in ("DEBT != DEBT", "DEBT == DEBT")]
    label = five.codebook.label("DEBT")
    assert words == [f"{label} is missing", f"{label} is known"]


def test_a_very_large_number_does_not_overflow(five):
    assert Population.parse("AGE < " + "9" * 400).mask(five).all()


def test_words_use_labels_and_formats(real_2019):
    text = Population.parse("TURNFEAR == 1 and NETWORTH < 2e6 and RACE in (2, 3)").words(real_2019.codebook)
    assert "$2,000,000" in text
    assert "Yes" in text
    assert "Hispanic" in text
    for name in ("TURNFEAR", "NETWORTH", "RACE "):
        assert name not in text


def test_size_counts_households_sampled_households_and_rows(households):
    # two households of two implicates; in one of the four rows debt is above 5
    data = households(YY1=[1, 1, 2, 2], WGT=[1, 1, 3, 3], DEBT=[0, 9, 0, 0])
    found = size(data, Population.parse("DEBT > 5"))
    assert (found.count, found.share, found.sampled, found.rows) == (1, 1 / 8, 1, 1)
    assert size(data, Population.parse("DEBT > 5"), counting="rows").share == 0.25


def test_loosening_names_the_condition_that_costs_most(five):
    population = Population.parse("AGE > 50 and DEBT > 100")
    (first, sampled), (_, other) = loosened(five, population)
    assert str(first) == "DEBT > 100"
    assert (sampled, other) == (2, 0)


# The named populations, on the real file


@pytest.mark.parametrize(
    ("key", "entry"),
    [
        ("everyone", "scf19.shape"),
        ("fearful", "scf19.fear.shape"),
        ("fearful-2m", "scf19.multi.shape"),
        ("business-500k", "biz.shape"),
    ],
)
def test_named_populations_have_the_notebooks_rows(real_2019, notebook, key, entry):
    rows, _ = notebook[entry]["value"]
    assert len(named_population(SCF.named(key), 2019).apply(real_2019)) == rows


def test_dollar_limits_follow_the_dollar_year(real_2019):
    """In 2022 dollars the limit of $2M in 2019 dollars is $2,318,410 and picks the very same rows."""
    in_2022 = real_2019.in_dollars(2022)
    population = named_population(SCF.named("fearful-2m"), 2022)
    assert str(population) == "TURNFEAR == 1 and NETWORTH < 2318411"
    assert len(population.apply(in_2022)) == 4418
    # what the notebooks' fixed limits give on a file in 2022 dollars
    assert len(Population.parse("TURNFEAR == 1 and NETWORTH < 2e6").apply(in_2022)) == 4407


def test_the_fearful_of_2019_and_2022(real_2019, real_2022, notebook):
    fearful = Population.parse("TURNFEAR == 1")
    found = size(real_2019, fearful)
    assert (found.rows, found.sampled) == (4623, 928)
    assert found.share == pytest.approx(0.184, abs=5e-4)
    assert size(real_2022, fearful).rows == notebook["scf22.fear.rows"]["value"]
    owners = size(real_2022, Population.parse("HBUS == 1"))
    assert owners.share == pytest.approx(0.146, abs=5e-4)


def test_a_population_changes_the_fingerprint(real_2019):
    prints = {named_population(p, 2019).apply(real_2019).fingerprint for p in SCF.populations}
    assert len(prints) == len(SCF.populations)
