"""Work that nobody looks at any more, or whose watchers have gone."""

import threading

import pytest
from held import PATIENCE
from parts import LEASE, at_once, status, until

from lib.work.progress import Cancelled


def test_a_job_that_nobody_looks_at_ends_when_it_reports(queue, held, clock):
    work = held()
    ticket = queue.ask("key", "Ann", work)
    work.until_it_runs()
    clock.now = LEASE
    assert ticket.state.status == "running"
    clock.now = 2 * LEASE  # that look renewed the lease
    work.report()
    until(ticket, 0.5)
    clock.now = 4 * LEASE
    work.report()
    assert work.stopped.wait(PATIENCE)
    assert (ticket.state.status, ticket.state.lapsed) == ("cancelled", True)
    with pytest.raises(Cancelled):
        ticket.result(PATIENCE)


def test_a_job_that_nobody_looks_at_is_not_begun(queue, held, clock):
    work = held()
    first = queue.ask("first", "Ann", work)
    work.until_it_runs()
    forgotten, wanted = queue.ask("forgotten", "Ben", held()), queue.ask("wanted", "Cem", at_once("cake"))
    clock.now = LEASE + 1
    assert status(first, wanted) == ["running", "queued"]
    work.end()
    assert wanted.result(PATIENCE) == "cake"
    assert forgotten.state.lapsed


def test_a_job_that_nobody_looks_at_leaves_its_place_to_who_asks(make, held, clock):
    queue, work = make(waiting=1), held()
    first = queue.ask("first", "Ann", work)
    work.until_it_runs()
    queue.ask("forgotten", "Ben", at_once("cake"))
    clock.now = LEASE + 1
    assert first.state.status == "running"
    assert queue.ask("new", "Cem", at_once("pie")).state.status == "queued"


def test_who_asks_again_in_time_finds_the_job_still_there(queue, held, clock):
    work = held("cake")
    queue.ask("key", "Ann", work)
    work.until_it_runs()
    clock.now = LEASE + 1
    again = queue.ask("key", "Ann", at_once("another"))
    work.end()
    assert again.result(PATIENCE) == "cake"


def test_who_waits_for_a_result_wants_it(queue, held, clock):
    work = held("cake")
    ticket = queue.ask("key", "Ann", work)
    work.until_it_runs()
    waits = threading.Event()
    found = []

    def wait():
        found.append(ticket.result(PATIENCE, lambda *_: waits.set()))

    thread = threading.Thread(target=wait)
    thread.start()
    assert waits.wait(PATIENCE)
    clock.now = 10 * LEASE
    work.report()
    work.end()
    thread.join(PATIENCE)
    assert found == ["cake"]


def test_a_watcher_who_has_gone_leaves_at_once(queue, held, gone):
    work = held()
    one, two = queue.ask("key", "Ann", work), queue.ask("key", "Ben", work)
    work.until_it_runs()
    gone.add("Ann")
    work.report()
    until(two, 0.5)
    gone.add("Ben")
    work.report()
    assert work.stopped.wait(PATIENCE)
    assert one.state.lapsed
    assert two.state.lapsed


def test_one_who_cancelled_is_told_so_and_one_who_slept_is_not(queue, held, gone):
    work = held()
    one, two = queue.ask("key", "Ann", work), queue.ask("key", "Ben", work)
    work.until_it_runs()
    gone.add("Ben")
    one.cancel()
    assert status(one, two) == ["cancelled", "cancelled"]
    assert (one.state.lapsed, two.state.lapsed) == (False, True)


def test_one_who_cannot_tell_whether_a_watcher_has_gone_does_not_stop_the_queue(queue, held, caplog):
    def gone(watcher):
        raise LookupError(watcher)

    queue.gone = gone
    work = held()
    queue.ask("slow", "Ann", work)
    next_one = queue.ask("next", "Ben", at_once("cake"))
    work.report()
    work.end()
    assert next_one.result(PATIENCE) == "cake"
    assert "cannot be told" in caplog.text
