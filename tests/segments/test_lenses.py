"""Segments through three lenses: credit risk, inclusion and market."""

import csv
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from paths import FACTS
from tables import CUSTOMERS

from lib.errors import RecipeError
from lib.segments import Recipe, fit
from lib.segments.describe.lenses import EVERYONE, lens_columns, lenses
from lib.sources.scf import read_codebook
from lib.subject import Base, Figure, Lens, Made, Mark
from lib.subjects import SCF

AGES = ("55-64", "65-74", "75+")
SOME = 2_000
"""Rows: which figures there are hangs on columns alone."""


def value(found, figure, segment=EVERYONE):
    own = found.table[(found.table["figure"] == figure) & (found.table["segment"] == segment)]
    assert len(own) == 1, f"{figure} of {segment}"
    return own.iloc[0]


@pytest.fixture
def by_hand(households):
    """Two segments by AGE: households 1 and 2 (weights 1 and 3), households 3 and 4 (weights 2 and 2)."""
    return households(
        AGE=[20, 21, 70, 71],
        WGT=[1, 3, 2, 2],
        LATE=[1, 0, 0, 1],
        DEBT=[10, 0, 30, 60],
        ASSET=[20, 0, 100, 80],
        LEVRATIO=[0.5, 0, 0.3, 0.75],
        PIR40=[1, 0, 0, 1],
        LIQ=[6, 5, 24, 0],
        INCOME=[12, 0, 24, 12],
        NOCHK=[0, 1, 0, 0],
        WHYNOCKG=[0, 4, 0, 0],
    )


@pytest.fixture
def two(by_hand):
    return lenses(by_hand, fit(by_hand, Recipe(("AGE",), k=2)))


@pytest.mark.parametrize(
    ("figure", "segment", "expected"),
    [
        ("flag_LATE", 1, 1 / 4),  # weight 1 of 1 + 3
        ("flag_LATE", 2, 2 / 4),
        ("flag_LATE", EVERYONE, 3 / 8),
        ("flag_PIR40", 1, 1.0),  # only household 1 owes anything
        ("flag_PIR40", EVERYONE, 3 / 5),
        ("median_LEVRATIO", 1, 0.5),  # household 2 has no assets
        ("median_LEVRATIO", 2, 0.3),  # half the weight is reached at the first
        ("ratio_DEBT_ASSET", 1, 10 / 20),
        ("ratio_DEBT_ASSET", 2, (2 * 30 + 2 * 60) / (2 * 100 + 2 * 80)),
        ("months_LIQ_INCOME", 1, 6 / (12 / 12)),  # household 2 has no income and is left out
        ("months_LIQ_INCOME", 2, 0.0),
        ("codes_WHYNOCKG_4", 1, 1.0),
        ("count", 1, 4),
        ("of_all", 2, 4 / 8),
        ("of_all_ASSET", 1, 20 / (20 + 200 + 160)),
        ("of_all_DEBT", 2, 180 / 190),
    ],
)
def test_figures_by_hand(two, figure, segment, expected):
    assert value(two, figure, segment)["value"] == pytest.approx(expected)


def test_whom_a_figure_speaks_of_and_on_how_many_it_rests(two):
    assert value(two, "flag_PIR40", 1)["n"] == 1
    assert value(two, "flag_LATE", 1)["n"] == 2
    assert value(two, "months_LIQ_INCOME", EVERYONE)["n"] == 3
    assert two.table["unsure"].all()  # nothing rests on thirty households here
    assert value(two, "flag_PIR40")["base"] == "households with debt"
    nobody = value(two, "codes_WHYNOCKG_4", 2)
    assert (np.isnan(nobody["value"]), nobody["n"], nobody["text"]) == (True, 0, "nobody to ask")
    assert value(two, "codes_WHYNOCKG_4")["label"] == "Reason for no checking account: Service charges too high"
    assert value(two, "flag_LATE", 1)["text"] == "25%"


def test_published_figures_of_2022_by_age(real_2022):
    """The survey's own tables by age of the reference person; k-means on AGECL alone gives back its six groups."""
    data = real_2022
    found = lenses(data, fit(data, Recipe(("AGECL",), k=6, starts=3)))
    names = {
        "payments >40% of income, debtors %": ("flag_PIR40", 0.05),
        "credit card balance %": ("flag_HCCBAL", 0.05),
        "home-secured debt %": ("flag_HMRTHEL", 0.05),
        "debt/asset aggregate %": ("ratio_DEBT_ASSET", 0.05),
    }
    checked = 0
    for row in csv.DictReader((FACTS / "published_figures.csv").open(encoding="utf-8")):
        if row["survey"] == "2022" and row["group"] == " / ".join(AGES) and row["statistic"] in names:
            figure, within = names[row["statistic"]]
            for segment, published in zip((4, 5, 6), row["published"].split(" / "), strict=True):
                assert 100 * value(found, figure, segment)["value"] == pytest.approx(float(published), abs=within)
                checked += 1
    assert checked == 12
    # "bankruptcy last 5y", 2022, all families: 1.3%
    assert 100 * value(found, "flag_BNKRUPLAST5")["value"] == pytest.approx(1.3, abs=0.05)


def test_rows_counted_give_the_notebooks_share_of_owners(real_2019):
    """27.4% of rows but 13.4% of households own a business."""
    for counting, share in (("rows", 0.274), ("households", 0.134)):
        found = lenses(real_2019, fit(real_2019, Recipe(("AGE",), k=2, starts=1, counting=counting)))
        assert value(found, "flag_HBUS")["value"] == pytest.approx(share, abs=5e-4)
        assert found.weighted == (counting == "households")
        assert value(found, "count")["label"] == counting.capitalize()
        assert value(found, "flag_PIR40")["base"] == f"{counting} with debt"
        assert value(found, "count")["n"] == 5777


@pytest.fixture(scope="module")
def of_sample(sample):
    segmentation = fit(sample, Recipe(("NETWORTH", "AGE"), "quantile", k=4, starts=3))
    return sample, segmentation, lenses(sample, segmentation)


def test_shares_of_a_whole_add_up(of_sample):
    _, segmentation, found = of_sample
    table = found.table
    for figure in ("of_all", "of_all_ASSET", "of_all_DEBT"):
        own = table[(table["figure"] == figure) & (table["segment"] != EVERYONE)]
        assert own["value"].sum() == pytest.approx(1)
    for start in ("codes_WHYNOCKG", "flag_CK", "flag_BSHOP"):
        own = table[table["figure"].str.startswith(start)]
        assert np.allclose(own.groupby("segment")["value"].sum(), 1)
    counts = table[(table["figure"] == "count") & (table["segment"] != EVERYONE)].set_index("segment")
    assert np.allclose(counts["value"], segmentation.sizes["count"])
    assert (counts["n"] == segmentation.sizes["sampled"]).all()


def test_every_figure_is_there_once_for_each_segment_and_everyone(of_sample):
    _, _, found = of_sample
    sizes = found.table.groupby("figure").size()
    assert (sizes == 5).all()
    assert set(found.table["lens"]) == {lens.name for lens in SCF.lenses}
    assert set(found.table["unit"]) == {"share", "ratio", "months", "count"}
    shown = found.beside("Credit risk")
    assert list(shown.columns) == [1, 2, 3, 4, EVERYONE]
    assert shown.index.get_level_values("figure")[0] == "flag_LATE"
    assert found.beside("Market", text=False).to_numpy().dtype == float


def test_weights_times_a_constant_and_permuted_rows_change_nothing(of_sample):
    sample, segmentation, found = of_sample
    order = np.random.default_rng(0).permutation(len(sample))
    frame = sample.frame.iloc[order].assign(WGT=lambda f: f["WGT"] * 7)
    other = lenses(replace(sample, frame=frame), replace(segmentation, labels=segmentation.labels[order]))
    both = pd.concat([found.table, other.table], keys=["a", "b"]).set_index(["figure", "segment"], append=True)
    wide = both.droplevel(1)["value"].unstack(0)  # noqa: PD010
    same = wide.drop(index="count", level="figure")
    assert np.allclose(same["a"], same["b"], equal_nan=True)
    assert np.allclose(wide.loc["count", "a"] * 7, wide.loc["count", "b"])


def test_five_equal_implicates_are_one_household(by_hand, households):
    columns = {n: np.repeat(by_hand.values(n), 5) for n in by_hand.columns if n not in {"Y1", "WGT"}}
    five = households(**columns, WGT=np.repeat(by_hand.values("WGT") / 5, 5))
    once, often = (lenses(d, fit(d, Recipe(("AGE",), k=2))).table for d in (by_hand, five))
    assert np.allclose(once["value"], often["value"], equal_nan=True)
    assert (once["n"] == often["n"]).all()


def test_what_segments_were_made_from_is_left_out_and_named(by_hand):
    """Of two ratios of debts to assets one was left out "because the segments were made from it", and one shown."""
    found = lenses(by_hand, fit(by_hand, Recipe(("LATE", "DEBT"), k=2)))
    assert "flag_LATE" not in set(found.table["figure"])
    assert {"of_all_DEBT", "flag_PIR40"} <= set(found.table["figure"])  # a size, and a base
    # debts over assets tell something that debts do not: both are shown, and said to hold a feature
    assert {"ratio_DEBT_ASSET", "median_LEVRATIO"} <= set(found.table["figure"])
    assert found.notes == (
        "Left out, because the segments were made from it: Late on a debt payment.",
        "Made in part from total debt, by which segments were found: Debt to assets (median); Debt to assets (all "
        "debts over all assets).",
    )
    both = lenses(by_hand, fit(by_hand, Recipe(("ASSET", "DEBT"), k=2)))
    assert not {"ratio_DEBT_ASSET", "median_LEVRATIO"} & set(both.table["figure"])
    assert both.notes == (
        "Left out, because the segments were made from it: Debt to assets (median); Debt to assets (all debts over "
        "all assets).",
    )


def test_questions_of_which_a_wave_has_no_column_are_left_out(real_2019, real_2007, real_2022):
    def figures(data):
        some = data.where(np.arange(len(data)) < SOME, "some")
        return set(lenses(some, fit(some, Recipe(("AGE",), k=2, starts=1))).table["figure"])

    assert "flag_HBNPL" in figures(real_2022)
    assert "flag_HBNPL" not in figures(real_2019)
    assert {"flag_HPAYDAY", "flag_LATE", "count"} <= figures(real_2007)


def test_questions_that_a_wave_did_not_ask_are_named(by_hand):
    columns = {name: by_hand.frame[name] for name in ("YY1", "Y1", "WGT", "AGE")}
    frame = pd.DataFrame({**columns, "LATE": 1, "HPAYDAY": 0})
    book = read_codebook().restricted_to(list(frame))
    asked = replace(by_hand, frame=frame, codebook=book)
    silent = replace(by_hand, frame=frame.assign(HPAYDAY=np.nan), codebook=book.unasked(["HPAYDAY"], 2004), wave=2004)

    def seen(data):
        return lenses(data, fit(data, Recipe(("AGE",), k=2, starts=1)))

    assert "flag_HPAYDAY" in set(seen(asked).table["figure"])
    assert not any("asked" in note for note in seen(asked).notes)
    assert "flag_HPAYDAY" not in set(seen(silent).table["figure"])
    assert seen(silent).notes[-1] == "Not asked in 2004: Took a payday loan."


def test_a_table_of_customers_has_sizes_in_its_own_words(blobs):
    customers = replace(
        blobs, weight=None, id=None, implicates=1, subject=replace(SCF, entity=CUSTOMERS.entity), wave=None
    )
    found = lenses(customers, fit(customers, Recipe(("DEBT", "ASSET"), k=4)))
    assert found.table["label"].unique().tolist() == [
        "Customers",
        "Share of customers",
        "Share of all assets",
        "Share of all debts",
    ]
    assert set(found.table["base"]) == {"all customers"}
    assert value(found, "count")["value"] == 240


def test_everyone_may_be_more_than_those_segmented(by_hand):
    young = by_hand.where(by_hand.values("AGE") < 71, "below 71")
    found = lenses(young, fit(young, Recipe(("AGE",), k=2)), everyone=by_hand)
    assert value(found, "count")["value"] == 8
    assert value(found, "of_all_ASSET", 2)["value"] == pytest.approx(200 / 380)


def test_other_households_are_refused(by_hand, blobs):
    with pytest.raises(RecipeError, match="4 rows, By hand has 240"):
        lenses(blobs, fit(by_hand, Recipe(("AGE",), k=2)))


def test_figures_use_columns_of_the_codebook(sample):
    assert set(lens_columns(SCF)) - set(sample.columns) == {"HBNPL"}
    figures = [figure for lens in SCF.lenses for figure in lens.figures]
    assert len({(f.measure, f.columns) for f in figures}) == len(figures)


@pytest.mark.parametrize(
    ("features", "left_out", "kept"),
    [
        ({"DEBT", "ASSET"}, {"median_LEVRATIO", "ratio_DEBT_ASSET"}, {"flag_PIR40", "flag_HBUS"}),
        ({"NETWORTH", "ASSET"}, {"median_LEVRATIO", "ratio_DEBT_ASSET"}, {"flag_PIR40"}),
        ({"NETWORTH", "AGE"}, set(), {"median_LEVRATIO", "ratio_DEBT_ASSET"}),
        ({"LEVRATIO", "AGE"}, {"median_LEVRATIO", "ratio_DEBT_ASSET"}, {"flag_PIR40"}),
        ({"TPAY", "INCOME"}, {"flag_PIR40"}, {"median_LEVRATIO", "months_LIQ_INCOME"}),
        ({"PIRTOTAL", "AGE"}, {"flag_PIR40"}, {"median_LEVRATIO"}),
        ({"CCBAL", "NH_MORT", "HELOC"}, {"flag_HCCBAL", "flag_HMRTHEL", "flag_HHELOC"}, {"flag_HEDN_INST"}),
    ],
)
def test_what_follows_from_the_features_is_left_out_too(sample, features, left_out, kept):
    some = sample.where(np.arange(len(sample)) < SOME, "some")
    found = lenses(some, fit(some, Recipe(tuple(sorted(features)), k=2, starts=1)))
    figures = set(found.table["figure"])
    assert not left_out & figures
    assert kept <= figures


def test_debts_over_assets_do_not_reach_below_nothing(by_hand):
    """A ratio of sums stood there as "0.00 (-0.00 to 0.01)"."""
    few = replace(by_hand, frame=by_hand.frame.assign(DEBT=[0.001, 0, 0, 0.002]))
    ratio = lenses(few, fit(few, Recipe(("AGE",), k=2))).table.query("figure == 'ratio_DEBT_ASSET'")
    everyone = ratio[ratio["segment"] == EVERYONE].iloc[0]  # of two alone in a segment nothing is told
    assert everyone["low"] == 0 < everyone["high"]
    assert (everyone["text"], everyone["between"]) == ("0.00", "0.00 to 0.00")


def test_amounts_and_means_are_told_in_the_words_of_their_column(by_hand):
    lens = Lens(
        "Own",
        (
            Figure("About", ("INCOME",), "typical"),
            Figure("About", ("INCOME",), "typical", Base("{members} with income", "INCOME > 0"), key="with"),
            Figure("About", ("LATE",), "mean"),
            Figure("About", ("DEBT",), "mean", Base("nobody", "DEBT > 1e9")),
        ),
    )
    mine = replace(by_hand, subject=replace(SCF, lenses=(lens,)))
    found = lenses(mine, fit(mine, Recipe(("AGE",), k=2)))
    incomes = [value(found, name, 1) for name in ("typical_INCOME", "typical_INCOME_with")]
    assert [(one["value"], one["text"], one["n"]) for one in incomes] == [(0, "$0", 2), (12, "$12", 1)]
    assert {one["unit"] for one in incomes} == {"dollars"}
    assert value(found, "mean_LATE", 2)["value"] == pytest.approx(2 / 4)
    assert value(found, "mean_DEBT")["text"] == "nobody to ask"


def test_what_is_made_from_features_alone_is_left_out(by_hand):
    lens = Lens("Own", (Figure("About", ("PIR40",)), Figure("About", ("LATE",))))
    made = (Made("LEVRATIO", {"LIQ": 1}, over={"AGE": 1}), Mark("PIR40", "LEVRATIO", ">", 1))
    mine = replace(by_hand, subject=replace(SCF, lenses=(lens,), made=made, derived=(), identities=()))
    assert set(lenses(mine, fit(mine, Recipe(("AGE",), k=2))).table["figure"]) == {"flag_PIR40", "flag_LATE"}
    assert set(lenses(mine, fit(mine, Recipe(("AGE", "LIQ"), k=2))).table["figure"]) == {"flag_LATE"}
