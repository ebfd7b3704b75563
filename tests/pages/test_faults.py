"""What a page says when what it was drawn from is gone, replaced or damaged."""

import pytest
from streamlit.testing.v1 import AppTest

from lib import shipped
from lib.errors import DataError
from lib.population import Population
from lib.ui.scene import catalogue
from lib.ui.scene.catalogue import Source
from lib.ui.scene.view import View
from tests.sources.loopback import extract


@pytest.fixture
def wave(monkeypatch, sample):
    """Puts a wave into the catalogue; whoever calls it changes its stamp, or takes it away with None."""
    some = sample.where(sample.values("YY1") <= 300, "some")

    def put(stamp):
        there = {} if stamp is None else {"2022": Source("SCF 2022", stamp, lambda _: some, lambda: some.codebook)}
        monkeypatch.setattr(catalogue, "sources", lambda: there)

    return put


def test_the_file_of_a_wave_is_deleted_while_somebody_looks_at_it(wave):
    """A fragment's rerun gave a KeyError: nobody chooses the data anew for it."""
    wave("deleted later")
    view = View("2022", "deleted later", None, Population(), "households")
    assert len(view.members(("INCOME",))) == 1_500
    wave(None)
    assert len(view.members(("INCOME",))) == 1_500  # what is kept is as it was
    with pytest.raises(DataError, match="no longer there: load the page again"):
        view.members(("DEBT",))


def test_the_file_of_a_wave_is_replaced_while_somebody_looks_at_it(wave):
    """What is made of the new file was kept as if it were the old one's."""
    wave("before")
    view = View("2022", "before", None, Population(), "households")
    wave("after")
    with pytest.raises(DataError, match="changed meanwhile: load the page again"):
        view.members(("ASSET",))
    assert len(view.at("2022").members(("ASSET",))) == 1_500


def test_the_file_of_a_wave_goes_is_damaged_is_of_another_wave_and_comes_back(app, tmp_path):
    """It was gone from the screen without a word, and the synthetic sample stood there instead."""
    file = tmp_path / "scfp2019excel.zip"
    file.write_bytes(extract(2019))
    at = app("pages/your_table.py")  # it draws little of its own
    gone = "The file of the survey of 2019 is gone, or holds something else now."

    def seen():
        assert not at.run().exception
        return at.selectbox(key="data").value, [warning.value for warning in at.sidebar.warning]

    assert seen() == ("2019", [])
    file.unlink()
    assert seen() == ("sample", [gone])
    file.write_bytes(b"rubbish")
    damaged = "scfp2019excel.zip is not a .zip archive, whatever its name says: download it again."
    assert seen() == ("sample", [gone, f"{damaged} The app goes on without it."])
    file.write_bytes(extract(2016))
    assert seen() == ("2016", [gone])
    file.write_bytes(extract(2019))
    assert seen() == ("2019", [gone.replace("2019", "2016")])


def test_a_link_about_a_wave_whose_file_is_damaged_does_not_say_that_there_is_none(app, tmp_path):
    (tmp_path / "scfp2019excel.zip").write_bytes(b"rubbish")
    at = app("pages/your_table.py", data="2019")
    assert [warning.value for warning in at.sidebar.warning] == [
        "The link is about the survey of 2019, whose file here cannot be read.",
        "scfp2019excel.zip is not a .zip archive, whatever its name says: download it again. "
        "The app goes on without it.",
    ]
    at = app("pages/your_table.py", data="2016")
    said = at.sidebar.warning[0].value
    assert said == "The link is about the survey of 2016, which this server does not have yet."


def page(says):
    import streamlit as st

    from lib.errors import DataError
    from lib.ui.run import whole_page

    @whole_page.fragment
    def part():
        st.markdown("Before")
        raise DataError(says)

    part()
    st.markdown("Below")


def test_what_goes_wrong_in_a_part_of_a_page_is_said_there_and_the_rest_goes_on():
    at = AppTest.from_function(page, kwargs={"says": "The file is *gone*."}).run()
    assert not at.exception
    assert [error.value for error in at.error] == [r"The file is \*gone\*."]
    assert [text.value for text in at.markdown] == ["Before", "Below"]


def test_what_goes_wrong_before_a_page_is_said_in_its_place(app, monkeypatch):
    def damaged(*_):
        raise DataError("The file is damaged.")

    monkeypatch.setattr("lib.ui.sections.sidebar.choose_scene", damaged)
    assert "The file is damaged." in [error.value for error in app().error]


def test_what_the_project_brings_is_left_out_where_it_is_damaged_and_the_rest_goes_on(app, tmp_path, monkeypatch):
    known = shipped.recorded()

    def damage(*names):
        lines = [f"{'0' * 64 if name in names else digest}  {name}\n" for name, digest in known.items()]
        (tmp_path / "list").write_text("".join(lines), encoding="ascii")
        monkeypatch.setattr(shipped, "DIGESTS", tmp_path / "list")

    damage("cards_example.parquet", "codebook_loans.csv")
    at = app()
    assert at.selectbox(key="data").options == ["Synthetic sample of 2019"]
    assert [warning.value for warning in at.sidebar.warning] == [
        f"data/{name} is damaged: fetch this project anew. The app goes on without it."
        for name in ("cards_example.parquet", "codebook_loans.csv")
    ]
    damage(*known)
    at.run()
    assert not at.exception
    assert [error.value for error in at.error] == ["data/sample.parquet is damaged: fetch this project anew."]
