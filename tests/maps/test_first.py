"""Maps made beforehand."""

from dataclasses import replace

import pytest
from tables import neutral_table

from lib.errors import MapError
from lib.maps import Store
from lib.maps.first import first_views, prepare
from lib.maps.store import SHIPPED
from lib.work.progress import Cancelled


class Ending:
    """A worker whose maps all end in the same way."""

    def __init__(self, end):
        self.end, self.asked = end, []

    def submit(self, key, *_):
        self.asked.append(key)
        return self

    def result(self):
        raise self.end


def test_first_views_are_every_named_population_by_both_methods(sample):
    asked = list(first_views(sample))
    assert len(asked) == 2 * len(sample.subject.populations)
    assert {request.method for request in asked} == {"tsne", "umap"}
    assert len({request.key for request in asked}) == len(asked)


def test_those_of_the_sample_are_shipped_and_none_is_made_again(sample, tmp_path):
    store = Store(cache=tmp_path, shipped=SHIPPED)
    assert all(request.finished(store) is not None for request in first_views(sample))
    assert prepare(sample, store=store) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("columns", [["key", "a"], ["key", "e"], ["key"]])
def test_a_table_with_too_few_amounts_has_no_first_views(columns, tmp_path):
    data = neutral_table()
    few = replace(data, frame=data.frame[columns], codebook=data.codebook.restricted_to(columns))
    worker = Ending(Cancelled())
    assert list(first_views(few)) == []
    assert prepare(few, worker=worker, store=Store(tmp_path, shipped=None)) == 0
    assert worker.asked == []


def test_no_map_is_asked_for_once_the_worker_is_closed(tmp_path):
    store = Store(tmp_path, shipped=None)
    closed, failing = Ending(Cancelled()), Ending(MapError("It is too large."))
    with pytest.raises(Cancelled):
        prepare(neutral_table(), worker=closed, store=store)
    assert len(closed.asked) == 1
    assert prepare(neutral_table(), worker=failing, store=store) == 0
    assert len(set(failing.asked)) == 2


def test_each_waits_until_there_is_time_for_it(monkeypatch, tmp_path):
    monkeypatch.setattr("lib.maps.first.MOST_FAILURES", 100)
    failing, asked_before = Ending(MapError("It is too large.")), []
    prepare(
        neutral_table(),
        worker=failing,
        store=Store(tmp_path, shipped=None),
        wait=lambda: asked_before.append(len(failing.asked)),
    )
    assert asked_before == list(range(len(failing.asked) + 1))
    assert failing.asked


def test_a_worker_that_fails_again_and_again_is_left_alone(monkeypatch, tmp_path):
    """Each time it would be started anew, for every population and both methods."""
    monkeypatch.setattr("lib.maps.first.MOST_FAILURES", 1)
    dying = Ending(MapError("The map worker was ended by the system."))
    assert prepare(neutral_table(), worker=dying, store=Store(tmp_path, shipped=None)) == 0
    assert len(dying.asked) == 1
