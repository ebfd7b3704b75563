"""Settings that cannot be followed: one sentence each for whoever runs the server, and what is done instead."""

import json
import logging

import pytest

from lib.ui.run import settings
from lib.work import log, machine


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SEGMENTS_LOG", "banana", "'banana', not one of info, warning, error, off"),
        ("MEMORY_MB", "lots", "'lots', no whole number of megabytes"),
        ("MEMORY_MB", "0", "'0', no whole number of megabytes"),
        ("SCF_DOWNLOADS", "/nope/none", "'/nope/none', where no folder is"),
        ("MAPS_CACHE", "/proc/1/x", "'/proc/1/x', where nothing can be written"),
    ],
)
def test_a_setting_that_cannot_be_followed_is_said(monkeypatch, tmp_path, name, value, says):
    for other in ("SEGMENTS_LOG", "MEMORY_MB"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv("SCF_DOWNLOADS", str(tmp_path))
    monkeypatch.setenv("MAPS_CACHE", str(tmp_path / "maps"))
    assert settings.misunderstood() == []
    monkeypatch.setenv(name, value)
    (sentence,) = settings.misunderstood()
    assert sentence.startswith(f"{name} is ")
    assert says in sentence
    assert (machine.memory() or 1) > 0


def test_it_is_one_line_of_the_log(caplog, monkeypatch):
    monkeypatch.setattr(log.LOGGER, "handlers", [caplog.handler])
    monkeypatch.setattr(log.LOGGER, "level", logging.INFO)
    monkeypatch.setattr(log.LOGGER, "_cache", {})
    log.setting("MEMORY_MB is 'lots'")
    (line,) = [json.loads(record.message) for record in caplog.records]
    assert (line["event"], line["what"]) == ("setting", "MEMORY_MB is 'lots'")
