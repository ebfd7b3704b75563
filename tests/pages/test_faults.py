"""What a page says when what it was drawn from is gone, replaced or damaged."""

import pytest
from streamlit.testing.v1 import AppTest

from lib.errors import DataError
from lib.population import Population
from lib.ui.scene import catalogue
from lib.ui.scene.catalogue import Source
from lib.ui.scene.view import View


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
