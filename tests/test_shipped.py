"""What the project brings is what figures rest on: one flipped bit in it is a sentence, never another figure."""

import pytest

from lib import prices, shipped
from lib.errors import DataError
from lib.sources import examples, scf
from lib.subjects import CARDS
from lib.subjects.known import codebook_of

READ = {
    "codebook.csv": scf.read_codebook.__wrapped__,
    "dollars.csv": prices.price_index.__wrapped__,
    "codebook_cards.csv": lambda: codebook_of.__wrapped__(CARDS),
    "loans_example.parquet": examples.loans,
    "sample.parquet": lambda: scf.sample(columns=["INCOME"]),
}


def test_the_list_is_of_the_files_as_they_are():
    there = {path.name for path in shipped.FOLDER.iterdir() if path.suffix in {".csv", ".parquet"}}
    assert there == set(shipped.recorded())
    for name in there:
        assert len(shipped.checked(shipped.FOLDER / name)) == 64, "run python -m data.build.digests"


@pytest.mark.parametrize("name", READ)
def test_a_flipped_bit_is_refused_in_a_sentence(name, tmp_path, monkeypatch):
    """The prices of one year read one digit wrong, and every amount in its dollars was wrong without a word."""
    READ[name]()
    whole = (shipped.FOLDER / name).read_bytes()
    middle = len(whole) // 2
    (tmp_path / name).write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    for module, attribute in (
        ("lib.sources.scf.codebook", "CODEBOOK"),
        ("lib.prices", "PRICES"),
        ("lib.sources.examples", "LOANS_EXAMPLE"),
        ("lib.sources.scf.survey", "SAMPLE"),
    ):
        monkeypatch.setattr(f"{module}.{attribute}", tmp_path / name)
    monkeypatch.setattr("lib.subjects.known.FOLDER", tmp_path)
    with pytest.raises(DataError, match=rf"^data/{name} is damaged: fetch this project anew\.$"):
        READ[name]()
    (tmp_path / name).unlink()
    with pytest.raises(DataError, match=rf"^data/{name} cannot be read: fetch this project anew\.$"):
        READ[name]()


@pytest.mark.parametrize("content", [b"", b"\xff", b"nothing of the kind"])
def test_without_the_list_nothing_is_relied_on(content, tmp_path, monkeypatch):
    (tmp_path / "list").write_bytes(content)
    monkeypatch.setattr(shipped, "DIGESTS", tmp_path / "list")
    with pytest.raises(DataError, match="is damaged: fetch this project anew"):
        scf.sample(columns=[])
