"""Values where others are meant: in a recipe, in choices about a file, of a member that is to be placed, as an id."""

import numpy as np
import pytest

from lib.errors import DataError, EstimateError, PopulationError, RecipeError
from lib.estimates import quantile
from lib.population.ids import find_id
from lib.prices import price_ratio
from lib.segments import Recipe, fit, place
from lib.sources.table import as_dataset, understand
from tests.bad_input.case import Case, refused, table
from tests.tables import neutral_table

SHARE, BEND, WHOLE = "above 0 and below 1, such as 0.95", "between 0.001 and 1,000", "must be a whole number"

RECIPES = table(
    RecipeError,
    {
        "no features": ({"features": []}, "Features must be names of columns, at least one"),
        "a number as features": ({"features": 5}, "Features must be names of columns"),
        "nothing as features": ({"features": None}, "Features must be names"),
        "features by name": ({"features": {"A": 1}}, "Features must be names"),
        "an empty feature": ({"features": ["A", ""]}, "Features must be names"),
        "a feature that is a list": ({"features": [["A"]]}, "Features must be names"),
        "a feature twice": ({"features": ["A", "B", "A"]}, "A is listed more than once"),
        "a long feature twice": ({"features": ["A\n" + "x" * 9_999] * 2}, "A?xxx", "is listed more than once"),
        "sixty-one features": ({"features": [f"X{i}" for i in range(61)]}, "At most 60 features", "Got 61"),
        "one segment": ({"k": 1}, "K must be between 2 and 30. Got 1"),
        "thirty-one segments": ({"k": 31}, "between 2 and 30"),
        "half a segment": ({"k": 2.5}, WHOLE, "Got 2.5"),
        "true segments": ({"k": True}, WHOLE, "Got True"),
        "endless segments": ({"k": float("inf")}, WHOLE, "Got inf"),
        "segments in words": ({"k": "4"}, WHOLE, "Got '4'"),
        "a list of segments": ({"k": [4]}, WHOLE),
        "no start": ({"starts": 0}, "between 1 and 200"),
        "ten thousand starts": ({"starts": 10_000}, "between 1 and 200"),
        "a seed below nought": ({"seed": -1}, "between 0 and 4,294,967,295"),
        "a seed of five thousand digits": ({"seed": 10**4_999}, "between 0 and", "a number of very many digits"),
        "another algorithm": ({"algorithm": "spectral"}, "Algorithm must be one of kmeans"),
        "an algorithm in capitals": ({"algorithm": "KMEANS"}, "Algorithm must be one of kmeans", "Got 'KMEANS'"),
        "a very long transform": ({"transform": "x" * 10**6}, "Transform must be one of none", "Got 'xxx"),
        "a list of transforms": ({"transform": ["none"]}, "Transform must be one of", "Got ['none']"),
        "another scaling": ({"scaling": "unit"}, "Scaling must be one of"),
        "another counting": ({"counting": "people"}, "Counting must be one of"),
        "no share": ({"pca": 0}, SHARE),
        "all of the variance": ({"pca": 1}, SHARE),
        "per cent": ({"pca": 95}, SHARE),
        "a share below nought": ({"pca": -0.1}, SHARE),
        "a share that is no number": ({"pca": float("nan")}, SHARE),
        "a true share": ({"pca": True}, SHARE),
        "a share in words": ({"pca": "0.95"}, SHARE, "Got '0.95'"),
        "several shares": ({"pca": [0.95]}, SHARE),
        "a share of four hundred digits": ({"pca": 10**400}, SHARE),
        "no bend": ({"bend": 0}, BEND),
        "a bend below nought": ({"bend": -1}, BEND),
        "a bend too far": ({"bend": 1e9}, BEND, "Got 1000000000.0"),
        "a bend that is no number": ({"bend": float("nan")}, "multiple of the typical amount"),
        "a bend in words": ({"bend": "3"}, BEND, "Got '3'"),
        "a bend of four hundred digits": ({"bend": 10**400}, BEND),
        "bend of nothing": ({"bend": None}, BEND, "Got None"),
        "what no recipe has": ({"colour": "red"}, "A recipe has no colour: it consists of algorithm, bend"),
        "a name that is a number": ({5: 1}, "A recipe has no 5"),
        "a name with an end of a line": ({"a\nb": 1}, "A recipe has no a?b"),
    },
)

LINES, QUOTE, COLUMNS = "lines above the table: choose 0 to 1,000", "as its quotation mark", "choices about its columns"
MARKS, WORDS = "cannot have these marks in its numbers", "at most 50 words for a missing value"

CHOICES = table(
    DataError,
    {
        "what cannot be chosen": ({"colour": 1}, "f.csv cannot be given colour: choose columns, delimiter"),
        "lines below nought": ({"skip": -1}, "-1 " + LINES),
        "a million lines": ({"skip": 10**6}, LINES),
        "a record of lines": ({"skip": {}}, LINES),
        "lines in words": ({"skip": ""}, LINES),
        "true lines": ({"skip": True}, LINES),
        "names in words": ({"header": "yes"}, "has names on its first row or not: choose true or false"),
        "two marks": ({"quote": "''"}, QUOTE),
        "a line's end as a mark": ({"quote": "\n"}, QUOTE),
        "a number as a mark": ({"quote": 5}, QUOTE),
        "a word as delimiter": ({"delimiter": "comma"}, "comma cannot be a delimiter"),
        "a mark as delimiter": ({"delimiter": '"'}, "cannot be a delimiter"),
        "a list of delimiters": ({"delimiter": [","]}, "[','] as its delimiter: choose it by its name"),
        "an encoding of nobody": ({"encoding": "rot13"}, "the encoding rot13 is not known here: choose utf-8"),
        "a number as encoding": ({"encoding": 8}, "8 as its encoding"),
        "a number as a sheet": ({"sheet": 1}, "1 as its sheet"),
        "a list of columns": ({"columns": ["a"]}, COLUMNS),
        "columns in words": ({"columns": "a"}, COLUMNS),
        "a column of nothing": ({"columns": {"a": None}}, COLUMNS),
        "another column": ({"columns": {"z": {"role": "amount"}}}, "column z, is not in the table"),
        "another choice": ({"columns": {"a": {"colour": 1}}}, "column a, cannot be given colour"),
        "another role": ({"columns": {"a": {"role": "king"}}}, "column a, cannot be king: choose one of id"),
        "a list of roles": ({"columns": {"a": {"role": ["id"]}}}, "column a, cannot be ['id']"),
        "two ids": ({"columns": {"a": {"role": "id"}, "b": {"role": "id"}}}, "can have one column as id"),
        "another order": ({"columns": {"a": {"dates": "backwards"}}}, "cannot have dates backwards"),
        "a letter for decimals": ({"columns": {"a": {"decimal": "x"}}}, MARKS),
        "a list for thousands": ({"columns": {"a": {"thousands": []}}}, MARKS),
        "one mark for both": ({"columns": {"a": {"decimal": ",", "thousands": ","}}}, "cannot have one mark for"),
        "digits as a currency": ({"columns": {"a": {"currency": "$5"}}}, "$5 as its currency"),
        "a list as a currency": ({"columns": {"a": {"currency": []}}}, "[] as its currency"),
        "per cent in words": ({"columns": {"a": {"percent": "yes"}}}, "can be per cent or not"),
        "fifty-one words": ({"columns": {"a": {"missing": ["-"] * 51}}}, WORDS),
        "a word of a page": ({"columns": {"a": {"missing": ["x" * 2_000]}}}, WORDS),
        "one word without a list": ({"columns": {"a": {"missing": "NA"}}}, WORDS),
        "a list of labels": ({"columns": {"b": {"levels": ["x"]}}}, "can have a label for each of its categories"),
        "a weight in words": ({"columns": {"b": {"role": "weight"}}}, "column b", "no weight"),
        "an id for nobody": ({"columns": {"b": {"role": "id"}}}, "column b, says x on rows 2 and 3"),
    },
)

PLACES = table(
    RecipeError,
    {
        "nothing": ({}, "its a, b must be known: give a value"),
        "one of two": ({"a": 1.0}, "its b must be known"),
        "no number": ({"a": 1.0, "b": float("nan")}, "its b must be a number"),
        "an endless number": ({"a": float("-inf"), "b": 1.0}, "its a must be a number"),
    },
)

IDS = table(
    PopulationError,
    {
        name: (typed, "There is no row “" + begins, "look for another")
        for name, typed, begins in (
            ("a zero byte", "\0", "”"),
            ("a page", "9" * 5_000, "999"),
            ("HTML", "<b>x</b>", "<b>x</b>”"),
            ("a direction mark", "\u202eC1", "C1”"),
            ("a sign of two halves", "🏦", "🏦”"),
            ("an end of a line", "C1\nC2", "C1 C2”"),
            ("a pattern", ".*", ".*”"),
            ("brackets", "(" * 300, "(((("),
        )
    },
)


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_refuses_what_cannot_be(name):
    refused(RECIPES[name], lambda given: Recipe.from_dict({"features": ["DEBT"], **given}))


@pytest.mark.parametrize("name", CHOICES)
def test_choices_about_a_file_are_checked(name):
    content = b"a,b\n1,x\n2.5,x\n-3,y\n"
    said = refused(CHOICES[name], lambda given: as_dataset(understand(content, "f.csv", given)))
    assert said.startswith("f.csv")


@pytest.fixture(scope="module")
def found():
    return fit(neutral_table(), Recipe(("a", "b"), k=3, starts=2))


@pytest.mark.parametrize("name", PLACES)
def test_a_member_is_placed_by_numbers(found, name):
    refused(PLACES[name], lambda given: place(found, given))


@pytest.mark.parametrize("name", IDS)
def test_an_id_of_nobody_is_said(name):
    refused(IDS[name], lambda given: find_id(neutral_table(), given))


@pytest.mark.parametrize(
    ("ask", "says", "error"),
    [
        (lambda: quantile([1.0, 2.0], [1.0, 1.0], [0.5, 1.5]), "Quantiles must lie between 0 and 1", EstimateError),
        (lambda: quantile([1.0], [1.0], np.linspace(-1, 2, 5_000)), "Quantiles must lie between", EstimateError),
        (lambda: price_ratio(1492, 2019), "1492", DataError),
        (lambda: price_ratio(2019, 10**9), "1000000000", DataError),
    ],
    ids=["beyond one", "very many", "a year long ago", "a year far away"],
)
def test_figures_that_cannot_be_had(ask, says, error):
    refused(Case(ask, (says,), error), lambda given: given())
