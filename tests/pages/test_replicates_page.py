"""What intervals rest on, as the page on methods says it, from nothing to the replicate weights themselves."""

import pytest

from lib.errors import DataError
from lib.ui.scene import sureness
from tests.sources.loopback import Loopback, extract, whole, zipped
from tests.sources.replicate_files import archive, as_csv, released

METHODS = "pages/methods.py"
BUTTON = "get_replicates"


def said(at):
    return next(m.value for m in at.main.markdown if m.value.startswith("95% intervals"))


def offered(at):
    return [b.label for b in at.main.button if b.key == BUTTON]


def test_what_intervals_rest_on_is_said_and_closer_ones_are_fetched(app, tmp_path, monkeypatch):
    """Without the file a bootstrap and how far it is off; by the button the file; a bad one is said and left out."""
    monkeypatch.setenv("NO_PROXY", "*")
    (tmp_path / "scfp2019excel.zip").write_bytes(extract(2019))
    at = app(METHODS, data="sample")
    assert "bootstrap by household**: replicate weights are there for real households only" in said(at)
    assert not offered(at)

    at = app(METHODS, data="2019")
    assert "it comes out 0.9 to 1.7 times as large (median 1.4)" in said(at)
    assert offered(at) == ["Get the replicate weights of 2019"]
    with Loopback() as site:
        monkeypatch.setenv("SCF_BASE_URL", site.base)
        at.button(key=BUTTON).click().run()
        assert "has no scf2019rw1s.zip any more" in at.error[0].value
        site.serve("scf2019rw1s.zip", whole(archive()))
        at.button(key=BUTTON).click().run()
    assert "**Federal Reserve's replicate weights** of 2019 (scf2019rw1s.zip)" in said(at)
    assert not offered(at)
    assert not at.exception

    good = sureness.replicates_of("2019")
    assert sureness.read_replicates(good)[1].shape == (40, 999)
    good.path.write_bytes(zipped(as_csv(released(2019, 39)), "p19_rw1.csv"))
    bad = sureness.replicates_of("2019")
    assert bad.stamp != good.stamp
    with pytest.raises(DataError):
        sureness.read_replicates(bad)
    assert sureness.replicates_of("2019") is None
    at.run()
    assert "scf2019rw1s.zip holds 39 households, SCF 2019 has 40" in said(at)
    assert "bootstrap" in said(at)
    assert offered(at)
