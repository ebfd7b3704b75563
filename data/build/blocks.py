"""What is synthesised together, and in which order.

A block is a set of columns that a synthetic household takes from one donor: flags and codes as they are,
amounts rescaled. Different blocks of a household come from different donors, so what hangs together by
definition (a mortgage and its payment, a reason and its follow-up questions) is in one block, and what hangs
together in the population is kept by the trees, which see everything synthesised before.
"""

from __future__ import annotations

from dataclasses import dataclass

from data.build.derive import EQUITY_ELSEWHERE


@dataclass(frozen=True)
class Block:
    """Columns drawn from one donor.

    Attributes:
        name: For messages and for the order of random draws.
        codes: Columns taken over unchanged (flags, categories, counts).
        amounts: Groups of dollar columns; each group is rescaled by one factor of its own.
        explains: What the tree is to tell apart: columns of the block, or totals of them.
        strata: Columns of earlier blocks in which donor and household agree; where too few real households
            do, the last of them are given up.
        debts: Kinds of debt whose division into purposes and lenders comes from the donor.
        in_step: An earlier column to whose ratio, household to donor, the amounts are also rescaled.
        longest_step: Largest factor, up or down, by which that ratio rescales.
        spread: Standard deviation of the logarithm of the factors.
        leaf: Fewest donors in a leaf.
    """

    name: str
    codes: tuple[str, ...] = ()
    amounts: tuple[tuple[str, ...], ...] = ()
    explains: tuple[str, ...] = ()
    strata: tuple[str, ...] = ()
    debts: tuple[str, ...] = ()
    in_step: str | None = None
    longest_step: float = 1.6
    spread: float = 0.12
    leaf: int = 8


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _groups(*texts: str) -> tuple[tuple[str, ...], ...]:
    return tuple(_words(text) for text in texts)


BLOCKS: tuple[Block, ...] = (
    Block("family", codes=_words("HHSEX AGE MARRIED KIDS IMPUTED")),
    Block("origin", codes=_words("RACE RACECL RACECL4"), explains=("RACE",), leaf=20),
    Block("schooling", codes=("EDUC",), explains=("EDUC",), leaf=20),
    Block(
        "work",
        codes=_words("LF OCCAT1 OCCAT2 INDCAT"),
        explains=_words("LF OCCAT1 OCCAT2 INDCAT"),
        leaf=15,
    ),
    Block(
        "standing",
        codes=_words("TURNDOWN FEARDENIAL CRDAPP HBUS OWNER"),
        explains=_words("TURNFEAR HBUS OWNER CRDAPP TURNDOWN"),
        leaf=12,
    ),
    Block(
        "income",
        amounts=_groups("INCOME NORMINC WAGEINC BUSSEFARMINC INTDIVINC KGINC SSRETINC TRANSFOTHINC PENACCTWD"),
        explains=_words("INCOME INCOME WAGEINC BUSSEFARMINC INTDIVINC KGINC SSRETINC TRANSFOTHINC"),
        strata=_words("TURNFEAR HBUS"),
    ),
    # Totals are drawn before their parts and then thrown away: they only lead the parts to suit each other.
    Block(
        "wealth",
        amounts=_groups("TOTAL_ASSETS"),
        explains=("TOTAL_ASSETS",),
        strata=_words("TURNFEAR HBUS OWNER"),
        leaf=6,
    ),
    Block(
        "finances",
        codes=("FINANCIAL_SHARE",),
        explains=_words("FINANCIAL_SHARE TOTAL_FINANCIAL TOTAL_REAL"),
        strata=_words("TURNFEAR HBUS OWNER"),
        leaf=6,
    ),
    Block(
        "business",
        amounts=_groups("ACTBUS FARMBUS KGBUS FARMBUS_KG", "NONACTBUS"),
        explains=_words("BUS BUS ACTBUS NONACTBUS KGBUS"),
        strata=_words("HBUS OWNER"),
        in_step="TOTAL_REAL",
    ),
    Block(
        "borrowing",
        amounts=_groups("TOTAL_DEBT"),
        explains=("TOTAL_DEBT",),
        strata=_words("TURNFEAR OWNER"),
        leaf=5,
    ),
    Block(
        "kinds_of_debt",
        codes=_words("HNH_MORT HHELOC HRESDBT HOTHLOC HCCBAL HVEH_INST HEDN_INST HOTH_INST HODEBT"),
        explains=_words("HNH_MORT HNH_MORT HCCBAL HVEH_INST HEDN_INST HHELOC HRESDBT HOTHLOC HOTH_INST HODEBT"),
        strata=_words("HDEBT OWNER TURNFEAR"),
    ),
    Block(
        "home",
        amounts=_groups("HOUSES KGHOUSE", "RENT"),
        explains=_words("HOUSES HOUSES HOUSES RENT KGHOUSE"),
        strata=_words("TURNFEAR OWNER HNH_MORT"),
        leaf=6,
    ),
    Block(
        "mortgage",
        codes=_words("PURCH1 REFIN_EVER HEXTRACT_EVER PURCH2 HMORT2"),
        amounts=_groups("NH_MORT PAYMORT1 PAYMORT2 PAYMORT3"),
        explains=_words("NH_MORT NH_MORT PAYMORT1 REFIN_EVER"),
        strata=_words("OWNER HNH_MORT TURNFEAR"),
        debts=("NH_MORT",),
        in_step="HOUSES",
        longest_step=50.0,
        spread=0.04,
    ),
    Block(
        "credit_lines",
        codes=("HELOC_YN",),
        amounts=_groups("HELOC OTHLOC PAYLOC1 PAYLOC2 PAYLOC3 PAYLOCO"),
        explains=_words("HELOC OTHLOC HELOC_YN"),
        strata=_words("OWNER HHELOC HOTHLOC HNH_MORT"),
        debts=_words("HELOC OTHLOC"),
        in_step="TOTAL_DEBT",
        longest_step=50.0,
    ),
    Block(
        "pensions",
        codes=_words("ANYPEN DBPLANCJ DCPLANCJ DBPLANT RETEQ_SHARE"),
        amounts=_groups("IRAKH THRIFT FUTPEN CURRPEN"),
        explains=_words("RETQLIQ RETQLIQ IRAKH THRIFT FUTPEN CURRPEN DBPLANT RETEQ_SHARE"),
        strata=("IMPUTED",),
        in_step="TOTAL_FINANCIAL",
    ),
    Block(
        "property",
        amounts=_groups(
            "ORESRE KGORE",
            "NNRESRE",
            "RESDBT MORT1 MORT2 MORT3 PAYORE1 PAYORE2 PAYORE3 PAYOREV PAYLC1 PAYLC2 PAYLCO",
        ),
        explains=_words("ORESRE ORESRE NNRESRE RESDBT"),
        strata=("HRESDBT",),
        debts=("RESDBT",),
        in_step="TOTAL_REAL",
    ),
    Block(
        "accounts",
        codes=_words(
            "HCHECK NOCHK EHCHKG WHYNOCKG INTERNET CKLOCATION CKLOWFEEBAL CKMANYSVCS CKRECOMFRND CKPERSONAL "
            "CKCONNECTN CKLONGTIME CKSAFETY CKCONVPAYRL CKOTHCHOOSE"
        ),
        amounts=_groups("CHECKING", "PREPAID", "SAVING", "MMDA", "MMMF", "CALL", "CDS"),
        explains=_words("LIQ LIQ LIQ CHECKING SAVING MMA CALL CDS NOCHK PREPAID"),
        strata=("IMPUTED",),
        in_step="TOTAL_FINANCIAL",
        leaf=6,
    ),
    Block(
        "investments",
        codes=_words("NSTOCKS HBROK HTRAD NTRAD"),
        amounts=_groups(
            "STMUTF TFBMUTF GBMUTF OBMUTF COMUTF OMUTF KGSTMF STOCKS",
            "NOTXBND MORTBND GOVTBND OBND",
            f"ANNUIT TRUSTS {EQUITY_ELSEWHERE}",
            "OTHFIN",
        ),
        explains=_words(f"INVESTED INVESTED STOCKS NMMF BOND OTHMA OTHFIN KGSTMF HBROK {EQUITY_ELSEWHERE}"),
        strata=("IMPUTED",),
        in_step="TOTAL_FINANCIAL",
    ),
    Block(
        "vehicles",
        codes=_words("NOWN NLEASE NBUSVEH NEWCAR1 NEWCAR2"),
        amounts=_groups("VEHIC", "VLEASE"),
        explains=_words("VEHIC VEHIC VEHIC VEHIC VEHIC VEHIC NOWN NLEASE NBUSVEH"),
        strata=_words("HBUS HVEH_INST"),
        leaf=6,
    ),
    Block(
        "vehicle_loans",
        amounts=_groups("VEH_INST PAYVEH1 PAYVEH2 PAYVEH3 PAYVEH4 PAYVEHM PAYVEO1 PAYVEO2 PAYVEOM"),
        explains=("VEH_INST",),
        strata=("HVEH_INST",),
        debts=("VEH_INST",),
        in_step="TOTAL_DEBT",
    ),
    Block("insurance", amounts=_groups("SAVBND", "CASHLI"), explains=_words("CASHLI SAVBND"), strata=("IMPUTED",)),
    Block("valuables", amounts=_groups("OTHNFIN"), explains=("OTHNFIN",)),
    Block(
        "cards",
        codes=("NOCCBAL",),
        amounts=_groups("CCBAL"),
        explains=("CCBAL",),
        strata=_words("HCCBAL TURNFEAR"),
        debts=("CCBAL",),
    ),
    Block(
        "student_loans",
        amounts=(("EDN_INST", *(f"PAYEDU{i}" for i in range(1, 8))),),
        explains=("EDN_INST",),
        strata=_words("HEDN_INST TURNFEAR"),
        debts=("EDN_INST",),
        in_step="TOTAL_DEBT",
    ),
    Block(
        "instalment_loans",
        amounts=(("OTH_INST", "PAYMORTO", "PAYHI1", "PAYHI2", *(f"PAYILN{i}" for i in range(1, 8))),),
        explains=("OTH_INST",),
        strata=("HOTH_INST",),
        debts=("OTH_INST",),
        in_step="TOTAL_DEBT",
        longest_step=50.0,
    ),
    Block(
        "other_loans",
        amounts=(("ODEBT", "PAYMARG", "PAYINS", *(f"PAYPEN{i}" for i in range(1, 7))),),
        explains=_words("ODEBT PAYINS PAYPEN1"),
        strata=("HODEBT",),
        debts=("ODEBT",),
        in_step="TOTAL_DEBT",
        longest_step=50.0,
    ),
    Block(
        "trouble",
        codes=_words("LATE LATE60 HPAYDAY BNKRUPLAST5 FORECLLAST5"),
        explains=_words("LATE LATE60 HPAYDAY BNKRUPLAST5 FORECLLAST5"),
        strata=("TURNFEAR",),
        leaf=15,
    ),
    Block(
        "attitudes",
        codes=_words(
            "WSAVED SAVRES1 SAVRES2 SAVRES3 SAVRES4 SAVRES5 SAVRES6 SAVRES7 SAVRES8 SAVRES9 EXPENSHILO "
            "EMERGBORR EMERGSAV EMERGPSTP EMERGCUT HBORRFF HBORRCC HBORRALT HBORRFIN HSAVFIN HSAVNFIN "
            "HPSTPPAY HPSTPLN HPSTPOTH HCUTFOOD HCUTENT HCUTOTH"
        ),
        explains=_words("WSAVED SAVRES6 SAVRES7 SAVRES1 SAVRES2 EMERGSAV EMERGBORR EMERGCUT"),
        leaf=20,
    ),
    Block(
        "knowledge",
        codes=_words("KNOWL FINLIT YESFINRISK NOFINRISK SPENDMOR SPENDLESS"),
        explains=_words("KNOWL FINLIT NOFINRISK YESFINRISK SPENDMOR SPENDLESS"),
        leaf=20,
    ),
    Block(
        "shopping",
        codes=_words(
            "BSHOPNONE BSHOPGRDL BSHOPMODR ISHOPNONE ISHOPGRDL ISHOPMODR BCALL BMAGZNEWS BMAILADTV BINTERNET "
            "BFRIENDWORK BFINPRO BSELF BDONT BOTHER ICALL IMAGZNEWS IMAILADTV IINTERNET IFRIENDWORK IFINPRO "
            "ISELF IDONT IOTHER BFINPLAN IFINPLAN"
        ),
        explains=_words("BSHOPNONE ISHOPNONE BINTERNET BFINPRO BDONT IINTERNET IFINPRO IFINPLAN"),
        leaf=20,
    ),
    Block(
        "food",
        amounts=_groups("FOODHOME", "FOODAWAY", "FOODDELV"),
        explains=_words("FOODHOME FOODAWAY FOODDELV"),
        leaf=15,
    ),
    Block("weight", amounts=_groups("WGT"), explains=("WGT",), strata=("TURNFEAR",), spread=0.05, leaf=6),
)

# Seen by the trees of all blocks that come after the last of their parts.
GRAND_TOTALS = _words("FIN NFIN ASSET DEBT NETWORTH")

# Drawn to lead other blocks and in no file, and the two amounts that nobody reports.
_NOT_REPORTED = {"TOTAL_ASSETS", "TOTAL_DEBT", EQUITY_ELSEWHERE, "WGT"}

# Every underived dollar column (but PLOAN*, LLOAN* and RETEQ, which follow from them and from shares).
AMOUNTS: tuple[str, ...] = tuple(
    name for block in BLOCKS for group in block.amounts for name in group if name not in _NOT_REPORTED
)
