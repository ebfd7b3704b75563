"""The page on methods and data, run through AppTest."""

import re
from collections import Counter
from unittest.mock import Mock

import pytest

from lib import VERSION
from lib.sources.download import manifest
from lib.ui.scene import catalogue
from lib.ui.scene.kept import ROOM
from lib.ui.sections import serving


def let_go_of():
    """How many results of each kind had to make room for others."""
    return Counter({kind.kind: kind.left for kind in ROOM.kinds()})


def test_the_dictionary_lists_every_column_with_its_label(app):
    at = app("pages/methods.py")
    table = at.dataframe[0].value
    assert len(table) == 351
    row = table[table["Column"] == "TURNFEAR"].iloc[0]
    assert row["Label"] == "Denied credit or feared denial"
    assert "0 No; 1 Yes" in row["Values"]


def test_every_word_of_sureness_has_its_formula_one_click_away(app):
    titles = {one.label for one in app("pages/methods.py").expander}
    assert {
        *("Standard errors", "Bootstrap by member", "Differences of two figures", "When a figure is too unsure"),
        *("Null models, and when a score exceeds them", "Gap", "Stability", "Matching by assignment", "Relatives"),
        *("Which choices decide", "Adjusted Rand index", "Trends", "Noise floor between waves"),
    } <= titles
    of_rows = {one.label for one in app("pages/methods.py", data="cards").expander}
    assert {"Differences of two figures", "When a figure is too unsure", "Matching by assignment"} <= of_rows
    assert not {"Bootstrap by member", "Trends", "Noise floor between waves"} & of_rows


def test_search_finds_labels_definitions_and_names(app):
    at = app("pages/methods.py")
    for wanted, least in (("payday", 1), ("NETWORTH", 2), ("mortgage", 10)):
        at.text_input(key="dictionary").set_value(wanted).run()
        assert least <= len(at.dataframe[0].value) < 351
    at.text_input(key="dictionary").set_value("zzz").run()
    assert not at.dataframe
    assert "No column mentions" in at.info[0].value


def test_sources_say_what_is_on_view(app):
    assert any("not real households" in c.value for c in app("pages/methods.py").main.caption)


def test_what_the_server_keeps_is_told_and_stays_within_its_bounds(app):
    app("pages/two_features.py", k="3")
    at = app("pages/methods.py")
    assert not any("Made room" in d.value.columns for d in at.dataframe)
    at.session_state["server"] = True
    at.run()
    table = next(d.value for d in at.dataframe if "Made room" in d.value.columns).set_index("What")
    assert table.loc["segmentation", "Made"] >= table.loc["segmentation", "Kept"] >= 1
    taken, most = (
        float(part) for part in re.search(r"(\d+) of (\d+) MB", " ".join(m.value for m in at.markdown)).groups()
    )
    assert 0 < taken <= most
    assert any(f"Version {VERSION}, up for " in m.value and "under way" in m.value for m in at.markdown)
    assert not any("SHA-256" in d.value.columns for d in at.dataframe)  # the sample is no wave


@pytest.mark.parametrize(("seconds", "words"), [(59, "0 min"), (3_720, "1 h 2 min"), (90_000, "1 d 1 h")])
def test_for_how_long_a_server_is_up(seconds, words):
    assert serving._duration(seconds) == words


def test_the_server_says_which_waves_it_has_and_when_they_came(tmp_path, monkeypatch):
    fetched, brought = tmp_path / "scfp2022excel.zip", tmp_path / "SCFP2019.csv.gz"
    entry = manifest.Entry("https://example.org", 9, "ab" * 32, "2026-11-21T10:00:00", 2022, 2022, "as published")
    manifest.write(tmp_path / manifest.NAME, {fetched.name: entry})
    monkeypatch.setattr(catalogue, "look", lambda: Mock(surveys={2019: brought, 2022: fetched}))
    monkeypatch.setattr(catalogue, "about", lambda source: Mock(vintage=f"release of {source}"))
    assert serving._waves().to_numpy().tolist() == [
        ["2022", "release of 2022", fetched.name, "2026-11-21", "abababababab"],
        ["2019", "release of 2019", brought.name, "brought by hand", ""],
    ]


def test_what_the_server_keeps_is_bounded_however_much_is_asked(app, monkeypatch):
    most = 6 * 2**20  # replicates take half of it
    monkeypatch.setattr(ROOM, "most", most)
    before = let_go_of()
    # few households: what had to leave is soon made anew
    at = app("pages/two_features.py", where="AGE > 80")
    for k in (5, 6, 7, 5):
        at.slider(key="k").set_value(k).run()
        assert any(f"**{k} segments**" in m.value for m in at.main.markdown)
        assert ROOM.nbytes <= most
    assert let_go_of()["segmentation"] > before["segmentation"]
