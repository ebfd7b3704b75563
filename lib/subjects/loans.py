"""Applications for loans: who applies, for how much, with what assets and what credit score, and what was decided.

The names are those of a table that many practise on ("loan_approval_dataset", 4,269 applications). Its credit scores
are those of the Indian bureau CIBIL, so its amounts are probably rupees; the file does not say so, and no currency is
shown. Facts about it in definitions and comments were measured on that file.
"""

from __future__ import annotations

from types import MappingProxyType

from lib.subject import (
    EVERYONE,
    Base,
    Clause,
    Entity,
    Figure,
    FirstLook,
    HeadlineFigure,
    Identity,
    Lens,
    Made,
    Mark,
    NamedPopulation,
    Subject,
    Telling,
    Wording,
)

_ASSETS = MappingProxyType(
    dict.fromkeys(
        ("residential_assets_value", "commercial_assets_value", "luxury_assets_value", "bank_asset_value"), 1.0
    )
)
_BANDS = (450, 550, 650, 750)

MADE: tuple[Made | Mark, ...] = (
    Made("loan_over_income", {"loan_amount": 1}, over={"income_annum": 1}),
    Made("monthly_instalment", {"loan_amount": 1}, over={"loan_term": 12}),
    Made("instalment_over_income", {"monthly_instalment": 12}, over={"income_annum": 1}),
    Made("total_assets", _ASSETS),
    Made("assets_over_loan", {"total_assets": 1}, over={"loan_amount": 1}),
    Mark("assets_below_loan", "assets_over_loan", "<", 1),
    *(Mark(f"score_from_{score}", "cibil_score", ">=", score) for score in _BANDS),
    Made("score_band", {f"score_from_{score}": 1 for score in _BANDS}),
)

# Lenses: what was decided, and who asked for what

_GOOD_SCORE = Base("{members} with a score of 550 and more", "cibil_score >= 550")
_LOW_SCORE = Base("{members} with a score below 550", "cibil_score < 550")

_APPROVAL = Lens(
    "Approval",
    (
        Figure("Decision", ("loan_status",), label="Approved"),
        Figure("By credit score", ("loan_status",), base=_GOOD_SCORE, label="Approved", key="from_550"),
        Figure("By credit score", ("loan_status",), base=_LOW_SCORE, label="Approved", key="below_550"),
    ),
    glance=("loan_status",),
)
_RISK = Lens(
    "Risk",
    (
        Figure("Credit score", ("cibil_score",), "typical", label="Credit score (median)"),
        Figure("Credit score", ("score_band",), "codes"),
        Figure("Burden", ("loan_over_income",), "median", label="Loan over income (median)"),
        Figure("Burden", ("loan_amount", "income_annum"), "ratio", label="All loans over all incomes"),
        Figure("Burden", ("instalment_over_income",), "typical", label="Instalment over income (median)"),
        Figure("Cushion", ("assets_over_loan",), "median", label="Assets over loan (median)"),
        Figure("Cushion", ("assets_below_loan",)),
    ),
    glance=("assets_below_loan",),
)
_MARKETING = Lens(
    "Marketing",
    (
        Figure("Size", (), "count", label="{Members}"),
        Figure("Size", (), "of_all", label="Share of {members}"),
        Figure("Size", ("income_annum",), "of_all", label="Share of all incomes"),
        Figure("Who they are", ("income_annum",), "typical", label="Yearly income (median)"),
        Figure("Who they are", ("total_assets",), "typical", label="Total assets (median)"),
        Figure("Who they are", ("no_of_dependents",), "mean", label="Dependents (mean)"),
        Figure("Who they are", ("education",), label="Graduates"),
        Figure("Who they are", ("self_employed",)),
    ),
    glance=("self_employed",),
)
_PRODUCT = Lens(
    "Product",
    (
        Figure("Loan", ("loan_amount",), "typical", label="Loan (median)"),
        Figure("Loan", ("loan_term",), "typical", label="Term in years (median)"),
        Figure("Loan", ("monthly_instalment",), "typical", label="Monthly instalment (median)"),
        Figure("Volume", ("loan_amount",), "of_all", label="Share of all loans"),
    ),
)

# Words

_ABOUT_DATA = """
**Loan applications** are known by their columns: income_annum, loan_amount, loan_term, cibil_score, loan_status and
eight more, in any order and in upper or lower case. Blanks around names and values are cut off. The file that brought
these names into the world is *loan_approval_dataset* (4,269 applications, 13 columns), published for practice. CIBIL is
India's credit bureau, so amounts are probably rupees; the file does not say, and amounts carry no sign.

What is worth knowing of that file: 28 residential assets are below zero (-100,000 each) and are kept as they are. Of
2,484 applications with a score of 550 and more 2,471 were approved; of 1,785 with a lower one, 185. Decisions follow a
rule without exception: approved is who has assets of at least the loan and either a score of 550 and more, or a term
of at most 4 years with a loan of at least three yearly incomes. So the table is probably made up: it is good for
learning, and no experience of a bank. Instalments are the loan in equal monthly parts, without interest.
"""

_ABOUT_SYNTHETIC = """
The **example** that comes with the app holds 3,000 synthetic applications. They were drawn from a written-down model:
how each column is spread, and how amounts follow incomes. No row is a real application, medians and shares are near
those of the file, and none of its figures should be quoted.
"""

LOANS = Subject(
    key="loans",
    entity=Entity("applicant", "applicants"),
    currency=None,
    wording=Wording(
        whole="loan applicants",
        source="Table",
        source_help="Applications for loans: income, assets, credit score and what was decided.",
        synthetic="Synthetic data drawn from a model of loan applications: no row is a real applicant",
        example="cibil_score < 550 and loan_over_income > 3",
        placeholder="Income, loan, credit score ...",
        about_data=_ABOUT_DATA,
        about_synthetic=_ABOUT_SYNTHETIC,
    ),
    populations=(
        EVERYONE,
        NamedPopulation("good-score", "Credit score of 550 and more", "cibil_score >= 550"),
        NamedPopulation("low-score", "Credit score below 550", "cibil_score < 550"),
        NamedPopulation("approved", "Approved", "loan_status == 1"),
        NamedPopulation("rejected", "Rejected", "loan_status == 0"),
        NamedPopulation("self-employed", "Self-employed", "self_employed == 1"),
    ),
    headlines=(
        HeadlineFigure("Approved", "loan_status", "share"),
        HeadlineFigure("Median loan", "loan_amount", "median"),
        HeadlineFigure("Median income", "income_annum", "median"),
        HeadlineFigure("Median credit score", "cibil_score", "median"),
        HeadlineFigure("Loan over income", "loan_over_income", "median"),
    ),
    identities=(Identity("total_assets", _ASSETS),),
    codebook="codebook_loans.csv",
    made=MADE,
    bounds=MappingProxyType(
        {"cibil_score": (300.0, 900.0)}
        | dict.fromkeys((*_ASSETS, "income_annum", "loan_amount", "loan_term"), (0.0, float("inf")))
    ),
    outcomes=frozenset({"loan_status"}),
    lenses=(_APPROVAL, _RISK, _MARKETING, _PRODUCT),
    first=FirstLook(
        show="loan_status",
        by="score_band",
        amount="loan_amount",
        pair=("income_annum", "loan_amount"),
        correlated=("income_annum", "loan_amount", "cibil_score", "total_assets", "loan_term"),
        ordered=("score_band",),
        features=("cibil_score", "loan_over_income", "assets_over_loan", "loan_term", "income_annum"),
        group="Loan",
        who=("loan_status", "score_band", "education", "self_employed"),
        also=("income_annum", "loan_amount", "loan_term", "cibil_score", "total_assets"),
        facts=("loan_status", "education", "self_employed", "no_of_dependents", "loan_over_income"),
    ),
    telling=Telling(
        columns=(
            *("education", "self_employed", "no_of_dependents", "income_annum", "total_assets", "cibil_score"),
            *("loan_amount", "loan_term", "loan_over_income", "loan_status"),
        ),
        sentences=(
            (
                Clause("{education}"),
                Clause(", self-employed", "self_employed == 1"),
                Clause(", nobody depends on them", "no_of_dependents == 0"),
                Clause(", 1 dependent", "no_of_dependents == 1"),
                Clause(", {no_of_dependents} dependents", "no_of_dependents > 1"),
            ),
            (
                Clause("earns {income_annum} a year"),
                Clause(", owns {total_assets}"),
                Clause(", credit score {cibil_score}"),
            ),
            (
                Clause("asked for {loan_amount}"),
                Clause(" over {loan_term} years"),
                Clause(", {loan_over_income} yearly incomes"),
            ),
            (Clause("{loan_status}"),),
        ),
    ),
)
