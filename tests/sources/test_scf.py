"""Reading the survey's files: real waves and vintages, and everything that may arrive under their name."""

import codecs
import gzip
import io
import struct
import tracemalloc
import zipfile
import zlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pytest

from lib import estimates
from lib.errors import DataError, PopulationError, RecipeError
from lib.features import rankable
from lib.features.checks import check_features
from lib.population import Population
from lib.sources import scf
from lib.sources.scf import parquet_copy
from lib.sources.scf.checks import NEEDED
from lib.tables import files


def excerpt(households=12, *, dollars=1.0, weights=128_642_431.0) -> pd.DataFrame:
    """A small valid extract: five implicates, round home values times a price factor, totals that add up."""
    rng = np.random.default_rng(5)
    n = households * 5
    household = np.repeat(np.arange(1, households + 1), 5)
    houses = np.round(rng.uniform(50_000, 900_000, n), -3) * dollars
    frame = pd.DataFrame(0.0, index=range(n), columns=list(NEEDED))
    debt = np.round(rng.uniform(0, 90_000, n)) * dollars
    return frame.assign(
        YY1=household,
        Y1=household * 10 + np.tile(np.arange(1, 6), households),
        WGT=weights / n,
        AGE=40,
        HOUSES=houses,
        NFIN=houses,
        ASSET=houses,
        DEBT=debt,
        NETWORTH=houses - debt,
    )


def as_csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode("utf-8-sig")


def whole_file_as_csv(frame: pd.DataFrame) -> bytes:
    """The same for ten million cells, for which pandas takes seconds."""
    content = io.BytesIO()
    bare = pacsv.WriteOptions(quoting_style="none", quoting_header="none")
    pacsv.write_csv(pa.Table.from_pandas(frame, preserve_index=False), content, bare)
    return codecs.BOM_UTF8 + content.getvalue()


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes content under a name, zipped if the name ends in .zip, away from everyone's cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def writer(name: str, content: bytes, member: str = "SCFP2019.csv"):
        path = tmp_path / name
        if name.endswith(".zip"):
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                archive.writestr(member, content)
        elif name.endswith(".gz"):
            path.write_bytes(gzip.compress(content))
        else:
            path.write_bytes(content)
        return path

    return writer


# The real files


@pytest.mark.parametrize(
    ("fixture", "shape", "households", "wave", "dollars"),
    [
        ("real_2019", (28_885, 351), 5_777, 2019, 2019),
        ("real_2022", (22_975, 356), 4_595, 2022, 2022),
        ("real_2007", (22_085, 348), 4_417, 2007, 2019),
    ],
)
def test_real_wave(request, fixture, shape, households, wave, dollars):
    data = request.getfixturevalue(fixture)
    assert data.frame.shape == shape
    assert (data.sampled, data.wave, data.dollars) == (households, wave, dollars)
    assert (data.implicates, data.weight, data.id) == (5, "WGT", "YY1")
    assert not data.synthetic
    assert set(data.codebook) == set(data.columns)


def test_real_weights_sum_to_the_households_of_the_country(real_2019, real_2022):
    assert real_2019.weights().sum() == pytest.approx(128_642_431, abs=1)
    assert real_2022.weights().sum() == pytest.approx(131_306_389, abs=1)


def test_the_2007_file_tells_its_dollars_and_its_doubly_inflated_column(real_2007):
    # the exact factor inside 2019-dollar files of this wave differs from the index table by .005 %
    assert real_2007.dollar_factor == pytest.approx(1.23441, abs=5e-6)
    assert "re-released with the 2019 survey" in real_2007.vintage
    assert any("NHNFIN" in note for note in real_2007.notes)
    right = real_2007.values("NFIN") - real_2007.values("HOUSES")
    assert real_2007.values("NHNFIN") == pytest.approx(right)


def test_going_back_to_nominal_dollars_makes_home_values_round_again(real_2007):
    houses = real_2007.in_dollars(2007).values("HOUSES")
    assert np.mean(np.abs(houses[houses > 0] - np.round(houses[houses > 0], -2)) < 1) > 0.99


def test_net_worth_of_2007_is_the_published_one_in_2019_dollars(real_2007):
    # Bulletin 2010: median net worth in 2007 of $120,600 in 2007 dollars, revised data within 2 %
    nominal = real_2007.in_dollars(2007)
    assert estimates.quantile(nominal.values("NETWORTH"), nominal.weights(), 0.5) == pytest.approx(120_600, rel=0.02)


# Vintages, made from the real file


def test_a_file_as_it_is_fetched_today_is_told_from_the_first_release(real_2019, write):
    """The re-release: 2022 dollars, six more columns, NHNFIN inflated twice (1.3438)."""
    factor = 4376 / 3775
    money = [name for name in real_2019.codebook.dollars() if name in real_2019.frame]
    frame = real_2019.frame.copy()
    frame[money] = frame[money].astype(float) * factor
    frame["NHNFIN"] *= factor
    later = {"EMERGWORK": 0, "RACECL5": 1, "BNPL": 0, "NOBNPL": 0, "HBNPL": 0}
    frame = pd.concat([frame, pd.DataFrame(later, index=frame.index)], axis=1)
    data = scf.read(write("scfp2019excel.zip", whole_file_as_csv(frame)))
    assert (data.wave, data.dollars) == (2019, 2022)
    assert data.dollar_factor == pytest.approx(1.159205, abs=1e-5)
    assert "March 2024" in data.vintage
    assert data.values("NETWORTH").max() == pytest.approx(2_280_387_503, rel=1e-5)
    back = data.in_dollars(2019)
    for name in ("NETWORTH", "NHNFIN", "INCOME"):
        assert back.values(name) == pytest.approx(real_2019.values(name), abs=3, rel=1e-4)
    for name in ("AGE", "WGT", "LEVRATIO", "NTRAD", "TURNFEAR"):
        assert (back.values(name) == real_2019.values(name)).all()
    # EMERGWORK was asked in 2019, BNPL was not; nobody chose "other" (BOTHER), which is an answer
    assert unasked(data) == {"BNPL": 2019, "NOBNPL": 2019, "HBNPL": 2019}
    assert (data.values("BOTHER") == 0).all()


# What a wave did not ask


def unasked(data):
    return {name: variable.unasked for name, variable in data.codebook.items() if variable.unasked}


def test_what_a_wave_did_not_ask_is_missing_at_every_read(write):
    """Bankruptcy was asked from 1998 on, payday loans from 2007; 1995 has both as 0."""
    frame = excerpt(weights=99.0e6).assign(BNKRUPLAST5=0, HPAYDAY=0, CRDAPP=0, LATE=0, NORMINC=0.0)
    path = write("rscfp1995.csv", as_csv(frame))
    for data in (scf.read(path), scf.read(path), scf.read(path, columns=["HPAYDAY", "BNKRUPLAST5", "LATE"])):
        assert data.wave == 1995
        assert unasked(data) == {"BNKRUPLAST5": 1995, "HPAYDAY": 1995}
        assert np.isnan(data.values("BNKRUPLAST5")).all()
        # asked, and answered with no
        assert (data.values("LATE") == 0).all()
    book = scf.columns_of(path)
    assert "HPAYDAY" not in book.categories()
    assert "LATE" in book.categories()
    assert book["HPAYDAY"].why_not == "Took a payday loan (HPAYDAY) was not asked in 1995"


def test_what_is_not_0_throughout_was_asked_whatever_the_codebook_says(write):
    frame = excerpt(weights=99.0e6).assign(HPAYDAY=0)
    frame.loc[7, "HPAYDAY"] = 1
    data = scf.read(write("rscfp1995.csv", as_csv(frame)))
    assert not unasked(data)
    assert data.values("HPAYDAY").sum() == 1


def test_an_unasked_column_is_neither_condition_nor_feature_nor_ranked(write):
    frame = excerpt(weights=99.0e6).assign(FINLIT=0, HPAYDAY=0)
    data = scf.read(write("rscfp1995.csv", as_csv(frame)))
    with pytest.raises(PopulationError, match=r"HPAYDAY\) was not asked in 1995: leave that condition out"):
        Population.parse("HPAYDAY == 1").apply(data)
    with pytest.raises(RecipeError, match=r"FINLIT\) was not asked in 1995: choose another column"):
        check_features(data, ("FINLIT",))
    assert "FINLIT" not in rankable(data.codebook)


def test_columns_of_2007_that_were_not_asked(real_2007):
    assert list(unasked(real_2007)) == [
        *("KNOWL", "FORECLLAST5", "EMERGBORR", "EMERGSAV", "EMERGCUT", "HBORRFF", "HBORRCC", "HBORRALT", "HBORRFIN"),
        *("HSAVFIN", "HSAVNFIN", "HPSTPPAY", "HPSTPLN", "HPSTPOTH", "HCUTFOOD", "HCUTENT", "HCUTOTH", "FINLIT"),
        "PREPAID",
    ]
    # 0 in 2019, too: nobody gave that answer, or has such an amount
    for name in ("BOTHER", "IOTHER", "PAYEDU7", "PLOAN8"):
        assert (real_2007.values(name) == 0).all()


def test_nothing_of_2019_and_2022_is_unasked(real_2019, real_2022):
    assert not unasked(real_2019)
    assert not unasked(real_2022)


# What the reader takes


@pytest.mark.parametrize("name", ["SCFP2019.csv", "SCFP2019.csv.gz", "scfp2019excel.zip"])
def test_every_wrapping_gives_the_same_table(write, name):
    expected = excerpt()
    data = scf.read(write(name, as_csv(expected)))
    pd.testing.assert_frame_equal(data.frame, expected, check_dtype=False)
    assert (data.wave, data.dollars) == (2019, 2019)


def test_a_bare_stata_file_with_lower_case_names(write, tmp_path):
    buffer = io.BytesIO()
    excerpt().rename(columns=str.lower).to_stata(buffer, write_index=False)
    for name in ("rscfp2019.dta", "scfp2019s.zip"):
        data = scf.read(write(name, buffer.getvalue(), member="rscfp2019.dta"))
        assert data.columns == list(excerpt().columns)


def test_the_names_of_1989(write):
    frame = excerpt(weights=93.0e6).rename(columns={"YY1": "XX1", "Y1": "X1"})
    data = scf.read(write("scfp1989.csv", as_csv(frame)))
    assert data.columns[:2] == ["YY1", "Y1"]
    assert data.wave == 1989


def test_an_excerpt_takes_its_wave_from_its_name_and_says_unknown_otherwise(write):
    small = as_csv(excerpt(weights=1000.0))
    assert scf.read(write("SCFP2016.csv", small)).wave == 2016
    nameless = scf.read(write("mine.csv", small))
    assert (nameless.wave, nameless.dollars) == (None, None)
    with pytest.raises(DataError, match="does not say which year"):
        nameless.in_dollars(2022)


def test_dollars_of_a_year_without_an_index_are_refused(write):
    data = scf.read(write("SCFP2019.csv", as_csv(excerpt())))
    with pytest.raises(DataError, match="No price index for 1950"):
        data.in_dollars(1950)


# The Parquet copy


def test_the_second_read_uses_the_copy_and_only_the_columns_asked_for(write, monkeypatch):
    path = write("SCFP2019.csv", as_csv(excerpt()))
    first = scf.read(path)
    assert path.with_name("SCFP2019.csv.parquet").exists()
    monkeypatch.setattr("lib.sources.scf.survey.read_frame", lambda _: pytest.fail("the file was read again"))
    second = scf.read(path)
    pd.testing.assert_frame_equal(first.frame, second.frame, check_dtype=False)
    assert (second.fingerprint, second.wave, second.vintage) == (first.fingerprint, first.wave, first.vintage)
    some = scf.read(path, columns=["NETWORTH", "NOT_THERE"])
    assert some.columns == ["YY1", "Y1", "WGT", "NETWORTH"]
    assert some.fingerprint == first.fingerprint


def test_a_changed_file_is_read_again(write):
    path = write("SCFP2019.csv", as_csv(excerpt()))
    before = scf.read(path)
    write("SCFP2019.csv", as_csv(excerpt(households=13)))
    after = scf.read(path)
    assert (before.sampled, after.sampled) == (12, 13)
    assert before.fingerprint != after.fingerprint


def test_columns_are_told_without_loading_one(write, monkeypatch):
    path = write("SCFP2019.csv", as_csv(excerpt()))
    whole = scf.read(path).codebook
    monkeypatch.setattr(parquet_copy, "read_table", lambda *_: pytest.fail("a column was loaded"))
    assert dict(scf.columns_of(path)) == dict(whole)
    monkeypatch.undo()
    assert dict(scf.columns_of_sample()) == dict(scf.sample().codebook)


def test_columns_are_told_of_a_file_that_has_no_copy_yet(write):
    path = write("SCFP2019.csv", as_csv(excerpt()))
    assert dict(scf.columns_of(path)) == dict(scf.read(path).codebook)


@pytest.mark.parametrize("damage", [b"", b"PAR1", b"not parquet at all" * 100])
def test_a_damaged_copy_is_made_anew(write, damage):
    path = write("SCFP2019.csv", as_csv(excerpt()))
    scf.read(path)
    copy = path.with_name("SCFP2019.csv.parquet")
    copy.write_bytes(damage)
    assert scf.read(path).sampled == 12
    assert parquet_copy.load(path) is not None


def test_a_flipped_bit_in_a_copy_is_found_and_the_file_read_again(write, caplog):
    """In 6 of 10 copies it gave silently wrong figures."""
    path = write("SCFP2019.csv", as_csv(excerpt()))
    right = scf.read(path)
    copy = path.with_name("SCFP2019.csv.parquet")
    whole = copy.read_bytes()
    for at in range(40, len(whole), len(whole) // 25):
        copy.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << at % 8)]) + whole[at + 1 :])
        found = scf.read(path)
        pd.testing.assert_frame_equal(found.frame, right.frame, check_dtype=False)
        assert (found.fingerprint, found.dollars, found.vintage) == (right.fingerprint, right.dollars, right.vintage)
    assert set(caplog.messages) == {
        "The copy of SCFP2019.csv is damaged, or an earlier version's: the file is read again."
    }


def test_a_read_only_folder_gets_no_copy_but_the_cache_folder_does(write, tmp_path):
    path = write("SCFP2019.csv", as_csv(excerpt()))
    tmp_path.chmod(0o555)
    try:
        (tmp_path / "cache").exists()
        scf.read(path)
        assert sorted(p.name for p in tmp_path.glob("*")) in (["SCFP2019.csv"], ["SCFP2019.csv", "cache"])
    finally:
        tmp_path.chmod(0o755)


def test_no_half_written_copy_is_left_when_writing_fails(write, monkeypatch):
    path = write("SCFP2019.csv", as_csv(excerpt()))

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parquet_copy.pq, "write_table", full)
    assert scf.read(path).sampled == 12
    assert [p.name for p in path.parent.iterdir() if p.is_file()] == ["SCFP2019.csv"]


# What it refuses, in one sentence that names the file


def refuse(path, *says):
    with pytest.raises(DataError) as error:
        scf.read(path)
    message = str(error.value)
    for text in (path.name, *says):
        assert text in message
    assert "\n" not in message
    assert len(message) < 250
    assert not list(path.parent.glob("*.parquet"))


def test_file_that_is_not_there(tmp_path):
    refuse(tmp_path / "SCFP2019.csv", "cannot be read", "check that the file is there")


def test_folder_instead_of_a_file(tmp_path):
    (tmp_path / "SCFP2019.csv").mkdir()
    refuse(tmp_path / "SCFP2019.csv", "cannot be read")


@pytest.mark.parametrize(("name", "content"), [("a.csv", b""), ("a.zip", b"\n \n"), ("a.dta", b"\0" * 50)])
def test_empty_file(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    refuse(tmp_path / name, "is empty")


@pytest.mark.parametrize("name", ["scfp2019excel.zip", "SCFP2019.csv", "SCFP2019.csv.gz"])
def test_web_page_saved_under_a_data_files_name(tmp_path, name):
    (tmp_path / name).write_bytes(b"\n  <!DOCTYPE html><html><body>403 Forbidden</body></html>")
    refuse(tmp_path / name, "is a web page")


def test_web_page_inside_a_zip(write):
    refuse(write("scfp2019excel.zip", b"<html><body>moved</body></html>"), "is a web page")


def test_damaged_zip(write):
    path = write("scfp2019excel.zip", as_csv(excerpt()))
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole[:200] + bytes(50) + whole[250:]):
        path.write_bytes(damaged)
        refuse(path, "damaged", "download it again")


def test_a_zip_by_name_only(tmp_path):
    (tmp_path / "scfp2019excel.zip").write_bytes(as_csv(excerpt()))
    refuse(tmp_path / "scfp2019excel.zip", "is not a .zip archive")


def test_truncated_gzip(write):
    path = write("SCFP2019.csv.gz", as_csv(excerpt()))
    path.write_bytes(path.read_bytes()[:-40])
    refuse(path, "damaged or cut off")


def test_zip_with_two_tables_or_none(tmp_path):
    path = tmp_path / "scf.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "nothing")
    refuse(path, "holds no CSV or Stata file")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("a.csv", "x")
        archive.writestr("b.csv", "y")
    refuse(path, "2 tables", "a.csv, b.csv")


def zip_of_zeros(path, unpacked: int, *, claims: int):
    """A zip of one member of ``unpacked`` zero bytes, small on disk, that claims to hold ``claims``."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block, checksum, packed = bytes(2**20), 0, bytearray()
    for _ in range(unpacked // len(block)):
        checksum = zlib.crc32(block, checksum)
        packed += packer.compress(block)
    packed += packer.flush()
    name, size = b"SCFP2019.csv", claims
    fields = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, checksum, len(packed), size, len(name), 0)
    central = struct.pack("<H", 20) + fields + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    local = b"PK\x03\x04" + fields + name + packed
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(central) + 4, len(local), 0)
    path.write_bytes(local + b"PK\x01\x02" + central + end)


@pytest.mark.parametrize(
    ("unpacked", "claims", "says"),
    [
        (2**20, 3 * 2**30, "more than 200 MB"),  # 3 GB by its own word
        (256 * 2**20, 256 * 2**20, "more than 200 MB"),
        (256 * 2**20, 1000, "damaged"),  # larger than it says
    ],
)
def test_a_zip_that_unpacks_to_far_too_much_is_refused_in_bounded_memory(tmp_path, unpacked, claims, says):
    path = tmp_path / "scfp2019excel.zip"
    zip_of_zeros(path, unpacked, claims=claims)
    tracemalloc.start()
    refuse(path, says)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50 * 2**20


def test_a_gzip_that_unpacks_to_more_than_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_UNPACKED", 8 * 2**20)
    path = tmp_path / "SCFP2019.csv.gz"
    path.write_bytes(gzip.compress(bytes(64 * 2**20)))
    refuse(path, "unpacks to more than 8 MB")


def test_a_file_too_large_to_be_read_at_all(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_PACKED", 1000)
    path = tmp_path / "SCFP2019.csv"
    path.write_bytes(b"1," * 1000)
    refuse(path, "at most")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00garbage\x81\x82", b"a,b\n1,2,3\n4", b"PNG\x89\n\x1a\x00" * 40])
def test_something_that_is_no_table(tmp_path, content):
    (tmp_path / "SCFP2019.csv").write_bytes(content)
    refuse(tmp_path / "SCFP2019.csv")


def test_damaged_stata_file(tmp_path):
    buffer = io.BytesIO()
    excerpt().to_stata(buffer, write_index=False)
    (tmp_path / "rscfp2019.dta").write_bytes(buffer.getvalue()[:3000])
    refuse(tmp_path / "rscfp2019.dta", "Stata file that is damaged")


def test_a_csv_of_something_else(real_file, tmp_path, write):
    path = write("CC GENERAL.csv", real_file("CC GENERAL.csv").read_bytes())
    refuse(path, "is not the Survey of Consumer Finances", "choose a summary extract")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: f.drop(columns=["NETWORTH", "DEBT"]), ["lacks the columns DEBT, NETWORTH"]),
        (lambda f: f.drop(columns="WGT"), ["lacks the column WGT"]),
        (lambda f: f.iloc[:0], ["no rows"]),
        (lambda f: f.iloc[:-1], ["YY1", "household 12 has 4 of its five implicates"]),
        (lambda f: f.assign(Y1=f["Y1"] + 5), ["Y1", "not ten times YY1"]),
        (lambda f: f.assign(WGT=f["WGT"].where(f.index != 7, -1)), ["WGT", "not positive on line 9"]),
        (lambda f: f.assign(WGT=f["WGT"].where(f.index != 7)), ["WGT", "lacks a number on line 9"]),
        (lambda f: f.assign(DEBT=f["DEBT"].astype(object).where(f.index != 3, "n/a?")), ["DEBT", "line 5", "n/a?"]),
        (lambda f: f.assign(NETWORTH=f["NETWORTH"] + 100), ["NETWORTH", "not the sum of its parts (ASSET, DEBT"]),
        (lambda f: pd.concat([f, f[["AGE"]].rename(columns={"AGE": "age"})], axis=1), ["two columns named AGE"]),
    ],
)  # fmt: skip
def test_a_table_that_fails_a_check_names_column_and_place(write, change, says):
    refuse(write("SCFP2019.csv", as_csv(change(excerpt()))), *says)
