"""The queue: sharing, fairness, a busy state, failures, and what is let go."""

import gc
import threading
import weakref

import pytest
from held import PATIENCE
from parts import Sorry, at_once, status, until

from lib.work.progress import Cancelled

# Sharing


def test_those_who_ask_for_the_same_share_one_job(queue, held):
    work, kept = held("cake"), []
    one = queue.ask("key", "Ann", work, kept.append)
    work.until_it_runs()
    two = queue.ask("key", "Ben", at_once("another"), kept.append)
    work.report()
    until(two, 0.5)
    assert one.state == two.state
    assert two.state.words == "Half way."
    work.end()
    assert (one.result(PATIENCE), two.result(PATIENCE)) == ("cake", "cake")
    assert kept == ["cake"]
    assert queue.ask("key", "Cem", at_once("fresh")).result(PATIENCE) == "fresh"


def test_many_threads_ask_at_once(make):
    queue, lock, counts = make(at_once=3, waiting=1_000), threading.Lock(), {}
    together, found = threading.Barrier(20), []

    def ask(name):
        together.wait(PATIENCE)
        for key in range(10):

            def work(progress, key=key):
                progress(0.1, "Mixing.")
                with lock:
                    counts[key] = counts.get(key, 0) + 1
                return key

            found.append(queue.ask(key, name, work).result(PATIENCE) == key)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert found == [True] * 200
    assert set(counts) == set(range(10))
    assert queue.wait(PATIENCE)


def test_a_shared_job_goes_on_for_those_who_still_want_it(queue, held):
    work = held()
    one, two = queue.ask("key", "Ann", work), queue.ask("key", "Ben", work)
    work.until_it_runs()
    one.cancel()
    one.cancel()
    assert status(one, two) == ["cancelled", "running"]
    work.end()
    assert two.result(PATIENCE) == "done"
    with pytest.raises(Cancelled):
        one.result(PATIENCE)


# Places


def test_places_in_line_and_their_words(queue, held):
    work = held()
    queue.ask("one", "Ann", work)
    work.until_it_runs()
    two, three = queue.ask("two", "Ben", at_once(2)), queue.ask("three", "Cem", at_once(3))
    assert [(t.state.status, t.state.place) for t in (two, three)] == [("queued", 1), ("queued", 2)]
    assert two.state.words == "Waiting: 1 cake is before it."
    assert three.state.words == "Waiting: 2 cakes are before it."
    two.cancel()
    assert three.state.place == 1


def test_one_thread_serves_in_the_order_of_asking(queue, held):
    slow, order = held(), []
    queue.ask("slow", "Dan", slow)
    slow.until_it_runs()
    waiting = [queue.ask(name, name, lambda _, name=name: order.append(name)) for name in ("Ann", "Ben", "Cem")]
    slow.end()
    for ticket in waiting:
        ticket.result(PATIENCE)
    assert order == ["Ann", "Ben", "Cem"]


def test_watchers_take_turns(queue, held):
    """Of a visitor who asks for three things at once the second comes after everybody's first."""
    slow, order = held(), []
    queue.ask("slow", "Ann", slow)
    slow.until_it_runs()
    asked = ("Ann 1", "Ann 2", "Ann 3", "Ben 1", "Ben 2", "Cem 1")
    waiting = {name: queue.ask(name, name[:3], lambda _, name=name: order.append(name)) for name in asked}
    turns = ["Ben 1", "Cem 1", "Ann 1", "Ben 2", "Ann 2", "Ann 3"]
    assert [waiting[name].state.place for name in turns] == [1, 2, 3, 4, 5, 6]
    slow.end()
    for ticket in waiting.values():
        ticket.result(PATIENCE)
    assert order == turns


def test_who_joins_work_brings_it_their_turn(queue, held):
    slow, order = held(), []
    queue.ask("slow", "Ann", slow)
    slow.until_it_runs()
    waiting = [queue.ask(n, "Ann", lambda _, n=n: order.append(n)) for n in range(3)]
    waiting += [queue.ask("own", "Cem", lambda _: order.append("Cem")), queue.ask(2, "Ben", at_once(2))]
    slow.end()
    for ticket in waiting:
        ticket.result(PATIENCE)
    assert order == [2, "Cem", 0, 1]


def test_heavy_work_of_many_watchers_leaves_a_thread_to_light_work(make, held):
    queue, heavy = make(at_once=3), [held(n) for n in range(4)]
    tickets = [queue.ask(n, f"watcher {n}", work, is_heavy=True) for n, work in enumerate(heavy)]
    for work in heavy[:2]:
        work.until_it_runs()
    assert queue.ask("light", "Ann", at_once("cake")).result(PATIENCE) == "cake"
    assert status(*tickets) == ["running", "running", "queued", "queued"]
    heavy[0].end()
    heavy[2].until_it_runs()
    for work in heavy:
        work.end()
    assert [ticket.result(PATIENCE) for ticket in tickets] == [0, 1, 2, 3]


def test_of_work_that_nobody_asked_for_one_piece_runs_at_a_time(make, held):
    queue, one, other, third = make(at_once=3), held(1), held(2), held(3)
    tickets = [queue.ask(n, f"watcher {n}", work, is_unasked=True) for n, work in enumerate((one, other, third))]
    one.until_it_runs()
    assert queue.ask("asked for", "Ann", at_once("cake")).result(PATIENCE) == "cake"
    assert status(*tickets) == ["running", "queued", "queued"]
    joined = queue.ask(2, "Ann", at_once("never called"))  # somebody asks for it: it need not wait for the others
    third.until_it_runs()
    for work in (one, other, third):
        work.end()
    assert [ticket.result(PATIENCE) for ticket in (*tickets, joined)] == [1, 2, 3, 3]


def test_one_thread_does_heavy_work_too(queue, held):
    assert queue.ask("heavy", "Ann", at_once("cake"), is_heavy=True).result(PATIENCE) == "cake"


def test_a_slow_job_does_not_hold_up_another_watchers_quick_one(make, held):
    queue, slow, other = make(at_once=2), held(), held()
    queue.ask("slow", "Ann", slow)
    queue.ask("other", "Ben", other)
    slow.until_it_runs()
    other.until_it_runs()
    order = []
    again = queue.ask("again", "Ann", lambda _: order.append("Ann"))
    quick = queue.ask("quick", "Cem", lambda _: order.append("Cem"))
    other.end()
    quick.result(PATIENCE)
    # Ann has one of two running already: Cem, who asked later, comes first, and her next waits for her own
    assert again.state.status == "queued"
    slow.end()
    again.result(PATIENCE)
    assert order == ["Cem", "Ann"]


def test_three_slow_jobs_of_one_watcher_do_not_hold_up_another(make, held):
    queue, slow = make(at_once=3), [held(n) for n in range(3)]
    tickets = [queue.ask(n, "Ann", work) for n, work in enumerate(slow)]
    for work in slow[:2]:
        work.until_it_runs()
    assert queue.ask("quick", "Ben", at_once("cake")).result(PATIENCE) == "cake"
    assert status(*tickets) == ["running", "running", "queued"]
    slow[1].end()
    slow[2].until_it_runs()
    for work in slow:
        work.end()
    assert [ticket.result(PATIENCE) for ticket in tickets] == [0, 1, 2]


def test_what_was_cancelled_and_still_runs_is_its_watchers(make, held):
    queue, slow, third = make(at_once=3), [held(), held()], held()
    running = [queue.ask(n, "Ann", work) for n, work in enumerate(slow)]
    for work, ticket in zip(slow, running, strict=True):
        work.until_it_runs()
        ticket.cancel()
    waiting = queue.ask("third", "Ann", third)
    assert queue.ask("quick", "Ben", at_once("cake")).result(PATIENCE) == "cake"
    assert waiting.state.status == "queued"
    slow[0].report()
    third.until_it_runs()
    assert slow[0].stopped.is_set()


def test_work_that_one_may_not_have_yet_begins_when_another_wants_it(make, held):
    queue, slow, shared = make(at_once=2), held(), held()
    queue.ask("slow", "Ann", slow)
    slow.until_it_runs()
    one = queue.ask("shared", "Ann", shared)
    assert queue.ask("quick", "Ben", at_once("cake")).result(PATIENCE) == "cake"
    assert one.state.status == "queued"
    two = queue.ask("shared", "Cem", at_once("another"))
    shared.until_it_runs()
    shared.end()
    assert one.result(PATIENCE) == two.result(PATIENCE)


def test_who_leaves_shared_work_may_have_other_work(make, held):
    queue, shared, own = make(at_once=2), held(), held()
    tickets = [queue.ask("shared", name, shared) for name in ("Ann", "Ben")]
    shared.until_it_runs()
    waiting = queue.ask("own", "Ann", own)
    assert queue.ask("quick", "Cem", at_once("cake")).result(PATIENCE) == "cake"
    assert waiting.state.status == "queued"
    tickets[0].cancel()
    own.until_it_runs()
    assert tickets[1].state.status == "running"


# Busy


def test_a_full_queue_is_a_state_and_asking_again_works(make, held):
    queue, work = make(waiting=2), held()
    queue.ask("running", "Ann", work)
    work.until_it_runs()
    waiting = [queue.ask(n, n, at_once(n)) for n in range(2)]
    busy = queue.ask("too much", "Ben", at_once("cake"))
    assert busy.state.status == "busy"
    assert busy.state.over
    assert busy.state.words == "2 cakes are waiting already: try again in a few minutes."
    with pytest.raises(Sorry, match="2 cakes are waiting already"):
        busy.result(PATIENCE)
    assert queue.ask(0, "Ben", at_once(0)).state.status == "queued"  # that one is shared, and takes no place
    waiting[1].cancel()
    assert queue.ask("too much", "Ben", at_once("cake")).state.status == "queued"


def test_one_watcher_never_fills_the_queue(make, held):
    queue, work = make(waiting=8, waiting_each=2), held()
    running = queue.ask("running", "Ann", work)
    work.until_it_runs()
    waiting = [queue.ask(n, "Ann", at_once(n)) for n in range(5)]
    assert status(running, *waiting) == ["running", "queued", "queued", "busy", "busy", "busy"]
    assert waiting[2].state.words == "2 cakes of yours are waiting already: try again in a few minutes."
    assert queue.ask("other", "Ben", at_once("pie")).state.status == "queued"
    waiting[0].cancel()
    assert queue.ask(2, "Ann", at_once(2)).state.status == "queued"


def test_changes_of_mind_take_no_places(make, held):
    queue, works = make(waiting=2), []
    for n in range(50):
        works.append(held(n))
        ticket = queue.ask(n, "Ann", works[-1])
        if n == 0:
            works[0].until_it_runs()
        assert ticket.state.status != "busy"
        if n < 49:
            ticket.cancel()
    works[0].report()
    assert works[0].stopped.wait(PATIENCE)
    works[-1].end()
    assert ticket.result(PATIENCE) == 49
    assert not any(work.began.is_set() for work in works[1:-1])


# Ends


def test_a_failure_is_a_sentence(queue):
    def work(_):
        raise Sorry("The oven is cold.")

    ticket = queue.ask("key", "Ann", work)
    with pytest.raises(Sorry, match=r"The oven is cold\."):
        ticket.result(PATIENCE)
    assert (ticket.state.status, ticket.state.words) == ("failed", "The oven is cold.")


@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit])
def test_what_nobody_expected_is_logged_and_the_queue_goes_on(queue, caplog, error):
    words = " ".join(["se", "cret"]).replace(" ", "")

    def work(_):
        raise error(words)

    ticket = queue.ask("key", "Ann", work)
    with pytest.raises(Sorry, match="Something went wrong on the server"):
        ticket.result(PATIENCE)
    assert "secret" not in ticket.state.words
    assert error.__name__ in caplog.text
    assert "secret" not in caplog.text  # what an error says may quote a table
    assert queue.ask("key", "Ann", at_once("cake")).result(PATIENCE) == "cake"


def test_a_result_that_cannot_be_kept_is_a_result(queue, caplog):
    def keep(_):
        raise OSError("The shelf is full.")

    assert queue.ask("key", "Ann", at_once("cake"), keep).result(PATIENCE) == "cake"
    assert "could not be kept" in caplog.text


def test_waiting_ends_when_time_is_up(queue, held):
    ticket = queue.ask("key", "Ann", held())
    with pytest.raises(TimeoutError, match="The cake is not ready yet"):
        ticket.result(0)
    assert not queue.wait(0)


def test_closing_cancels_everything(queue, held):
    work = held()
    one, two = queue.ask("one", "Ann", work), queue.ask("two", "Ben", at_once("cake"))
    work.until_it_runs()
    work.report()
    until(one, 0.5)
    closing = threading.Thread(target=queue.close)
    closing.start()
    for ticket in (one, two):
        with pytest.raises(Cancelled):
            ticket.result(PATIENCE)
    work.report()
    closing.join(PATIENCE)
    assert not closing.is_alive()
    assert not one.state.lapsed
    assert queue.ask("two", "Ben", at_once("cake")).result(PATIENCE) == "cake"


# What is held


class Large:
    """Stands for arrays."""


@pytest.mark.parametrize("ending", ["done", "failed", "cancelled", "busy"])
def test_what_work_holds_is_let_go_when_it_is_over(make, held, ending):
    queue, before = make(waiting=0 if ending == "busy" else 1), held()
    large = Large()
    seen = weakref.ref(large)

    def work(_, large=large):
        if ending == "failed":
            raise Sorry(f"Too much {type(large).__name__}.")
        return "cake"

    if ending == "cancelled":
        queue.ask("before", "Ann", before)
        before.until_it_runs()
    ticket = queue.ask("key", "Ben", work, keep=lambda _, large=large: None)
    if ending == "cancelled":
        ticket.cancel()
    else:
        queue.wait(PATIENCE)
    del large, work
    gc.collect()
    assert ticket.state.status == ending
    assert seen() is None


def test_a_result_lives_as_long_as_a_ticket(queue):
    one, two = (queue.ask("key", name, lambda _: Large()) for name in ("Ann", "Ben"))
    found = weakref.ref(one.result(PATIENCE))
    queue.wait(PATIENCE)
    assert one.result() is found()
    del one, two
    gc.collect()
    assert found() is None
