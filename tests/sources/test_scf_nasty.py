"""Files made to do harm, by accident or on purpose: refused in one sentence, with bounded work."""

import gzip
import io
import itertools
import os
import zipfile

import numpy as np
import pandas as pd
import pytest

from lib.sources import scf
from lib.sources.scf import checks, parquet_copy, read_codebook
from lib.subjects.scf import IDENTITIES, SCF
from lib.tables import files
from tests.sources.test_scf import as_csv, excerpt, refuse, write

__all__ = ["write"]

NAME = "SCFP2019.csv"
ZIP = "scfp2019excel.zip"


@pytest.fixture
def no_table_is_parsed(monkeypatch):
    """Whatever is refused here must be refused before pandas gets to work on it."""
    monkeypatch.setattr(files.pd, "read_csv", lambda *_args, **_options: pytest.fail("pandas was given the file"))


def packed(content: bytes, compression: int, member: str = NAME) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", compression) as file:
        file.writestr(member, content)
    return archive.getvalue()


def as_stata(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_stata(buffer, write_index=False)
    return buffer.getvalue()


# ------------------------------------------------------------------------------------------ bounded work


@pytest.mark.parametrize(
    "content", [b"1," * 50_000, b"\n \n" + b"1," * 50_000, b'"\n"' + b"1," * 50_000], ids=["plain", "blank", "quoted"]
)
def test_a_header_of_very_many_names_is_refused_unparsed(write, no_table_is_parsed, content):
    refuse(write(NAME, content), "has 50,001 columns; at most 1,000 are read")


def test_lines_without_the_columns_of_the_survey_are_refused_unparsed(write, no_table_is_parsed):
    refuse(write(f"{NAME}.gz", b"1,2\n" * 500_000), "is not the Survey of Consumer Finances")


def test_columns_of_a_stata_file_are_checked_before_its_rows_are_read(write, monkeypatch):
    reader = type(pd.read_stata(io.BytesIO(as_stata(excerpt())), iterator=True))
    monkeypatch.setattr(reader, "read", lambda *_args, **_options: pytest.fail("rows were read"))
    refuse(write("rscfp2019.dta", as_stata(excerpt().drop(columns="WGT"))), "lacks the column WGT")


@pytest.mark.parametrize(("name", "make"), [(NAME, as_csv), ("rscfp2019.dta", as_stata)])
@pytest.mark.parametrize("limit", ["MAX_ROWS", "MAX_CELLS"])
def test_rows_and_cells_are_limited(write, monkeypatch, name, make, limit):
    frame = excerpt()
    path = write(name, make(frame))
    monkeypatch.setattr(files, limit, 60 if limit == "MAX_ROWS" else 60 * len(frame.columns))
    assert len(scf.read(path)) == 60
    path.with_name(f"{name}.parquet").unlink()
    path = write(name, make(pd.concat([frame, frame.head(1)])))
    refuse(path, "has more than 60 rows")


def test_too_many_lines_are_refused_unparsed(write, no_table_is_parsed, monkeypatch):
    monkeypatch.setattr(files, "MAX_ROWS", 59)
    refuse(write(NAME, as_csv(excerpt())), "has more than 59 rows")


def test_the_largest_wave_is_far_within_the_limits():
    assert files.MAX_ROWS > 10 * 28_885
    assert files.MAX_CELLS > 2 * 28_885 * 357


def test_a_second_line_far_wider_than_the_header_is_refused_unparsed(write, no_table_is_parsed):
    header = as_csv(excerpt()).splitlines()[0]
    refuse(write(NAME, header + b"\n" + b"1," * 100_000), "line 2, has 100,001 of 13 fields")


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packings_that_are_unpacked_without_a_bound_are_refused_unopened(tmp_path, monkeypatch, compression):
    """4 kB of bzip2 can be 4 GB, and zipfile unpacks whatever it takes at once."""
    (tmp_path / ZIP).write_bytes(packed(bytes(2**20), compression))
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_args, **_options: pytest.fail("the member was opened"))
    refuse(tmp_path / ZIP, "packed in an unusual way: unpack it")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
def test_a_pipe_is_not_waited_for(tmp_path, write):
    os.mkfifo(tmp_path / "pipe.csv")
    refuse(tmp_path / "pipe.csv", "is a pipe or a device, which may never end: choose a file.")
    path = write(NAME, as_csv(excerpt()))
    os.mkfifo(tmp_path / f"{NAME}.parquet")
    assert scf.read(path).sampled == 12


# ------------------------------------------------------------------------------------------ any damage is a DataError


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED])
def test_a_damaged_member_of_any_packing(tmp_path, compression):
    content = packed(as_csv(excerpt()), compression)
    path = tmp_path / ZIP
    for at in range(45, 600, 60):
        path.write_bytes(content[:at] + bytes(40) + content[at + 40 :])
        refuse(path, "zip")


def test_a_zip_whose_directory_lies_about_its_place(tmp_path):
    content = bytearray(packed(as_csv(excerpt()), zipfile.ZIP_DEFLATED))
    content[content.index(b"PK\x05\x06") + 17] ^= (
        0x40  # where the directory begins: members then begin before the file does
    )
    (tmp_path / ZIP).write_bytes(content)
    refuse(tmp_path / ZIP, "damaged")


def test_names_in_an_archive_do_not_break_the_sentence(tmp_path):
    with zipfile.ZipFile(tmp_path / ZIP, "w") as archive:
        archive.writestr("a\nb" + "c" * 500 + ".csv", "x")
        archive.writestr("b.csv", "x")
    refuse(tmp_path / ZIP, "holds 2 tables (a?bccc")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (NAME, as_csv(excerpt())),
        (f"{NAME}.gz", gzip.compress(as_csv(excerpt()))),
        ("rscfp2019.dta", as_stata(excerpt())),
        (ZIP, packed(as_csv(excerpt()), zipfile.ZIP_DEFLATED)),
        (ZIP, packed(as_csv(excerpt()), zipfile.ZIP_LZMA)),
    ],
    ids=["csv", "gzip", "stata", "zip", "zip of lzma"],
)
def test_a_file_cut_off_anywhere_is_refused(tmp_path, name, content):
    path = tmp_path / name
    for end in range(0, len(content) - 10, max(1, len(content) // 40)):
        path.write_bytes(content[:end])
        refuse(path)


@pytest.mark.parametrize("start", [b"", b"PK\x03\x04", b"\x1f\x8b\x08\x00", b"<stata_dta>", b"r\x01", b"YY1,Y1,"])
def test_random_bytes_are_refused(tmp_path, start):
    rng = np.random.default_rng(3)
    for name, size in itertools.product([NAME, ZIP, "rscfp2019.dta", f"{NAME}.gz"], [1, 30, 3000]):
        (tmp_path / name).write_bytes(start + b"\x81" + rng.bytes(size))
        refuse(tmp_path / name)


# ------------------------------------------------------------------------------------------ odd tables


def lines_of(frame: pd.DataFrame) -> list[bytes]:
    return frame.to_csv(index=False).encode().splitlines()


def test_a_header_repeated_in_the_middle_is_text(write):
    frame = excerpt().assign(NHNFIN=0.0)
    lines = lines_of(frame)
    refuse(write(NAME, b"\n".join([*lines[:20], lines[0], *lines[20:]])), "column YY1", "line 21: 'YY1'")


def test_a_line_with_too_few_fields_is_named(write):
    lines = lines_of(excerpt().assign(EXTRA=1))
    lines[9] = lines[9].rpartition(b",")[0]
    refuse(write(NAME, b"\n".join(lines)), "line 10, has 13 of 14 fields")


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r", b"\n\n"])
def test_line_ends_and_quotes_of_other_programs(write, ending):
    content = excerpt().to_csv(quoting=1).encode().replace(b"\n", ending)  # with row names, as R writes them
    data = scf.read(write(NAME, b"\xef\xbb\xbf" + content))
    assert (data.sampled, data.columns[:2]) == (12, ["UNNAMED: 0", "YY1"])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: f.assign(NHNFIN=f["NFIN"].astype(object).where(f.index != 4, "x")), ["NHNFIN", "line 6: 'x'"]),
        (lambda f: f.assign(HBUS=f["HBUS"] > 0), ["HBUS", "text", "line 2: 'False'"]),
        (lambda f: f.assign(MINE=str(10**30)), ["MINE", "more than 18 digits"]),
        (lambda f: f.assign(YY1=10**25, Y1=10**26 + 1), ["YY1", "more than 18 digits"]),
        (lambda f: f.assign(YY1=1e300, Y1=1e301), ["YY1", "1e+300 on line 2, not a whole number above 0"]),
        (lambda f: f.assign(YY1=f["YY1"] + 0.5), ["YY1", "1.5 on line 2, not a whole number"]),
        (lambda f: f.assign(Y1=f["Y1"] + 0.5), ["Y1", "11.5 on line 2, not a whole number"]),
        (lambda f: f.assign(YY1=f["YY1"] - 8, Y1=f["Y1"] - 80), ["YY1", "-7 on line 2, not a whole number above 0"]),
        (lambda f: f.assign(Y1=f["Y1"].where(f.index != 1, 11)), ["Y1", "the same implicate twice"]),
        (lambda f: f.assign(INCOME=f["INCOME"].where(f.index != 3, np.inf)), ["INCOME", "lacks a number on line 5"]),
        (lambda f: f.assign(KGINC=f["INCOME"].where(f.index != 3, -np.inf)), ["KGINC", "lacks a number on line 5"]),
        (lambda f: f.assign(NHNFIN=f["HOUSES"].where(f.index != 3)), ["NHNFIN", "lacks a number on line 5"]),
        (lambda f: f.assign(WGT=1e308), ["WGT", "far too large on line 2"]),
        (lambda f: pd.concat([f, f[["AGE"]]], axis=1), ["two columns named AGE"]),
        (lambda f: f.assign(**{"N" * 5000: "x"}), ["a column named NNN"]),
        (lambda f: f.assign(**{"A\0B": 1}), ["not a readable CSV"]),
        (lambda f: f.drop(columns="Y1").assign(X1=f["Y1"], x1=f["Y1"]), ["two columns named X1"]),
    ],
)  # fmt: skip
def test_a_table_with_odd_values_is_refused(write, change, says):
    refuse(write(NAME, as_csv(change(excerpt()))), *says)


def test_a_column_named_as_in_1989_beside_the_later_one_is_just_a_column(write):
    data = scf.read(write(NAME, as_csv(excerpt().assign(X1=1))))
    assert (data.columns[1], data.columns[-1]) == ("Y1", "X1")


@pytest.mark.parametrize("column", ["INCOME", "MINE"])
def test_an_amount_beyond_all_sums_is_refused(write, column):
    """1e308 was read, and two pages then raised."""
    frame = excerpt()
    amounts = [1e308, *[0.0] * (len(frame) - 1)]
    refuse(
        write(NAME, as_csv(frame.assign(**{column: amounts}))), f"column {column}, has 1e+308 on line 2, more than any"
    )


def test_the_lowest_whole_number_is_kept_in_the_copy(write):
    path = write(NAME, as_csv(excerpt().assign(MINE=-(2**63))))
    first = scf.read(path).values("MINE")
    assert parquet_copy.load(path) is not None
    assert (scf.read(path).values("MINE") == first).all()


@pytest.mark.parametrize("column", ["LIQ", "CCBAL", "KGORE", "NHNFIN"])
def test_a_missing_amount_in_the_real_file_is_found(real_2019, write, column):
    households = real_2019.frame.head(200)
    frame = households.assign(**{column: households[column].where(households.index != 7)})
    refuse(write(NAME, as_csv(frame)), f"column {column}, lacks a number on line 9")


def test_a_missing_value_outside_every_identity_is_no_fault(real_2019, write):
    assert np.isnan(real_2019.values("WILSH")).sum() == 5
    households = real_2019.frame.head(200)
    data = scf.read(write(NAME, as_csv(households.assign(WILSH=np.nan))))
    assert data.sampled == 40


# ------------------------------------------------------------------------------------------ excerpts


@pytest.mark.parametrize(
    ("weights", "stands_for"), [(64.32e6, "64.3"), (3_000_000.0, "3.0"), (1000.0, "less than 0.1"), (2e9, "2,000.0")]
)
def test_an_excerpt_says_what_it_stands_for_also_on_the_second_read(write, weights, stands_for):
    path = write(NAME, as_csv(excerpt(weights=weights)))
    note = f"An excerpt: its weights stand for {stands_for} million households, the survey's for 128.6 million."
    assert scf.read(path).notes == (note,)
    assert scf.read(path, columns=()).notes == (note,)


def test_a_whole_wave_is_no_excerpt_whatever_its_name(write, real_2007):
    assert scf.read(write("SCFP2022.csv", as_csv(excerpt()))).notes == ()
    assert not any("excerpt" in note for note in real_2007.notes)


# ------------------------------------------------------------------------------------------ codes among dollars


def test_a_code_in_place_of_an_amount_is_not_converted(households):
    data = households(CURRPEN=[-1.0, 100.0, -1.159, np.nan], RETQLIQ=[-1, 100, 218_499, 0], KGINC=[-1, -1, -1, -1])
    later = data.in_dollars(2022)
    factor = 4376 / 3775
    np.testing.assert_allclose(later.values("CURRPEN"), [-1, 100 * factor, -1.159 * factor, np.nan])
    np.testing.assert_allclose(later.values("RETQLIQ"), [-1, 100 * factor, 218_499 * factor, 0])
    np.testing.assert_allclose(later.values("KGINC"), -factor)
    np.testing.assert_allclose(later.in_dollars(1989).in_dollars(2019).values("CURRPEN")[:2], [-1, 100])


@pytest.mark.parametrize("year", [1989, 2022])
def test_codes_of_the_real_file_stay_and_its_totals_still_add_up(real_2019, year):
    later = real_2019.in_dollars(year)
    for name, rows in (("CURRPEN", 30), ("RETQLIQ", 10)):
        codes = real_2019.values(name) == -1
        assert codes.sum() == rows
        assert (later.values(name)[codes] == -1).all()
        assert ((later.values(name) < 0) == codes).all()
    checks.check_identities(later.name, later.frame)
    assert all(identity.holds_in(frozenset(later.columns)) for identity in IDENTITIES)


def test_a_conversion_does_not_depend_on_the_columns_loaded(real_2019, real_file):
    some = scf.read(real_file("SCFP2019.csv.gz"), columns=["RETQLIQ"]).in_dollars(2022)
    assert (some.values("RETQLIQ") == real_2019.in_dollars(2022).values("RETQLIQ")).all()


def test_the_codebook_documents_the_codes():
    book = read_codebook()
    documented = {name for name in book.dollars() if "-1" in book[name].definition}
    # the code of WAGEINC is in the prices of the file already, so it goes on as an amount does
    assert documented - {"WAGEINC"} == set(SCF.codes)
