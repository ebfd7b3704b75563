"""The Survey of Consumer Finances: US households, asked every three years by the Federal Reserve Board.

The accounting follows the definitions in ``data/codebook.csv``, each checked on every row of the 2007, 2019 and 2022
files. It serves three ends: to check a file, to rebuild a column that a release got wrong, and to tell a person that
two features say the same thing.
"""

from __future__ import annotations

from types import MappingProxyType

from lib.subject import (
    ALL,
    BRING,
    EVERYONE,
    Base,
    Change,
    Clause,
    Currency,
    Derived,
    Entity,
    Figure,
    FirstLook,
    HeadlineFigure,
    Identity,
    LeadingRate,
    LeadingShare,
    Lens,
    NamedPopulation,
    Subject,
    Telling,
    Way,
    Wording,
)
from lib.subjects.scf_words import ABOUT_DATA, ABOUT_SYNTHETIC, ESTIMATES

# Accounting


def _identity(total: str, plus: str, minus: str = "", **weighted: float) -> Identity:
    parts = dict.fromkeys(plus.split(), 1.0) | dict.fromkeys(minus.split(), -1.0) | weighted
    return Identity(total, MappingProxyType(parts))


IDENTITIES: tuple[Identity, ...] = (
    _identity("NETWORTH", "ASSET", minus="DEBT"),
    _identity("ASSET", "FIN NFIN"),
    _identity("FIN", "LIQ CDS NMMF STOCKS BOND RETQLIQ SAVBND CASHLI OTHMA OTHFIN"),
    _identity("LIQ", "CHECKING SAVING MMA CALL PREPAID"),
    _identity("MMA", "MMDA MMMF"),
    _identity("NMMF", "STMUTF TFBMUTF GBMUTF OBMUTF COMUTF OMUTF"),
    _identity("DEQ", "STOCKS STMUTF OMUTF", COMUTF=0.5),
    _identity("BOND", "NOTXBND MORTBND GOVTBND OBND"),
    _identity("RETQLIQ", "IRAKH THRIFT FUTPEN CURRPEN"),
    _identity("OTHMA", "ANNUIT TRUSTS"),
    _identity("NFIN", "VEHIC HOUSES ORESRE NNRESRE BUS OTHNFIN"),
    _identity("NHNFIN", "NFIN", minus="HOUSES"),
    _identity("BUS", "ACTBUS NONACTBUS"),
    _identity("NVEHIC", "NOWN NLEASE"),
    _identity("DEBT", "MRTHEL RESDBT OTHLOC CCBAL INSTALL ODEBT"),
    _identity("DEBT", " ".join(f"PLOAN{i}" for i in range(1, 9))),
    _identity("DEBT", " ".join(f"LLOAN{i}" for i in range(1, 13))),
    _identity("MRTHEL", "NH_MORT HELOC"),
    _identity("INSTALL", "VEH_INST EDN_INST OTH_INST"),
    _identity("HOMEEQ", "HOUSES", minus="MRTHEL"),
    _identity("KGTOTAL", "KGHOUSE KGORE KGBUS KGSTMF"),
    _identity("TPAY", "MORTPAY CONSPAY REVPAY"),
)

_DERIVED = (
    Derived("LEVRATIO", frozenset({"DEBT", "ASSET"})),
    Derived("PIRTOTAL", frozenset({"TPAY", "INCOME"})),
    Derived("PIR40", frozenset({"PIRTOTAL"})),
    *(
        Derived(f"H{name}", frozenset({name}))
        for name in ["MRTHEL", "HELOC", "CCBAL", "VEH_INST", "EDN_INST", "RETQLIQ", "STOCKS", "NMMF", "CDS", "CASHLI"]
    ),
)

# Lenses

_DEBTORS = Base("{members} with debt", "DEBT > 0")
_OWNERS = Base("{members} with assets", "ASSET > 0")
_EARNERS = Base("{members} with income; those without any are left out", "INCOME > 0")
_UNBANKED = Base("{members} without a checking account", "NOCHK == 1")
_BANKED = Base("{members} with checking", "NOCHK == 0")


def _flags(section: str, names: str, base: Base = ALL) -> tuple[Figure, ...]:
    return tuple(Figure(section, (name,), base=base) for name in names.split())


_RISK = Lens(
    "Credit risk",
    (
        *_flags("Payments", "LATE LATE60"),
        *_flags("Payments", "PIR40", _DEBTORS),
        *_flags("Distress", "BNKRUPLAST5"),
        *_flags("Distress", "HPAYDAY"),
        Figure("Leverage", ("LEVRATIO",), "median", _OWNERS, "Debt to assets (median)"),
        Figure("Leverage", ("DEBT", "ASSET"), "ratio", label="Debt to assets (all debts over all assets)"),
        Figure("Cushion", ("LIQ", "INCOME"), "months", _EARNERS, "Liquid savings in months of income (median)"),
    ),
    glance=("LATE60", "HPAYDAY"),
)
_INCLUSION = Lens(
    "Inclusion",
    (
        *_flags("Credit", "TURNDOWN FEARDENIAL"),
        *_flags("Checking account", "NOCHK"),
        Figure("Why no checking account", ("WHYNOCKG",), "codes", _UNBANKED),
        *_flags(
            "Where they bank",
            "CKLOCATION CKLOWFEEBAL CKMANYSVCS CKRECOMFRND CKPERSONAL CKCONNECTN CKLONGTIME CKSAFETY CKCONVPAYRL "
            "CKOTHCHOOSE",
            _BANKED,
        ),
        *_flags("Where they bank", "INTERNET"),
        *_flags("How they shop for credit", "BSHOPNONE BSHOPMODR BSHOPGRDL"),
    ),
    glance=("TURNDOWN", "NOCHK"),
)
_MARKET = Lens(
    "Market",
    (
        Figure("Size", (), "count", label="{Members}"),
        Figure("Size", (), "of_all", label="Share of {members}"),
        Figure("Size", ("ASSET",), "of_all", label="Share of all assets"),
        Figure("Size", ("DEBT",), "of_all", label="Share of all debts"),
        *_flags("Borrowing", "HCCBAL HMRTHEL HHELOC HVEH_INST HEDN_INST"),
        *_flags("Borrowing", "HBNPL"),
        *_flags("Saving and investing", "HRETQLIQ HSTOCKS HNMMF HCDS HCASHLI"),
        *_flags("Business", "HBUS"),
    ),
    glance=("HCCBAL", "HRETQLIQ"),
)

# Waves

_CHANGES = (
    # as data/codebook.csv says of each
    Change(
        ("TURNFEAR", "TURNDOWN", "FEARDENIAL"),
        2016,
        "about the past five years",
        "asked about the past 12 months",
    ),
    Change(("CRDAPP",), 2016, "otherwise and about the past five years", "asked about the past 12 months"),
    # this one, and that codes of EDCL follow it since, as articles on the survey tell it
    Change(("EDCL", "EDUC"), 2016, "for the highest grade", "asked for the highest level completed"),
    Change(
        ("BSHOPNONE", "BSHOPMODR", "BSHOPGRDL", "ISHOPNONE", "ISHOPMODR", "ISHOPGRDL"),
        2016,
        "on another scale",
        "answered on a scale from 0 to 10",
    ),
    # who names several is in the groups "other or multiple" and "non-White"; the year is from Hanna's notes on race in
    # the survey (Ohio State University, 2006)
    Change(("RACECL", "RACECL4", "RACECL5"), 1998, "only one", "several races can be named"),
    Change(("RACE", "RACECL5"), 2022, "counted as other", "Asian told apart", codes=(4.0, 5.0)),
)

# The first page

_FEARFUL = MappingProxyType({"who": "fearful"})
_WAYS = (
    Way(
        "Who is it?",
        "Those who were denied credit or feared it, beside everyone: income, age, work, debts and wealth.",
        "explore",
        ":material/travel_explore:",
        _FEARFUL,
    ),
    Way(
        "What kinds of households are they?",
        "The segments among them, as cards and on maps, and how far to trust them.",
        "many_features",
        ":material/hub:",
        _FEARFUL,
    ),
    Way(
        "Owners of small businesses",
        "Owners beside everyone else, and the segments among those with income under $500,000 of 2019.",
        "small_business",
        ":material/storefront:",
    ),
    BRING,
)
_VIEWS = (
    Way(
        "Debts and homes in one plane",
        "Two amounts, the segments drawn where they lie, k-means watched at work.",
        "two_features",
        ":material/scatter_plot:",
        MappingProxyType({"who": "fearful-2m"}),
    ),
    Way(
        "Risk, segment by segment",
        "Late payments, heavy debt and thin cushions in each segment, beside all households.",
        "many_features",
        ":material/monitor_heart:",
        MappingProxyType({"who": "fearful", "use": "lenses"}),
    ),
    Way(
        "From wave to wave",
        "The same share in every wave that is there, since 1989 if you fetch them, with intervals.",
        "trends",
        ":material/timeline:",
    ),
)
_COURSE = Way(
    "As in the course",
    "The survey of 2019, credit-fearful with net worth under $2M, rows counted, amounts as they are, two clusters: the "
    "printed inertia and silhouette, and what changes when households are counted.",
    "many_features",
    ":material/school:",
    MappingProxyType(
        {"data": "2019", "who": "fearful-2m", "count": "rows", "apart": "false", "transform": "none", "k": "2"}
    ),
)

# The subject

SCF = Subject(
    key="scf",
    entity=Entity("household", "households", behind="sampled"),
    currency=Currency("$", "dollars"),
    wording=Wording(
        whole="US households",
        source="Survey",
        source_help="The Survey of Consumer Finances of the Federal Reserve Board.",
        weighted="{members}, by the survey's weights, all implicates",
        rows="rows, each once: not an estimate for US households",
        synthetic="Synthetic data drawn from a model of the survey: no row is a real household",
        example="TURNFEAR == 1 and NETWORTH < 2e6",
        placeholder="Age, income, race ...",
        citation="Board of Governors of the Federal Reserve System, Survey of Consumer Finances {wave}, summary "
        "extract public data, https://www.federalreserve.gov/econres/scfindex.htm",
        extreme="rich",
        notebooks=True,
        estimates=ESTIMATES,
        about_data=ABOUT_DATA,
        about_synthetic=ABOUT_SYNTHETIC,
    ),
    pages=frozenset({"small_business", "trends"}),
    populations=(
        EVERYONE,
        NamedPopulation("fearful", "Denied credit or feared it", "TURNFEAR == 1"),
        NamedPopulation(
            "fearful-2m", "Denied or feared, net worth under $2M", "TURNFEAR == 1", "NETWORTH", 2e6, limit_year=2019
        ),
        NamedPopulation(
            "business-500k", "Business owners, income under $500k", "HBUS == 1", "INCOME", 5e5, limit_year=2019
        ),
    ),
    headlines=(
        HeadlineFigure("Median net worth", "NETWORTH", "median"),
        HeadlineFigure("Median income", "INCOME", "median"),
        HeadlineFigure("Denied or feared", "TURNFEAR", "share"),
        HeadlineFigure("Own their home", "HHOUSES", "share"),
        HeadlineFigure("Own a business", "HBUS", "share"),
    ),
    lead=LeadingShare("Business owners are", "HBUS == 1"),
    identities=IDENTITIES,
    derived=_DERIVED,
    codes=MappingProxyType({"CURRPEN": -1.0, "RETQLIQ": -1.0}),
    lenses=(_RISK, _INCLUSION, _MARKET),
    first=FirstLook(
        show="TURNFEAR",
        by="INCCAT",
        formerly=("INCCAT", "TURNFEAR"),
        amount="NETWORTH",
        pair=("DEBT", "HOUSES"),
        correlated=("ASSET", "HOUSES", "INCOME", "DEBT", "EDUC"),
        ordered=("EDUC", "EDCL", "AGECL"),
        features=("INCOME", "LIQ", "DEBT", "HOUSES", "NETWORTH"),
        group="Financial assets",
        who=("AGECL", "RACE", "EDCL", "FAMSTRUCT", "OCCAT1", "HOUSECL"),
        also=("INCOME", "NETWORTH", "LIQ", "HOUSES", "DEBT", "AGE", "KIDS"),
        facts=("AGE", "FAMSTRUCT", "EDCL", "OCCAT1", "HOUSECL", "TURNFEAR", "HBUS"),
        debts=("CCBAL", "EDN_INST"),
        followed="TURNFEAR",
        groups=("RACECL4", "AGECL", "INCCAT", "HOUSECL", "EDCL", "FAMSTRUCT", "OCCAT1", "NWCAT"),
    ),
    telling=Telling(
        columns=(
            *("AGE", "MARRIED", "KIDS", "EDCL", "OCCAT1", "OCCAT2", "HOUSECL"),
            *("HOUSES", "INCOME", "NETWORTH", "ASSET", "DEBT", "LIQ"),
        ),
        sentences=(
            (
                Clause("reference person aged {AGE}, {MARRIED}"),
                Clause(", no children", "KIDS == 0"),
                Clause(", 1 child", "KIDS == 1"),
                Clause(", {KIDS} children", "KIDS > 1"),
            ),
            (Clause("{EDCL}; {OCCAT1}"), Clause(" ({OCCAT2})", "OCCAT1 in (1, 2)")),
            (Clause("{HOUSECL}"), Clause(" worth {HOUSES}", "HOUSECL == 1")),
        ),
        amounts=("INCOME", "NETWORTH", "ASSET", "DEBT", "LIQ"),
    ),
    changes=_CHANGES,
    rate=LeadingRate(
        column="TURNFEAR",
        by="INCCAT",
        did="were denied credit or feared it",
        groups=MappingProxyType(
            {
                1.0: "Poorest fifth",
                2.0: "Second fifth",
                3.0: "Middle fifth",
                4.0: "Fourth fifth",
                5.0: "Second-richest tenth",
                6.0: "Richest tenth",
            }
        ),
        grouped="income",
    ),
    ways=_WAYS,
    views=_VIEWS,
    course=_COURSE,
)
