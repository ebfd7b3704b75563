"""How card holders use their cards: balances, purchases, cash advances and payments of some months.

The names are those of a table that many teach with ("CC GENERAL", 8,950 customers of an unnamed bank). It names no
currency, so none is shown. Facts about it in definitions and comments were measured on that file.
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

# holds to the cent on 8,931 of the 8,950 rows; on the other 19 the parts are 20 to 600 more than the whole
PARTS = MappingProxyType({"ONEOFF_PURCHASES": 1.0, "INSTALLMENTS_PURCHASES": 1.0})

_FREQUENCIES = (
    "BALANCE_FREQUENCY",
    "PURCHASES_FREQUENCY",
    "ONEOFF_PURCHASES_FREQUENCY",
    "PURCHASES_INSTALLMENTS_FREQUENCY",
    "CASH_ADVANCE_FREQUENCY",
)

MADE: tuple[Made | Mark, ...] = (
    Made("LIMIT_USED", {"BALANCE": 1}, over={"CREDIT_LIMIT": 1}),
    Mark("NEAR_LIMIT", "LIMIT_USED", ">=", 0.9),
    Mark("OVER_LIMIT", "LIMIT_USED", ">", 1),
    Made("AVERAGE_PURCHASE", {"PURCHASES": 1}, over={"PURCHASES_TRX": 1}),
    Made("INSTALMENT_SHARE", {"INSTALLMENTS_PURCHASES": 1}, over={"PURCHASES": 1}),
    Mark("HAS_ONEOFF", "ONEOFF_PURCHASES", ">", 0),
    Mark("HAS_INSTALMENTS", "INSTALLMENTS_PURCHASES", ">", 0),
    Made("KIND_OF_PURCHASES", {"HAS_ONEOFF": 1, "HAS_INSTALMENTS": 2}),
    Made("CASH_ADVANCE_SHARE", {"CASH_ADVANCE": 1}, over={"CASH_ADVANCE": 1, "PURCHASES": 1}),
    Mark("HAS_CASH_ADVANCE", "CASH_ADVANCE", ">", 0),
    Made("PAID_TO_MINIMUM", {"PAYMENTS": 1}, over={"MINIMUM_PAYMENTS": 1}),
    Mark("PAID_BELOW_MINIMUM", "PAID_TO_MINIMUM", "<", 1),
    Mark("PAID_NOTHING", "PAYMENTS", "==", 0),
    Mark("EVER_IN_FULL", "PRC_FULL_PAYMENT", ">", 0),
    Mark("ALWAYS_IN_FULL", "PRC_FULL_PAYMENT", ">=", 1),
    Made("HOW_PAID", {"EVER_IN_FULL": 1, "ALWAYS_IN_FULL": 1}),
    Mark("FULL_YEAR", "TENURE", ">=", 12),
)

# Lenses

_WITH_LIMIT = Base("{members} with a limit above 0", "CREDIT_LIMIT > 0")
_WITH_MINIMUM = Base("{members} with a minimum above 0", "MINIMUM_PAYMENTS > 0")
_BUYERS = Base("{members} who bought something", "PURCHASES > 0")
_COUNTED = Base("{members} with purchases that were counted", "PURCHASES_TRX > 0")
_DRAWERS = Base("{members} who drew cash", "CASH_ADVANCE > 0")

_RISK = Lens(
    "Risk",
    (
        Figure("Payments", ("PAID_BELOW_MINIMUM",), base=_WITH_MINIMUM),
        Figure("Payments", ("PAID_TO_MINIMUM",), "median", _WITH_MINIMUM, "Payments over minimum (median)"),
        Figure("Payments", ("PAYMENTS", "MINIMUM_PAYMENTS"), "ratio", _WITH_MINIMUM, "All payments over all minimums"),
        Figure("Payments", ("PAID_NOTHING",)),
        Figure("Limit", ("LIMIT_USED",), "typical", _WITH_LIMIT, "Use of limit (median)"),
        Figure("Limit", ("NEAR_LIMIT",), base=_WITH_LIMIT),
        Figure("Limit", ("OVER_LIMIT",), base=_WITH_LIMIT),
        Figure("Cash advances", ("HAS_CASH_ADVANCE",)),
        Figure("Cash advances", ("CASH_ADVANCE",), "typical", _DRAWERS, "Cash advances (median)"),
        Figure("Cash advances", ("CASH_ADVANCE",), "of_all", label="Share of all cash advances"),
    ),
    glance=("PAID_BELOW_MINIMUM", "NEAR_LIMIT", "HAS_CASH_ADVANCE"),
)
_VALUE = Lens(
    "Value",
    (
        Figure("Size", (), "count", label="{Members}"),
        Figure("Size", (), "of_all", label="Share of {members}"),
        Figure("Size", ("PURCHASES",), "of_all", label="Share of all purchases"),
        Figure("Size", ("BALANCE",), "of_all", label="Share of all balances"),
        Figure("Size", ("PAYMENTS",), "of_all", label="Share of all payments"),
        Figure("Each", ("PURCHASES",), "typical", label="Purchases (median)"),
        Figure("Each", ("CREDIT_LIMIT",), "typical", _WITH_LIMIT, "Credit limit (median)"),
        Figure("Each", ("BALANCE",), "typical", label="Balance (median)"),
        Figure("Tenure", ("TENURE",), "mean", label="Tenure in months (mean)"),
        Figure("Tenure", ("FULL_YEAR",)),
    ),
    glance=("EVER_IN_FULL", "FULL_YEAR"),
)
_BEHAVIOUR = Lens(
    "Behaviour",
    (
        *(Figure("How often", (name,), "mean") for name in _FREQUENCIES),
        Figure("Purchases", ("KIND_OF_PURCHASES",), "codes"),
        Figure("Purchases", ("INSTALLMENTS_PURCHASES", "PURCHASES"), "ratio", _BUYERS, "Instalments in all purchases"),
        Figure("Purchases", ("AVERAGE_PURCHASE",), "typical", _COUNTED, "Average purchase (median)"),
        Figure("Paid in full", ("HOW_PAID",), "codes"),
        Figure("Paid in full", ("PRC_FULL_PAYMENT",), "mean", label="Share of months paid in full (mean)"),
    ),
)

# Words

_ABOUT_DATA = """
**Card usage** is known by its columns: BALANCE, PURCHASES, CASH_ADVANCE, CREDIT_LIMIT, PAYMENTS and a dozen more, in
any order and in upper or lower case. The file that brought these names into the world is *CC GENERAL* (8,950 customers,
18 columns), published for teaching; it names neither bank nor country nor currency, so amounts carry no sign.

What is worth knowing of that file: 314 cells are blank (313 minimum payments, 1 credit limit); purchases are the sum
of one-off purchases and instalments to the cent, but for 19 customers; 2,365 of the 8,637 with a known minimum paid
less than it; 227 owe more than their limit. Use of limit, payments over minimum and other ratios are made when a table
is read: where one would be divided by zero or by nothing it is blank, and the notes count these.
"""

_ABOUT_SYNTHETIC = """
The **example** that comes with the app holds 3,000 synthetic customers. They were drawn from a written-down model:
quantiles of each column, rounded, and how the columns go together. No row is a real customer, medians and shares are
near those of the file, and none of its figures should be quoted.
"""

CARDS = Subject(
    key="cards",
    entity=Entity("customer", "customers"),
    currency=None,
    wording=Wording(
        whole="card customers",
        source="Table",
        source_help="How customers use their credit cards: balances, purchases, cash advances and payments.",
        synthetic="Synthetic data drawn from a model of card usage: no row is a real customer",
        example="BALANCE > 1000 and HAS_CASH_ADVANCE == 1",
        placeholder="Balance, purchases, payments ...",
        about_data=_ABOUT_DATA,
        about_synthetic=_ABOUT_SYNTHETIC,
    ),
    populations=(
        EVERYONE,
        NamedPopulation("revolvers", "Revolvers: never paid in full", "PRC_FULL_PAYMENT == 0 and BALANCE > 0"),
        NamedPopulation("in-full", "Paid in full every month", "PRC_FULL_PAYMENT == 1"),
        NamedPopulation("cash", "Drew cash", "CASH_ADVANCE > 0"),
        NamedPopulation("below-minimum", "Paid less than the minimum", "PAID_BELOW_MINIMUM == 1"),
    ),
    headlines=(
        HeadlineFigure("Median balance", "BALANCE", "median"),
        HeadlineFigure("Median purchases", "PURCHASES", "median"),
        HeadlineFigure("Median use of limit", "LIMIT_USED", "median"),
        HeadlineFigure("Drew cash", "HAS_CASH_ADVANCE", "share"),
        HeadlineFigure("Paid in full every month", "ALWAYS_IN_FULL", "share"),
    ),
    identities=(Identity("PURCHASES", PARTS),),
    codebook="codebook_cards.csv",
    made=MADE,
    bounds=MappingProxyType(dict.fromkeys((*_FREQUENCIES, "PRC_FULL_PAYMENT"), (0.0, 1.0))),
    lenses=(_RISK, _VALUE, _BEHAVIOUR),
    first=FirstLook(
        show="KIND_OF_PURCHASES",
        by="HAS_CASH_ADVANCE",
        amount="BALANCE",
        pair=("BALANCE", "PURCHASES"),
        correlated=("BALANCE", "PURCHASES", "CASH_ADVANCE", "CREDIT_LIMIT", "PAYMENTS"),
        ordered=("HOW_PAID",),
        # without those that have blanks in the known file
        features=("BALANCE", "PURCHASES", "CASH_ADVANCE", "PAYMENTS", "PURCHASES_FREQUENCY"),
        group="Purchases",
        who=("KIND_OF_PURCHASES", "HOW_PAID", "HAS_CASH_ADVANCE", "FULL_YEAR"),
        also=("BALANCE", "CREDIT_LIMIT", "PURCHASES", "CASH_ADVANCE", "PAYMENTS"),
        facts=("KIND_OF_PURCHASES", "HOW_PAID", "LIMIT_USED", "PAID_TO_MINIMUM", "TENURE"),
    ),
    telling=Telling(
        columns=(
            *("TENURE", "BALANCE", "CREDIT_LIMIT", "LIMIT_USED", "KIND_OF_PURCHASES", "PURCHASES", "PURCHASES_TRX"),
            *("CASH_ADVANCE", "CASH_ADVANCE_TRX", "HOW_PAID", "PAYMENTS", "MINIMUM_PAYMENTS"),
        ),
        sentences=(
            (Clause("owes {BALANCE}"), Clause(" of a limit of {CREDIT_LIMIT} ({LIMIT_USED})", "CREDIT_LIMIT > 0")),
            (Clause("no purchases in {TENURE} months", "PURCHASES == 0"),),
            (
                Clause("bought for {PURCHASES} in {TENURE} months", "PURCHASES > 0"),
                Clause(", at one go", "KIND_OF_PURCHASES == 1"),
                Clause(", in instalments", "KIND_OF_PURCHASES == 2"),
                Clause(", both at one go and in instalments", "KIND_OF_PURCHASES == 3"),
            ),
            (Clause("drew {CASH_ADVANCE} in cash", "CASH_ADVANCE > 0"),),
            (
                Clause("paid {PAYMENTS}"),
                Clause(", with a minimum of {MINIMUM_PAYMENTS}", "MINIMUM_PAYMENTS > 0"),
                Clause("; never in full", "HOW_PAID == 0"),
                Clause("; in full in some months", "HOW_PAID == 1"),
                Clause("; in full every month", "HOW_PAID == 2"),
            ),
        ),
    ),
)
