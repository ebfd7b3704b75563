"""A server that is short of memory draws no new map, and says so where it would stand."""

from lib import maps


def test_why_there_is_no_new_map_is_said_and_the_rest_of_the_page_is_there(app, charts, monkeypatch):
    monkeypatch.setattr(maps.shared(), "_left", lambda: 0)
    at = app("pages/many_features.py", where="AGE > 31")
    words = "until it has more, only maps that were drawn before are shown. Try again later."
    assert [words in info.value for info in at.info].count(True) == 2
    assert any(alt.startswith("PCA of") for alt, *_ in charts(at))
