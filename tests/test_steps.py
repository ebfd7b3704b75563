"""Cleaning and deriving: hand-worked cases, pandas and scikit-learn as references, the figures of the known files."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.impute import KNNImputer
from tables import cleaned_cards

from lib import exports
from lib.errors import HouseholdSegmentsError, StepError
from lib.features import fit_space
from lib.population import Population
from lib.segments import Recipe, fit
from lib.segments.apply import label_file
from lib.segments.apply.stored import read_recipe
from lib.sources import examples, table
from lib.steps import (
    Cap,
    Combine,
    Fill,
    LeaveOutMissing,
    LeaveOutRepeats,
    Logarithm,
    MergeRare,
    MergeSpellings,
    OneHot,
    asked,
    combined,
    overview,
    prepare,
)
from lib.steps.stored import from_dict

SMALL = """id,income,loan,region,since,until
A,10,5,North,2024-01-01,2024-01-31
B,20,,South,2024-02-01,2024-02-01
C,30,0,South,2024-03-01,
D,40,10,West,2024-01-01,2025-01-01
E,1000,20,South,2024-01-01,2024-01-03
"""

CAPPED = ("BALANCE", "PURCHASES", "CASH_ADVANCE", "CREDIT_LIMIT", "PAYMENTS", "MINIMUM_PAYMENTS")


def read(text, **choices):
    return table.read(text.encode(), "small.csv", choices=choices or None)


@pytest.fixture(scope="module")
def small():
    return read(SMALL)


def column(prepared, name):
    return prepared.data.frame[name].tolist()


# One step by hand


def test_rows_without_a_value_are_left_out_and_keep_their_number(small):
    done = prepare(small, [LeaveOutMissing(("loan",))])
    assert done.data.frame["id"].tolist() == ["A", "C", "D", "E"]
    assert done.entries[0].told == "1 row left out"
    assert done.entries[0].words == "Leave out rows without loan"


@pytest.mark.parametrize(
    ("step", "filled"),
    [
        (Fill(("loan",), "median"), 7.5),  # 0, 5, 10, 20
        (Fill(("loan",), "mean"), 8.75),
        (Fill(("loan",), "constant", value=3), 3),
        (Fill(("loan",), "most common"), 0),  # each once: the least of them
    ],
    ids=["median", "mean", "constant", "most common"],
)
def test_blanks_are_filled(small, step, filled):
    done = prepare(small, [step])
    assert column(done, "loan") == [5, filled, 0, 10, 20]
    assert done.entries[0].changed == 1
    assert (done.entries[0].before.blanks, done.entries[0].after.blanks) == (1, 0)


def test_weights_count_where_there_are_any():
    weighted = read("income,weight\n10,1\n20,1\n30,8\n,1\n,1\n")
    assert weighted.weight == "weight"
    assert column(prepare(weighted, [Fill(("income",), "mean")]), "income")[-1] == pytest.approx(27)
    assert column(prepare(weighted, [Fill(("income",), "median")]), "income")[-1] == 30


def test_nearest_neighbours_are_those_of_scikit_learn():
    made = np.random.default_rng(0).normal(size=(60, 3)).round(6)
    made[[3, 7], 0] = np.nan
    frame = pd.DataFrame(made, columns=["a", "b", "c"])
    data = table.read(frame.to_csv(index=False).encode(), "made.csv")
    whole = frame.dropna()
    scaled = (frame - whole.mean()) / whole.std(ddof=0)
    reference = KNNImputer(n_neighbors=5).fit(scaled.dropna()).transform(scaled)
    expected = reference[:, 0] * whole["a"].std(ddof=0) + whole["a"].mean()
    done = prepare(data, [Fill(("a",), "neighbours")])
    np.testing.assert_allclose(done.data.frame["a"], expected, atol=1e-12)
    assert done.entries[0].words == "Fill blanks of a with the mean of the 5 nearest"


def test_amounts_beyond_tukeys_fences_are_set_to_them(small):
    done = prepare(small, [Cap(("income",))])  # quartiles 20 and 40: fences -10 and 70
    assert column(done, "income") == [10, 20, 30, 40, 70]
    assert "-10 to 70" in done.entries[0].words
    found = overview.outliers(small)
    assert found.loc["income", ["low", "high", "below", "above"]].tolist() == [-10, 70, 0, 1]


def test_amounts_are_capped_at_percentiles_or_at_bounds(small):
    done = prepare(small, [Cap(("income",), "percentiles", 25, 75)])
    assert column(done, "income") == [20, 20, 30, 40, 40]
    done = prepare(small, [Cap(("income",), "bounds", None, 30)])
    assert column(done, "income") == [10, 20, 30, 30, 30]
    assert done.entries[0].words == "Cap income up to 30"


def test_repeated_rows_are_left_out_whatever_they_are_called():
    data = read("id,a,b\nX1,1,2\nX2,1,2\nX3,1,3\nX4,1,2\n")
    assert overview.comparable(data) == ["a", "b"]
    assert overview.repeats(data) == 2
    done = prepare(data, [LeaveOutRepeats(tuple(overview.comparable(data)))])
    assert done.data.frame["id"].tolist() == ["X1", "X3"]


def test_rare_categories_become_one(small):
    done = prepare(small, [MergeRare("region", 0.3)])
    book = done.data.codebook["region"]
    assert [book.text(code) for code in column(done, "region")] == ["Other", "South", "South", "Other", "South"]
    assert set(book.values.values()) == {"South", "Other"}


TIERS = "id,paid,tier\nA,1,gold\nB,2,Gold\nC,3,Gold\nD,4,silver\nE,5,SILVER \nF,6,Gold card\nG,7,Gold  Card\nH,8,\n"


def test_categories_that_differ_in_case_and_spaces_alone_become_one_by_the_label_that_most_have():
    """Two of three write Gold; of silver each spelling is one, and the first in the alphabet stays."""
    read_anew = read(TIERS, columns={"tier": {"role": "category"}})
    done = prepare(read_anew, [MergeSpellings("tier")])
    book = done.data.codebook["tier"]
    said = [book.text(code) for code in column(done, "tier")]
    assert said[:3] == ["Gold"] * 3
    assert len(set(said[3:5])) == 1
    assert len(set(said[5:7])) == 1
    assert said[7] == "Missing"
    assert len(book.values) == 3
    assert done.entries[0].words == (
        "Take spellings of tier that differ in case and spaces alone for one category each"
    )
    assert done.entries[0].changed == 3
    again = from_dict(json.loads(json.dumps(done.data.preparation.to_dict())))
    assert again == done.data.preparation
    with pytest.raises(StepError, match="there is nothing to merge"):
        prepare(done.data, [MergeSpellings("tier")])


@pytest.mark.parametrize("transform", ["none", "asinh", "winsorised", "quantile"])
@pytest.mark.parametrize("scaling", ["standard", "minmax"])
def test_categories_of_their_own_are_as_far_apart_as_their_weight_says(small, transform, scaling):
    done = prepare(small, [OneHot("region", weight=3)]).data
    columns = ("region: North", "region: South", "region: West")
    assert done.frame[list(columns)].to_numpy().tolist()[:2] == [[1, 0, 0], [0, 1, 0]]
    space = fit_space(done, ("income", *columns), transform=transform, scaling=scaling, weights=np.ones(5))
    matrix = space.matrix(done.frame)
    assert np.linalg.norm(matrix[0, 1:] - matrix[1, 1:]) == pytest.approx(3)
    np.testing.assert_allclose(space.original(matrix)[list(columns)], done.frame[list(columns)], atol=1e-12)


@pytest.mark.parametrize(
    ("how", "columns", "expected"),
    [
        ("ratio", ("income", "loan"), [2, None, None, 4, 50]),
        ("difference", ("income", "loan"), [5, None, 30, 30, 980]),
        ("sum", ("income", "loan"), [15, None, 30, 50, 1020]),
        ("share", ("loan", "income"), [1 / 3, None, 0, 0.2, 20 / 1020]),
        ("days between", ("since", "until"), [30, 0, None, 366, 2]),
    ],
    ids=["ratio", "difference", "sum", "share", "days"],
)
def test_columns_are_made_from_others(small, how, columns, expected):
    step = combined(how, columns, small.codebook)
    done = prepare(small, [step])
    made = [None if np.isnan(value) else value for value in column(done, step.column)]
    assert made == [None if value is None else pytest.approx(value) for value in expected]
    blank = expected.count(None)
    assert (f"{blank} cell" in done.entries[0].told) == bool(blank)


def test_a_ratio_over_zero_is_blank_and_counted(small):
    done = prepare(small, [combined("ratio", ("income", "loan"), small.codebook)])
    assert done.entries[0].told == "1 column made, 2 cells blank (a part is missing, or it would be divided by zero)"


def test_logarithms(small):
    done = prepare(small, [Logarithm("x", "x", "loan"), Logarithm("y", "y", "loan", plus_one=True)])
    np.testing.assert_allclose(column(done, "x"), [np.log(5), np.nan, np.nan, np.log(10), np.log(20)])
    np.testing.assert_allclose(column(done, "y"), [np.log(6), np.nan, 0, np.log(11), np.log(21)])


# Many steps


def test_steps_follow_each_other_and_a_step_undone_is_as_if_it_had_never_been(small):
    fill, cap, ratio = Fill(("loan",)), Cap(("income",)), combined("ratio", ("loan", "income"), small.codebook)
    three = prepare(small, [fill, cap, ratio])
    without = prepare(small, [fill, ratio], held=three)
    pd.testing.assert_frame_equal(without.data.frame, prepare(small, [fill, ratio]).data.frame)
    assert without.data.fingerprint == prepare(small, [fill, ratio]).data.fingerprint
    four = prepare(small, [fill, cap, ratio, LeaveOutMissing(("loan",))], held=three)
    assert four.entries[:3] == three.entries  # not done again
    assert len({three.data.fingerprint, without.data.fingerprint, small.fingerprint}) == 3
    assert [asked(entry.step) for entry in three.entries] == [fill, cap, ratio]


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([LeaveOutMissing(("nowhere",))], "has no column nowhere"),
        ([LeaveOutMissing(())], "at least one"),
        ([Fill(("region",), "mean")], "holds no amounts"),
        ([Fill(("region",), "constant", value=77)], "no category 77"),
        ([Cap(("region",))], "holds no amounts"),
        ([OneHot("income")], "is no category"),
        ([MergeRare("region", 0.01)], "nothing to merge"),
        ([OneHot("region"), OneHot("region")], "Step 2 of 2 (one-hot): There is a column region: North already"),
        ([Combine("income", "income", "sum", (("loan", 1.0),))], "already"),
        ([Combine("d", "d", "days between", (("loan", 1.0), ("income", -1.0)))], "no dates"),
        ([Fill(("loan",))] * 101, "At most 100"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_refused_in_a_sentence(small, steps, words):
    with pytest.raises(StepError) as refused:
        prepare(small, steps)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Fill(("a",), "constant"),
        lambda: Fill(("a",), "guess"),
        lambda: Cap(("a",), "bounds"),
        lambda: Cap(("a",), "bounds", 2, 1),
        lambda: Cap(("a",), "percentiles", -1, 50),
        lambda: MergeRare("a", 1.5),
        lambda: OneHot("a", weight=0),
    ],
    ids=["no value", "no way", "no bounds", "crossed", "below 0", "over 1", "no weight"],
)
def test_steps_that_mean_nothing_cannot_be_made(make):
    with pytest.raises(StepError):
        make()


def test_nobody_left_is_refused():
    data = read("a,b\n1,\n,2\n")
    with pytest.raises(StepError, match="nobody would be left"):
        prepare(data, [LeaveOutMissing(("a", "b"))])


# What goes with the segments


AWKWARD = """Customer;Income;Region;Joined;Own home
0001;1.200,50 EUR;North;03.01.2024;yes
0002;2.400,00 EUR;South;04.02.2024;no
0003;-;South;05.03.2024;yes
0004;900,00 EUR;West;06.04.2024;yes
0005;1.000.000,00 EUR;;07.05.2024;no
0006;2.000,00 EUR;North;08.06.2024;
0007;2.100,00 EUR;West;09.07.2024;no
0008;1.500,25 EUR;South;28.02.2024;yes
"""


def test_other_rows_are_read_and_prepared_exactly_alike(tmp_path):
    """By the file of the recipe alone: words for numbers, dates and categories, then each step, row for row."""
    data = read(AWKWARD)
    done = prepare(
        data,
        [
            Fill(("Income",)),
            Cap(("Income",)),
            Fill(("Region",), "most common"),
            LeaveOutMissing(("Own home",)),
            OneHot("Region", weight=2),
            Logarithm("ln income", "ln income", "Income"),
        ],
    ).data
    recipe = Recipe(("ln income", "Region: North", "Region: South", "Region: West", "Own home"), k=3)
    found = fit(done, recipe)
    origin = exports.provenance(done, Population(), "Everyone", recipe)
    text = exports.recipe_json(found, {}, done.codebook, origin)
    stored = read_recipe(text)
    assert set(stored.needs) == {"Income", "Region", "Own home"}
    (tmp_path / "customers.csv").write_text(AWKWARD, encoding="utf-8")
    label_file(stored, tmp_path / "customers.csv", tmp_path / "labelled.csv", metadata=False)
    labelled = pd.read_csv(tmp_path / "labelled.csv", sep=";", dtype=str)
    segments = labelled["segment"].astype(int)
    assert segments[5] == 0  # left out: it does not say whether it owns its home
    assert segments.drop(5).tolist() == found.labels.tolist()
    assert "6. ln income: ln(Income)" in json.loads(text)["about"]["Prepared"]
    assert "Step 6: ln income: ln(Income)." in exports.report(done, found, {}, origin).decode()
    facts = exports.members(done, found, {}, origin).origin.facts()
    assert facts["Prepared"].startswith("1. Fill blanks of Income")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_other_rows_may_be_in_another_encoding(tmp_path, encoding):
    text = AWKWARD.replace("North", "Köln")
    data = prepare(read(text), [Fill(("Income",)), Fill(("Region",), "most common")]).data
    found = fit(data, Recipe(("Income", "Region"), transform="asinh", k=3))
    origin = exports.provenance(data, Population(), "Everyone", found.recipe)
    stored = read_recipe(exports.recipe_json(found, {}, data.codebook, origin))
    (tmp_path / "customers.csv").write_text(text, encoding=encoding)
    label_file(stored, tmp_path / "customers.csv", tmp_path / "labelled.csv", metadata=False)
    labelled = pd.read_csv(tmp_path / "labelled.csv", sep=";")
    assert labelled["segment"].tolist() == found.labels.tolist()
    assert labelled["Region"][0] == "Köln"


def test_what_a_kind_of_table_makes_is_made_of_other_rows_too(tmp_path):
    """The ratios of a known kind stand in no file: the recipe makes them again."""
    for data, file, features in (
        (examples.cards(), examples.CARDS_EXAMPLE, ("BALANCE", "KIND_OF_PURCHASES", "HOW_PAID")),
        (examples.loans(), examples.LOANS_EXAMPLE, ("loan_over_income", "education", "score_band")),
    ):
        recipe = Recipe(features, k=3)
        found = fit(data, recipe)
        origin = exports.provenance(data, Population(), "Everyone", recipe)
        stored = read_recipe(exports.recipe_json(found, {}, data.codebook, origin))
        rows = pd.read_parquet(file)
        rows.to_csv(tmp_path / "rows.csv", index=False)
        label_file(stored, tmp_path / "rows.csv", tmp_path / "labelled.parquet")
        assert pd.read_parquet(tmp_path / "labelled.parquet")["segment"].tolist() == found.labels.tolist()


def test_a_preparation_comes_back_from_its_file_as_it_was(small):
    done = prepare(
        small,
        [
            Fill(("loan",), "constant", value=1.0),
            Fill(("income",), "neighbours"),
            Cap(("income",), "bounds", None, 30),
            Cap(("loan",)),
            MergeRare("region", 0.3),
            OneHot("region"),
            combined("days between", ("since", "until"), small.codebook),
            LeaveOutRepeats(("income",)),
            LeaveOutMissing(("loan",)),
            Logarithm("x", "x", "loan", plus_one=True),
        ],
    ).data.preparation
    assert from_dict(json.loads(json.dumps(done.to_dict(), allow_nan=False))) == done


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["steps", 0, "step"], "eval"),
        (["steps", 0, "columns"], "loan"),
        (["steps", 0, "values"], [float("inf")]),
        (["steps", 0, "extra"], 1),
        (["steps", 0, "how"], "magic"),
        (["steps"], {"a": 1}),
        (["reading", "loan"], {"sort": "code"}),
        (["reading", "loan"], {"sort": "number", "style": {"decimal": "x"}}),
        (["reading"], None),
    ],
    ids=str,
)
def test_a_preparation_that_is_none_is_refused(small, path, value):
    stored = json.loads(json.dumps(prepare(small, [Fill(("loan",))]).data.preparation.to_dict()))
    at = stored
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    with pytest.raises(HouseholdSegmentsError):
        from_dict(stored)


# The known tables


@pytest.fixture(scope="module")
def cards(real_file):
    return table.read(real_file("CC GENERAL.csv"))


def test_what_is_missing_in_the_known_card_table(cards):
    found = overview.missing(cards)
    assert found.loc[["MINIMUM_PAYMENTS", "CREDIT_LIMIT"], "blank"].tolist() == [313, 1]
    assert overview.repeats(cards) == 0


def test_the_known_preparation_of_the_card_table_is_made_of_steps(cards, real_file):
    """Frequencies capped at 1, rows with gaps left out, six amounts capped: as by pandas, and 12 components."""
    frequencies = tuple(name for name in cards.frame if name.endswith("_FREQUENCY"))
    done = prepare(
        cards,
        [
            Cap(frequencies, "bounds", None, 1),
            LeaveOutMissing(("CREDIT_LIMIT", "MINIMUM_PAYMENTS")),
            Cap(CAPPED),
        ],
    ).data
    reference = cleaned_cards(pd.read_csv(real_file("CC GENERAL.csv")).drop(columns="CUST_ID"))
    assert len(done) == len(reference) == 8_636
    np.testing.assert_allclose(done.frame[list(reference)].to_numpy(), reference.to_numpy(), rtol=1e-12)


def test_other_rows_of_typed_columns_are_prepared_alike(cards):
    done = prepare(cards, [Fill(("MINIMUM_PAYMENTS",))]).data
    columns = {"MINIMUM_PAYMENTS": pa.array([None, 5.0]), "BALANCE": pa.array(["7", "x"])}
    prepared = done.preparation.prepared(columns, ("MINIMUM_PAYMENTS", "BALANCE"))
    np.testing.assert_allclose(prepared.to_numpy(), [[312.343947, 7], [5, np.nan]])


# What a hostile table brought to light


def labelled_by(data, recipe, rows, folder):
    """Segments of rows by the file of a recipe."""
    found = fit(data, recipe)
    origin = exports.provenance(data, Population(), "Everyone", recipe)
    stored = read_recipe(exports.recipe_json(found, {}, data.codebook, origin))
    (folder / "rows.csv").write_text(rows, encoding="utf-8")
    label_file(stored, folder / "rows.csv", folder / "labelled.csv", metadata=False)
    return found.labels.tolist(), pd.read_csv(folder / "labelled.csv")["segment"].tolist()


@pytest.mark.parametrize(
    "words", [("0", "1", "2", "3+"), ("North", "north", "NORTH", "South"), ("Yes", "No", "yes", "?")], ids=str
)
def test_words_that_are_nearly_the_same_are_not_mixed_up(tmp_path, words):
    """Codes of other words were taken for those of "1" and "2", and upper for lower case."""
    rng = np.random.default_rng(1)
    rows = pd.DataFrame({"kind": rng.choice(words, 200), "income": rng.integers(1, 50, 200)})
    text = rows.to_csv(index=False)
    data = prepare(table.read(text.encode(), "kinds.csv"), [OneHot("kind", weight=3)]).data
    flags = tuple(name for name in data.frame if name.startswith("kind: "))
    own, again = labelled_by(data, Recipe(("income", *flags), k=4), text, tmp_path)
    assert again == own


def test_neighbours_of_a_row_do_not_hang_on_who_is_asked_with_it():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.integers(0, 4, (400, 4)).astype(float), columns=list("abcd"))
    frame.loc[frame.index[:80], "a"] = np.nan
    data = table.read(
        frame.to_csv(index=False).encode(), "ties.csv", choices={"columns": {n: {"role": "amount"} for n in "abcd"}}
    )
    done = prepare(data, [Fill(("a",), "neighbours")]).data
    one_by_one = [
        done.preparation.prepared({n: pa.array([row[n]]) for n in "abcd"}, ("a",))["a"][0]
        for row in frame.head(80).to_dict("records")
    ]
    assert one_by_one == done.frame["a"].head(80).tolist()


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Fill(("region", "own"), "constant", value=1.0), "means different things"),
        (Cap(("nothing",)), "no value to go by"),
        (Fill(("nothing",), "median"), "no value to go by"),
        (OneHot("same"), "one category alone"),
        (MergeRare("region", 0.9), "nothing would be left"),
    ],
    ids=["one value for two", "cap nothing", "fill nothing", "one level", "all rare"],
)
def test_steps_that_would_go_wrong_are_refused(step, words):
    roles = {"nothing": {"role": "amount"}, "same": {"role": "category"}, "own": {"role": "category"}}
    data = read("region,own,nothing,same\nN,Yes,,x\nS,No,,x\nW,,,x\nN,Yes,,x\nS,No,,x\n", columns=roles)
    with pytest.raises(StepError, match=words):
        prepare(data, [step])


def test_columns_may_be_called_anything():
    data = read("self,b\n1,2\n,4\n3,6\n")
    done = prepare(
        data,
        [Fill(("self",)), Cap(("self",), "bounds", None, 2), combined("sum", ("self", "b"), data.codebook, "self")],
    )
    assert column(done, "self") == [1, 2, 2]
    assert column(done, "self (2)") == [3, 6, 8]
    assert done.data.codebook["self (2)"].label == "self (2)"


def test_what_is_too_large_to_be_held_is_blank():
    data = read("a,b\n1e29,1e-300\n1,2\n")
    done = prepare(data, [combined("ratio", ("a", "b"), data.codebook)])
    assert np.isnan(column(done, "a over b")[0])
    assert "1 cell blank" in done.entries[0].told


def test_a_long_name_is_cut_and_comes_back():
    names = [f"a column with a long name, number {number}, and more" for number in range(9)]
    data = read(",".join(f'"{name}"' for name in names) + "\n" + ",".join("1" * 9) + "\n" + ",".join("2" * 9) + "\n")
    step = combined("sum", tuple(data.codebook.amounts()), data.codebook)
    assert len(step.column) <= 80
    preparation = prepare(data, [step]).data.preparation
    assert from_dict(json.loads(json.dumps(preparation.to_dict()))) == preparation


def test_a_table_written_in_another_way_is_refused_not_left_out(tmp_path):
    data = read("id,a,b\nA,1.5,2\nB,2.5,3\nC,3.5,9\nD,4.25,1\n")
    with pytest.raises(HouseholdSegmentsError, match=r"4 of 4 cells of the column a are not a number .* such as 1,5"):
        labelled_by(data, Recipe(("a", "b"), k=2), "id;a;b\nA;1,5;2\nB;2,5;3\nC;3,5;9\nD;4,25;1\n", tmp_path)
