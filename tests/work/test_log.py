"""One line for each piece of work: what it was, how long it took, how it ended, and nothing of anybody's table."""

import json
import logging

import pytest
from held import PATIENCE

from lib.errors import DataError
from lib.work import log
from lib.work.progress import Cancelled


@pytest.fixture
def lines(monkeypatch, caplog):
    """The lines that were written so far."""
    monkeypatch.setattr(log.LOGGER, "propagate", True)
    caplog.set_level(logging.INFO, logger=log.LOGGER.name)
    return lambda: [json.loads(record.message) for record in caplog.records if record.name == log.LOGGER.name]


def test_work_is_told_in_one_line_with_its_mark_and_how_long_it_took(lines):
    with log.told("fit", "kmeans", ("everyone", 4)):
        pass
    (line,) = lines()
    assert (line["event"], line["what"], line["ended"]) == ("fit", "kmeans", "done")
    assert line["mark"] == log.mark(("everyone", 4)) != log.mark(("everyone", 5))
    assert 0 <= line["seconds"] < PATIENCE
    assert line["at"].endswith("+00:00")


@pytest.mark.parametrize(
    ("error", "ended"),
    [(Cancelled(), "stopped"), (DataError("salary of Ann"), "failed"), (KeyError("salary"), "failed")],
)
def test_how_work_ended_is_told_without_the_words_of_an_error(lines, error, ended):
    with pytest.raises(type(error)), log.told("job", "sweep", "salary"):
        raise error
    (line,) = lines()
    assert line["ended"] == ended
    assert line.get("error", "Cancelled") == type(error).__name__
    assert "salary" not in json.dumps(line)


def test_jobs_are_told_by_the_kind_that_the_page_gave_them(lines, queue):
    def refuse(_):
        raise ZeroDivisionError("salary")

    queue.ask("salary", "Ann", lambda _: "cake", what="sweep").result(PATIENCE)
    assert queue.wait(PATIENCE)
    queue.ask("other", "Ann", refuse)
    assert queue.wait(PATIENCE)
    assert [(line["what"], line["ended"]) for line in lines()] == [("sweep", "done"), ("cake", "failed")]


@pytest.mark.parametrize(
    ("asked", "told"), [("", 3), ("info", 3), ("warning", 2), ("error", 1), ("off", 0), ("loudly", 3)]
)
def test_the_environment_says_what_is_told(monkeypatch, asked, told):
    monkeypatch.setenv(log.LEVEL, asked)
    level, handlers, propagate = log.LOGGER.level, log.LOGGER.handlers[:], log.LOGGER.propagate
    said = []
    monkeypatch.setattr(log.LOGGER, "handle", said.append)
    try:
        log.start()
        for one in (logging.INFO, logging.WARNING, logging.ERROR):
            log.write(one, "job", "sweep", "key")
    finally:
        log.LOGGER.setLevel(level)
        log.LOGGER.handlers[:], log.LOGGER.propagate = handlers, propagate
    assert len(said) == told
