"""The embedded sample stands in for the real 2019 file, and is nobody.

Every clause of what was asked of it is checked here: against the real file where it lies beside the project,
against stored aggregates of it (``data/sample_reference.json``) everywhere.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.build.amounts import INCOME_DOLLARS, rescale
from data.build.debts import KINDS, LENDERS, PURPOSES, loan_columns, loan_shares
from data.build.derive import (
    CARD_PAYMENT_SHARE,
    CONSUMER_PAYMENTS,
    CREDIT_LINE_PAYMENTS,
    EQUITY_ELSEWHERE,
    MORTGAGE_PAYMENTS,
    NO_CHECKING_REASONS,
    PERCENTILE_GROUPS,
    derive,
    equity_elsewhere,
    percentile_group,
)
from data.build.distances import SPACES, distance_quantiles, repeats
from data.build.donors import in_turns, without_repeats
from data.build.fidelity import MAIN_AMOUNTS, measures
from data.build.panel import IMPLICATES, read_survey
from data.build.report import criteria, fingerprint
from data.build.sample import REFERENCE, SAMPLE, build
from data.build.weights import raked, weighted_quantile
from lib.errors import DataError
from lib.sources import scf
from lib.subjects.scf import IDENTITIES

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "SCFP2019.csv.gz"
HOUSEHOLDS = 5777
US_HOUSEHOLDS = 128_642_431
MEGABYTE = 1_000_000

ALWAYS_ZERO = "BOTHER IOTHER MORT3 PAYORE3 PAYEDU7 PAYILN6 PAYILN7 PAYPEN3 PAYPEN6 PLOAN8"
SAVING_REASONS = [f"SAVRES{i}" for i in range(1, 10)]
CHECKING_REASONS = (
    "CKLOCATION CKLOWFEEBAL CKMANYSVCS CKRECOMFRND CKPERSONAL CKCONNECTN CKLONGTIME CKSAFETY CKCONVPAYRL CKOTHCHOOSE"
)
FOLLOW_UPS = {
    "EMERGBORR": "HBORRFF HBORRCC HBORRALT HBORRFIN",
    "EMERGSAV": "HSAVFIN HSAVNFIN",
    "EMERGPSTP": "HPSTPPAY HPSTPLN HPSTPOTH",
    "EMERGCUT": "HCUTFOOD HCUTENT HCUTOTH",
}

# Where the rules of the codebook do not give back the published file (rows of 28,885). LIQ is 1 dollar, not 0,
# for 135 rows whose accounts are all empty, and what is made of it follows; of 20 rows with several lines of
# credit only the first counts as a mortgage payment.
NOT_REPRODUCED = {
    "LIQ": 135,
    "HLIQ": 135,
    "FIN": 135,
    "HFIN": 65,
    "ASSET": 135,
    "HASSET": 10,
    "NETWORTH": 135,
    "LEVRATIO": 36,
    "MORTPAY": 20,
    "REVPAY": 20,
    "PIRMORT": 20,
    "PIRREV": 20,
}


@pytest.fixture(scope="module")
def sample():
    return pd.read_parquet(SAMPLE)


@pytest.fixture(scope="module")
def rederived(sample):
    return derive(with_equity_elsewhere(sample))


@pytest.fixture(scope="module")
def reference():
    return json.loads(REFERENCE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def measured(sample):
    return measures(sample)


@pytest.fixture(scope="module")
def real():
    if not REAL.exists():
        pytest.skip("needs the real 2019 file at ../shared/data/SCFP2019.csv.gz")
    return read_survey(REAL)


def with_equity_elsewhere(frame):
    return pd.concat([frame, pd.Series(equity_elsewhere(frame), name=EQUITY_ELSEWHERE)], axis=1)


def panel(frame, name):
    return frame[name].to_numpy(dtype=float).reshape(-1, IMPLICATES)


class TestFile:
    def test_a_flipped_bit_is_found(self, tmp_path, monkeypatch):
        whole = SAMPLE.read_bytes()
        damaged = tmp_path / "sample.parquet"
        damaged.write_bytes(whole[:9_000] + bytes([whole[9_000] ^ 4]) + whole[9_001:])
        monkeypatch.setattr(scf.survey, "SAMPLE", damaged)
        with pytest.raises(DataError, match="is damaged: fetch this project anew"):
            scf.sample(columns=["INCOME"])

    def test_it_is_small(self):
        assert SAMPLE.stat().st_size <= 4 * MEGABYTE

    def test_it_has_all_rows_and_columns(self, sample):
        assert sample.shape == (HOUSEHOLDS * IMPLICATES, 351)

    def test_ids_are_fresh_and_consecutive(self, sample):
        assert sample["YY1"].to_numpy().tolist() == np.repeat(np.arange(1, HOUSEHOLDS + 1), IMPLICATES).tolist()
        assert (sample["Y1"] == 10 * sample["YY1"] + np.tile([1, 2, 3, 4, 5], HOUSEHOLDS)).all()

    def test_columns_order_and_types_are_those_of_the_codebook_and_the_real_file(self, sample, real):
        assert sample.columns.tolist() == real.columns.tolist()
        assert sample.dtypes.tolist() == real.dtypes.tolist()

    def test_columns_are_those_of_the_reference(self, sample, reference):
        assert set(reference["varying"]) == set(sample.columns) - {"YY1", "Y1"}

    def test_weights_are_positive_tame_and_sum_to_the_households_of_the_country(self, sample):
        assert sample["WGT"].sum() == pytest.approx(US_HOUSEHOLDS, abs=1)
        assert sample["WGT"].min() > 0.1
        assert sample["WGT"].max() < 4 * sample["WGT"].mean()

    def test_only_the_market_index_is_missing_and_only_for_one_household(self, sample):
        missing = sample.isna().sum()
        assert missing[missing > 0].to_dict() == {"WILSH": 5}
        assert len(sample.loc[sample["WILSH"].isna(), "YY1"].unique()) == 1


class TestIdentities:
    @pytest.mark.parametrize("identity", IDENTITIES, ids=lambda i: f"{i.total}-{len(i.parts)}")
    def test_accounting_identity_holds_on_every_row(self, sample, identity):
        np.testing.assert_allclose(sample[identity.total], identity.value(sample), rtol=0, atol=1e-3)

    def test_payments_add_up(self, sample):
        payments = [name for name in sample.columns if name.startswith("PAY")]
        lines, cards = sample[CREDIT_LINE_PAYMENTS].sum(axis=1), CARD_PAYMENT_SHARE * sample["CCBAL"]
        secured = sample["HELOC"] > 0
        expected = {
            "TPAY": sample[payments].sum(axis=1) + cards,
            "MORTPAY": sample[MORTGAGE_PAYMENTS].sum(axis=1) + lines.where(secured, 0),
            "REVPAY": lines.where(~secured, 0) + cards,
            "CONSPAY": sample[CONSUMER_PAYMENTS].sum(axis=1),
        }
        for name, values in expected.items():
            np.testing.assert_allclose(sample[name], values, rtol=0, atol=1e-3, err_msg=name)

    def test_equity_is_at_least_its_published_parts(self, sample):
        assert (sample["EQUITY"] >= sample["DEQ"] + sample["RETEQ"] - 1e-6).all()
        assert (sample["RETEQ"] <= sample["RETQLIQ"].clip(lower=0)).all()

    @pytest.mark.parametrize(
        ("smaller", "larger"),
        [
            ("PENACCTWD", "SSRETINC"),
            ("MORT1", "RESDBT"),
            ("LATE60", "LATE"),
            ("TURNDOWN", "CRDAPP"),
            ("HEXTRACT_EVER", "REFIN_EVER"),
            ("HHELOC", "HELOC_YN"),
            ("HMRTHEL", "HHOUSES"),
            ("BPLANCJ", "ANYPEN"),
        ],
    )
    def test_a_part_never_exceeds_its_whole(self, sample, smaller, larger):
        assert (sample[smaller] <= sample[larger]).all()

    def test_loans_on_other_property_stay_within_its_debt(self, sample):
        assert (sample["MORT1"] + sample["MORT2"] <= sample["RESDBT"]).all()

    def test_who_owns_no_business_has_no_business_equity(self, sample):
        assert (sample.loc[sample["HBUS"] == 0, ["BUS", "KGBUS", "FARMBUS"]] == 0).all(axis=None)


class TestDerivedColumns:
    def test_every_derived_column_is_what_its_parts_say(self, sample, rederived):
        differing = {
            name: int((~np.isclose(sample[name], rederived[name], rtol=1e-8, atol=1e-4, equal_nan=True)).sum())
            for name in sample.columns
        }
        assert {name: rows for name, rows in differing.items() if rows} == {}

    def test_percentile_groups_are_exactly_those_of_the_own_weights(self, sample, rederived):
        for name in PERCENTILE_GROUPS:
            assert (sample[name] == rederived[name]).all(), name

    @pytest.mark.parametrize(
        ("column", "shares"), [("INCCAT", [20, 20, 20, 20, 10, 10]), ("NWCAT", [25, 25, 25, 15, 10])]
    )
    def test_percentile_groups_have_the_weight_they_are_named_for(self, sample, column, shares):
        weights = sample.groupby(column)["WGT"].sum() / sample["WGT"].sum() * 100
        np.testing.assert_allclose(weights, shares, atol=0.05)

    def test_the_rules_reproduce_the_real_file_but_for_known_rows(self, real):
        again = derive(with_equity_elsewhere(real))
        differing = {
            name: int((~np.isclose(real[name], again[name], rtol=1e-8, atol=1e-4, equal_nan=True)).sum())
            for name in real.columns
        }
        assert {name: rows for name, rows in differing.items() if rows} == NOT_REPRODUCED


class TestCodes:
    def test_no_code_is_new(self, sample, reference):
        for name, codes in reference["codes"].items():
            assert set(sample[name].dropna().unique()) <= set(codes), name

    @pytest.mark.parametrize("column", ALWAYS_ZERO.split())
    def test_columns_unused_in_2019_stay_zero(self, sample, column):
        assert (sample[column] == 0).all()

    @pytest.mark.parametrize(
        "flags", [SAVING_REASONS, ["BSHOPNONE", "BSHOPMODR", "BSHOPGRDL"], ["ISHOPNONE", "ISHOPMODR", "ISHOPGRDL"]]
    )
    def test_exactly_one_answer_is_marked(self, sample, flags):
        assert (sample[flags].sum(axis=1) == 1).all()

    def test_reasons_for_the_bank_are_given_by_those_with_checking_and_against_it_by_those_without(self, sample):
        without = sample["NOCHK"] == 1
        assert (sample[CHECKING_REASONS.split()].sum(axis=1) == (~without).astype(int)).all()
        assert (sample[list(NO_CHECKING_REASONS)].sum(axis=1) == without.astype(int)).all()
        assert ((sample["WHYNOCKG"] != 0) == without).all()
        assert ((sample["EHCHKG"] != 0) == without).all()
        assert (sample.loc[without, "CHECKING"] == 0).all()

    def test_emergency_questions_are_asked_and_followed_up_as_in_the_survey(self, sample, reference):
        asked = sample[list(FOLLOW_UPS)].sum(axis=1)
        assert asked.max() == 1
        assert (asked[sample["WSAVED"] == 1] == 0).all()
        for flag, follow_ups in FOLLOW_UPS.items():
            answers = sample[follow_ups.split()].sum(axis=1)
            assert answers.max() <= 2, flag
            # Nine rows of the real file answer about borrowing unasked.
            assert ((answers > 0) & (sample[flag] == 0)).sum() <= 30, flag

    def test_groupings_of_race_and_work_agree(self, sample):
        assert ((sample["RACECL"] == 1) == (sample["RACECL4"] == 1)).all()
        not_working = sample["OCCAT1"].isin([3, 4])
        assert ((sample["OCCAT2"] == 4) == not_working).all()
        assert ((sample["INDCAT"] == 4) == not_working).all()

    def test_sentinels_stand_for_what_they_stand_for_in_the_survey(self, sample):
        assert (sample["KNOWL"] == -1).any()
        assert not (sample["KNOWL"] == 0).any()
        assert (sample["EDUC"] == -1).any()
        assert not (sample["EDUC"] == 0).any()
        odd = sample["CURRPEN"] < 0
        assert odd.any()
        assert (sample.loc[odd, "CURRPEN"] == -1).all()
        assert (sample["RETQLIQ"] >= -1).all()
        broke = (sample["INCOME"] == 0) & (sample["DEBT"] > 0)
        assert broke.any()
        assert (sample.loc[broke, "DEBT2INC"] == 10).all()
        bare = (sample["ASSET"] == 0) & (sample["DEBT"] > 0)
        assert bare.any()
        assert (sample.loc[bare, "LEVRATIO"] == 1).all()
        assert (sample.loc[sample["DEBT"] == 0, ["LEVRATIO", "DEBT2INC"]] == 0).all(axis=None)

    def test_only_columns_that_may_be_negative_are(self, sample, real):
        negative = {name for name in sample.columns if sample[name].min() < 0}
        assert negative <= {name for name in real.columns if real[name].min() < 0}


class TestImplicates:
    def test_columns_that_never_differ_between_implicates_never_do(self, measured, reference):
        never = {name for name, share in reference["varying"].items() if share == 0}
        assert {name for name in never if measured["varying"][name] > 0} == set()

    def test_each_column_differs_in_about_as_many_households(self, measured, reference):
        gaps = {name: measured["varying"][name] - share for name, share in reference["varying"].items()}
        assert {name: gap for name, gap in gaps.items() if abs(gap) > 0.05} == {}

    @pytest.mark.parametrize("column", [*MAIN_AMOUNTS, "WGT"])
    def test_implicates_differ_by_about_as_much(self, measured, reference, column):
        np.testing.assert_allclose(measured["spread"][column], reference["spread"][column], rtol=0.25, atol=0.01)

    def test_amounts_are_about_as_round(self, measured, reference):
        gaps = {name: measured["round"][name] - share for name, share in reference["round"].items()}
        assert {name: gap for name, gap in gaps.items() if abs(gap) > 0.12} == {}

    def test_income_is_in_last_years_round_dollars(self, sample):
        dollars = sample["WAGEINC"].to_numpy() / INCOME_DOLLARS
        np.testing.assert_allclose(dollars, np.round(dollars), atol=0.06)


class TestFidelity:
    def test_every_figure_is_within_its_tolerance(self, measured, reference):
        every = list(criteria(measured, reference))
        assert len(every) > 155
        assert [c for c in every if not c.holds] == []

    @pytest.mark.parametrize("population", ["fearful", "small_business"])
    def test_the_same_five_columns_lead_by_trimmed_variance(self, measured, reference, population):
        assert set(measured["leaders"][population]) == set(reference["leaders"][population])

    @pytest.mark.parametrize("population", ["fearful", "small_business"])
    def test_the_named_populations_have_about_as_many_rows(self, measured, reference, population):
        assert measured["rows"][population] == pytest.approx(reference["rows"][population], rel=0.05)

    @pytest.mark.parametrize("sweep", ["two", "five"])
    def test_inertia_falls_with_every_segment_more(self, measured, sweep):
        assert (np.diff(measured["sweeps"][sweep]) < 0).all()

    def test_the_stored_figures_are_those_of_the_real_file(self, real, reference):
        again = json.loads(json.dumps(measures(real)))
        for name, curve in again.pop("sweeps").items():
            np.testing.assert_allclose(curve, reference["sweeps"][name], rtol=1e-3)
        for name in ("weight", "mean_net_worth"):
            assert again.pop(name) == pytest.approx(reference[name])
        for name, figures in again.items():
            assert figures == reference[name], name

    def test_the_stored_curve_is_the_one_that_the_notebooks_print(self, reference):
        """k = 2 and 3 of the well-known notebooks' sweep on DEBT and HOUSES of the credit fearful."""
        np.testing.assert_allclose(reference["sweeps"]["two"][:2], [3.018038e15, 9.395540e14], rtol=1e-6)


class TestNobody:
    def test_the_stored_distances_are_those_of_this_sample(self, sample, reference):
        assert fingerprint(sample) == reference["sample"]

    @pytest.mark.parametrize("space", SPACES)
    def test_distances_to_real_households_are_no_smaller_than_between_real_ones(self, reference, space):
        """At the 1st, 5th and 25th percentile and at the median."""
        distances = reference["distances"][space]
        assert reference["distance_quantiles"][:4] == [0.01, 0.05, 0.25, 0.5]
        for synthetic, between in list(zip(*distances.values(), strict=True))[:4]:
            assert synthetic >= between

    def test_the_stored_distances_are_found_again(self, sample, real, reference):
        for space, distances in distance_quantiles(sample, real).items():
            for name, quantiles in distances.items():
                np.testing.assert_allclose(quantiles, reference["distances"][space][name], rtol=1e-3)

    def test_no_row_repeats_a_real_one_in_its_dollar_columns(self, sample, real, reference):
        assert reference["repeats"] == 0
        assert repeats(sample, real, reference["dollar_columns"]) == 0

    def test_a_repeated_row_would_be_found(self, sample, real, reference):
        copied = pd.concat([sample.head(10), real.tail(10)])
        assert repeats(copied, real, reference["dollar_columns"]) >= 5


class TestBuild:
    def test_the_same_seed_gives_the_stored_sample(self, sample, real):
        pd.testing.assert_frame_equal(build(real), sample, check_exact=False, rtol=1e-9)

    def test_percentile_groups_cut_ties_by_record(self):
        """Weights 1 each and a cut at one half: of three equal values the first two by id are below."""
        values, records = np.array([5.0, 5.0, 5.0, 9.0]), np.array([31, 11, 21, 41])
        assert percentile_group(values, np.ones(4), records, (0.5,)).tolist() == [2, 1, 1, 2]

    def test_a_weighted_quantile_is_the_first_value_that_reaches_the_share(self):
        assert weighted_quantile(np.array([3.0, 1.0, 2.0]), np.array([1.0, 2.0, 1.0]), (0.5, 0.75)).tolist() == [1, 2]

    def test_rescaled_amounts_keep_zeros_ties_and_round_numbers(self):
        amounts = np.array([[0, 250_000, 250_000, 260_000, 1_234]])
        assert rescale("HOUSES", amounts, np.array([[1.1]])).tolist() == [[0, 280_000, 280_000, 290_000, 1_357]]

    def test_rescaling_keeps_the_sentinel_of_pensions(self):
        assert rescale("CURRPEN", np.array([[-1, 10_000]]), np.array([[1.3]])).tolist() == [[-1, 13_000]]

    def test_rescaled_income_is_rounded_in_last_years_dollars(self):
        raised = rescale("WAGEINC", np.array([[50_000 * INCOME_DOLLARS]]), np.array([[1.26]]))
        assert raised[0, 0] / INCOME_DOLLARS == pytest.approx(65_000)

    def test_loans_by_purpose_and_by_lender_add_up_to_debt(self):
        debts = {kind: np.zeros((1, 5)) for kind in KINDS}
        debts["CCBAL"][:] = 333
        debts["NH_MORT"][:] = 100_001
        real = debts | {name: np.zeros((1, 5)) for name in (*PURPOSES, *LENDERS)}
        real["PLOAN4"], real["PLOAN1"], real["PLOAN2"] = (
            real["CCBAL"],
            debts["NH_MORT"] - 40_000,
            np.full((1, 5), 40_000),
        )
        real["LLOAN10"], real["LLOAN6"] = real["CCBAL"], debts["NH_MORT"]
        loans = loan_columns(debts, loan_shares(real))
        for columns in (PURPOSES, LENDERS):
            assert (sum(loans[name] for name in columns) == 100_334).all()
        assert (loans["PLOAN2"] == 40_000).all()
        assert (loans["LLOAN6"] == 100_001).all()

    def test_donors_take_turns(self):
        draws = in_turns(np.array([3, 5, 8]), 7, np.random.default_rng(0))
        assert np.bincount(draws)[[3, 5, 8]].tolist() in ([3, 2, 2], [2, 3, 2], [2, 2, 3])

    def test_nobody_gets_a_donor_twice(self):
        donors, taken = np.array([0, 1, 2, 3]), np.array([[0, 1], [1, 2], [2, 3], [3, 0]])
        found = without_repeats(donors, np.arange(4), taken, np.random.default_rng(0))
        assert not (taken == found[:, None]).any()

    def test_raking_meets_the_margins_and_the_total_of_the_real_file(self, sample):
        """The sample with other weights, raked to itself, has its own margins again."""
        lighter = sample.assign(WGT=sample["WGT"] * np.where(sample["TURNFEAR"] == 1, 0.5, 1.0))
        weights = raked(lighter, sample)
        assert weights.sum() == pytest.approx(sample["WGT"].sum())
        assert weights[lighter["TURNFEAR"] == 1].sum() == pytest.approx(
            sample.loc[sample["TURNFEAR"] == 1, "WGT"].sum(), rel=1e-2
        )
