import csv
import gzip
import io
import re
import zipfile
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from lib.sources.scf import read_codebook

ROOT = Path(__file__).parent.parent
PATH = ROOT / "data" / "codebook.csv"
SURVEY = ROOT.parent / "shared" / "data"

CODED = ("category", "flag")
FORMATS = {
    "dollars": "$,.0f",
    "count": ",.0f",
    "years": ",.0f",
    "ratio": ",.2f",
    "score": ",.0f",
    "index": ",.0f",
    "flag": ",.0f",
    "category": ",.0f",
    "id": ",.0f",
    "weight": ",.1f",
}
PERIODS = {"", "annual", "monthly", "last 12 months", "last 5 years", "stock"}
LATER_COLUMNS = {"RACECL5", "RACECL_EX", "EMERGWORK", "BNPL", "NOBNPL", "HBNPL"}
WORKING_NOTE = re.compile(
    r"\b(checked|wqu|worldquant|berkeley|notebooks?|inferred|dictionary|verified)\b", re.IGNORECASE
)


def rows():
    with PATH.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def names():
    return [row["name"] for row in rows()]


def labels_of(row):
    return dict(pair.split("=", 1) for pair in row["values"].split("|") if pair)


def formulas():
    found = {
        row["name"]: re.search(rf"\b{row['name']} = ([A-Z][^;:,]*?)(\.( |$)|[;:,])", row["definition"])
        for row in rows()
    }
    return {name: match[1] for name, match in found.items() if match}


def survey_file(name):
    path = SURVEY / name
    if not path.exists():
        pytest.skip(f"The survey file {name} is not beside the project, in {SURVEY}.")
    return path


@cache
def wave_2019():
    with gzip.open(survey_file("SCFP2019.csv.gz"), "rt", encoding="utf-8-sig") as file:
        return pd.read_csv(file)


@cache
def wave_2022():
    with zipfile.ZipFile(survey_file("scfp2022excel.zip")) as archive, archive.open("SCFP2022.csv") as file:
        return pd.read_csv(file, encoding="utf-8-sig")


@cache
def wave_2007():
    with zipfile.ZipFile(survey_file("scfp2007s.zip")) as archive:
        frame = pd.read_stata(io.BytesIO(archive.read("rscfp2007.dta")), convert_categoricals=False)
    return frame.rename(columns=str.upper)


WAVES = {2007: wave_2007, 2019: wave_2019, 2022: wave_2022}


def test_file_is_utf8_without_byte_order_mark_and_with_unix_line_ends():
    content = PATH.read_bytes()
    assert content.decode("utf-8")
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")


def test_header_is_what_the_codebook_reads():
    assert (
        PATH.read_text(encoding="utf-8").splitlines()[0]
        == "name,label,definition,unit,group,period,values,format,since,brief,lacking"
    )


def test_short_words_for_columns_are_no_other_columns():
    book = read_codebook()
    headings = [variable.heading for variable in book.values()]
    assert len(set(headings)) == len(headings)
    assert (book["HOUSES"].heading, book["HOUSES"].called_none) == ("Home value", "no home of their own")
    assert (book["KIDS"].called, book["CCBAL"].called_none) == ("number of children", "no card balances")


def test_there_are_357_columns_and_each_is_described_once():
    assert len(names()) == 357
    assert len(set(names())) == 357


@pytest.mark.parametrize("part", ["label", "definition", "unit", "group", "format"])
def test_every_column_has_every_part(part):
    assert [row["name"] for row in rows() if not row[part].strip()] == []


def test_texts_have_no_stray_spaces():
    assert [(row["name"], part) for row in rows() for part, text in row.items() if text != " ".join(text.split())] == []


def test_labels_are_unique_whatever_their_case():
    labels = [row["label"].lower() for row in rows()]
    assert sorted({label for label in labels if labels.count(label) > 1}) == []


def test_labels_are_short_enough_for_an_axis():
    assert [row["label"] for row in rows() if len(row["label"]) > 48] == []


def test_no_label_is_a_bare_column_name():
    assert [row["name"] for row in rows() if row["label"].upper() in names()] == []


def test_labels_begin_with_a_capital_and_end_without_a_full_stop():
    assert [row["label"] for row in rows() if not row["label"][0].isupper() or row["label"].endswith(".")] == []


def test_definitions_are_sentences():
    assert [row["name"] for row in rows() if not row["definition"].endswith(".")] == []


def test_no_text_keeps_a_working_note():
    texts = [(row["name"], row[part]) for row in rows() for part in ("label", "definition", "values")]
    assert [(name, text) for name, text in texts if WORKING_NOTE.search(text)] == []


def test_no_definition_fixes_the_dollar_year_of_the_file():
    assert [row["name"] for row in rows() if re.search(r"\b(19|20)\d\d dollars\b", row["definition"])] == []


def test_formulas_are_made_of_columns():
    assert len(formulas()) >= 25
    words = {word for formula in formulas().values() for word in re.findall(r"\b[A-Z][A-Z0-9_]+\b", formula)}
    assert words - set(names()) == set()


def test_units_periods_and_formats_are_the_known_ones():
    assert {row["unit"] for row in rows()} == set(FORMATS)
    assert {row["period"] for row in rows()} == PERIODS
    assert [row["name"] for row in rows() if row["format"] != FORMATS[row["unit"]]] == []


def test_groups_are_few_enough_to_pick_from():
    groups = {row["group"] for row in rows()}
    assert 16 <= len(groups) <= 22
    assert all(group[0].isupper() for group in groups)


def test_every_category_and_flag_has_labels_for_its_codes():
    assert [row["name"] for row in rows() if row["unit"] in CODED and len(labels_of(row)) < 2] == []


def test_flags_are_no_and_yes():
    assert {row["values"] for row in rows() if row["unit"] == "flag"} == {"0=No|1=Yes"}


def test_codes_are_numbers_and_neither_codes_nor_their_labels_repeat():
    for row in rows():
        pairs = [pair.split("=", 1) for pair in row["values"].split("|") if pair]
        assert len({float(code) for code, _ in pairs}) == len(pairs), row["name"]
        assert len({label for _, label in pairs}) == len(pairs), row["name"]
        assert all(label.strip() for _, label in pairs), row["name"]


def test_code_labels_are_short_enough_for_a_chart():
    assert [(row["name"], label) for row in rows() for label in labels_of(row).values() if len(label) > 40] == []


def test_every_percentile_group_says_so():
    grouped = [row for row in rows() if row["group"] == "Percentile groups"]
    assert len(grouped) == 10
    assert all(label.endswith(" percentile") for row in grouped for label in labels_of(row).values())


def test_income_groups_are_the_published_six():
    assert list(read_codebook()["INCCAT"].values.values()) == [
        "0-19.9 percentile",
        "20-39.9 percentile",
        "40-59.9 percentile",
        "60-79.9 percentile",
        "80-89.9 percentile",
        "90-100 percentile",
    ]


def test_age_groups_are_the_published_six():
    assert list(read_codebook()["AGECL"].values.values()) == [
        "Under 35",
        "35-44",
        "45-54",
        "55-64",
        "65-74",
        "75 or older",
    ]


def test_the_codebook_reads_back_as_it_was_written():
    codebook = read_codebook()
    assert list(codebook) == names()
    for row in rows():
        variable = codebook[row["name"]]
        assert (variable.label, variable.definition, variable.group) == (
            row["label"],
            row["definition"],
            row["group"],
        )
        assert variable.values == {float(code): label for code, label in labels_of(row).items()}


@pytest.mark.real
def test_columns_of_2019_are_all_described_in_their_order():
    header = list(wave_2019().columns)
    assert len(header) == 351
    assert [name for name in names() if name not in LATER_COLUMNS] == header


@pytest.mark.real
def test_columns_of_2022_are_all_described_in_their_order():
    header = list(wave_2022().columns)
    assert len(header) == 356
    assert [name for name in names() if name != "EMERGWORK"] == header


@pytest.mark.real
@pytest.mark.parametrize("year", WAVES)
def test_every_code_that_occurs_has_a_label(year):
    frame = WAVES[year]()
    for row in rows():
        if row["values"] and row["name"] in frame and int(row["since"] or 0) <= year:
            known = {float(code) for code in labels_of(row)}
            assert set(frame[row["name"]].dropna().astype(float).unique()) <= known, row["name"]


@pytest.mark.real
@pytest.mark.parametrize("year", WAVES)
def test_coded_columns_have_no_gaps_and_few_codes(year):
    frame = WAVES[year]()
    coded = [row["name"] for row in rows() if row["unit"] in CODED and row["name"] in frame]
    assert frame[coded].notna().all(axis=None)
    assert frame[coded].nunique().max() <= 17


@pytest.mark.real
@pytest.mark.parametrize("year", WAVES)
def test_sums_hold_to_the_dollar_as_their_definitions_say(year):
    frame = WAVES[year]().astype(float)
    sums = {name: formula for name, formula in formulas().items() if re.fullmatch(r"[A-Z0-9_+\-*. ]+", formula)}
    assert {"NETWORTH", "ASSET", "FIN", "NFIN", "LIQ", "DEBT", "DEQ", "HOMEEQ", "KGTOTAL", "TPAY"} <= set(sums)
    if year == 2007:  # put into 2019 prices by the Federal Reserve, this column twice
        frame["NHNFIN"] /= 1.23441
        assert (frame.eval(sums.pop("NHNFIN")) / frame["NHNFIN"] - 1).abs().quantile(0.99) < 1e-4
    gaps = {name: (frame.eval(formula) - frame[name]).abs().max() for name, formula in sums.items()}
    assert {name: gap for name, gap in gaps.items() if gap > 2} == {}


@pytest.mark.real
@pytest.mark.parametrize("year", WAVES)
def test_flags_are_yes_exactly_when_their_definitions_say(year):
    frame = WAVES[year]()
    rules = {row["name"]: re.match(r"Yes when ([A-Z_0-9]+) > 0\b(?!\.\d)", row["definition"]) for row in rows()}
    rules = {name: rule[1] for name, rule in rules.items() if rule and name in frame}
    assert len(rules) >= 30
    assert [name for name, amount in rules.items() if ((frame[amount] > 0) != (frame[name] == 1)).any()] == []


@pytest.mark.real
def test_definitions_that_give_an_always_zero_column_agree_with_2019():
    frame = wave_2019()
    always_zero = {name for name in frame if (frame[name] == 0).all()}
    said = {row["name"] for row in rows() if "lways 0" in row["definition"]}
    assert said == always_zero
