"""Which member a typed id names."""

from dataclasses import replace

import pandas as pd
import pytest
from tables import neutral_table

from lib.errors import PopulationError
from lib.population.ids import find_id


def table(ids):
    data = neutral_table()
    few = data.frame.head(len(ids)).assign(key=ids)
    return replace(data, frame=few, name="Mine", fingerprint=str(ids))


TEXT = ["00123", "123", "C-10 01", "c10002", "C10003", "Müller", "ab1", "AB1", "AB 1", "0017"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("00123", "00123"),
        ("123", "123"),
        (" 123\n", "123"),
        ("c-1001", "C-10 01"),
        ("C-10 01", "C-10 01"),
        ("C 10002", "c10002"),
        ("MÜLLER", "Müller"),
        ("Mu\u0308ller", "Müller"),
        ("ab1", "ab1"),
        ("AB1", "AB1"),
        ("\uff30", None),
    ],
)
def test_text_is_taken_as_the_file_writes_it_or_nearly_so(typed, meant):
    data = table(TEXT)
    if meant is None:
        with pytest.raises(PopulationError):
            find_id(data, typed)
    else:
        assert find_id(data, typed) == meant


def test_leading_zeros_of_text_count():
    with pytest.raises(PopulationError, match=r"There is no row “17” in Mine: look for another, such as .*“0017”"):
        find_id(table(TEXT), "17")


def test_who_leaves_out_zeros_in_front_hears_of_them_first():
    ids = [f"{number:05}" for number in range(300)]
    data = table(ids)
    with pytest.raises(PopulationError, match=r"There is no row “42” in Mine: look for another, such as “00042”"):
        find_id(data, "42")


def test_ids_that_differ_in_case_and_blanks_alone_are_told_apart():
    said = "3 rows are called like “Ab1”: write it as the file does, as “ab1”, “AB1” and “AB 1”."
    with pytest.raises(PopulationError, match=said):
        find_id(table(TEXT), "Ab1")


@pytest.mark.parametrize(
    ("typed", "near"),
    [("C10O23", "C10023"), ("D10023", "C10023"), ("10023", "C10023"), ("C100233", "C10023"), ("C1023", "C10023")],
)
def test_an_unknown_id_gets_near_ones(typed, near):
    with pytest.raises(PopulationError, match=rf"There is no row “{typed}” in Mine: .*“{near}”"):
        find_id(neutral_table(), typed)


def test_what_is_like_nothing_gets_no_advice_that_does_not_fit():
    with pytest.raises(PopulationError, match=r"^There is no row “§§§” in Mine: look for another\.$"):
        find_id(neutral_table(), "§§§")


NUMBERS = [1, 5, 17, 1_234, 4_269]


@pytest.mark.parametrize(
    ("typed", "meant"), [("17", 17), (" 017 ", 17), ("1 234", 1_234), ("1,234", 1_234), ("4269.0", 4_269)]
)
def test_numbers(typed, meant):
    assert find_id(table(NUMBERS), typed) == meant


def test_an_unknown_number_gets_the_nearest():
    with pytest.raises(PopulationError, match="There is no row 16 in Mine: look for another, such as 1, 5 and 17"):
        find_id(table(NUMBERS), "16")
    with pytest.raises(PopulationError, match=r"There is no row 99999999999 in Mine: .* 17, 1234 and 4269"):
        find_id(table(NUMBERS), "99999999999")


@pytest.mark.parametrize("typed", ["x", "1e3", "17.5", "1" * 30, "0x11"])
def test_what_is_no_whole_number_is_said(typed):
    with pytest.raises(PopulationError, match="here they go by whole numbers from 1 to 4269"):
        find_id(table(NUMBERS), typed)


def test_near_households_are_households(sample):
    """Each of them has five rows."""
    last = int(sample.ids.max())
    with pytest.raises(PopulationError, match=f"such as {last - 2}, {last - 1} and {last}"):
        find_id(sample, "999999")


def test_a_sentence_holds_no_more_of_what_was_typed_than_fits():
    with pytest.raises(PopulationError) as raised:
        find_id(neutral_table(), "<script>" * 10_000)
    assert len(str(raised.value)) < 200


def test_ids_of_a_single_row():
    assert find_id(table(["x"]), "X") == "x"
    with pytest.raises(PopulationError, match="such as 7"):
        find_id(table(pd.Series([7]).tolist()), "8")
