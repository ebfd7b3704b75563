"""Waiting on a page: what is shown of work that is queued, busy, stopped, failed, slept through, or done."""

import threading
from unittest.mock import Mock

import numpy as np
import pytest
from held import PATIENCE, Clock
from streamlit.runtime import Runtime
from streamlit.testing.v1 import AppTest

from lib.errors import HouseholdSegmentsError
from lib.maps import Fitted, Quality, Worker
from lib.maps.worker import MAX_WAITING
from lib.ui.run import background, crowd
from lib.ui.scene.kept import ROOM
from lib.work.gate import Full, Gate
from lib.work.jobs import Queue

LEASE = 60


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def queue(clock, monkeypatch):
    """One at a time, one more may wait; the test moves its clock."""
    made = Queue(at_once=1, waiting=1, error=HouseholdSegmentsError, lease_seconds=LEASE, clock=clock)
    monkeypatch.setattr(background, "background", lambda: made)
    return made


def page(work, key, kept):
    """A page with one section whose result comes from the background."""
    import streamlit as st

    from lib.ui.run import background

    if kept:
        st.markdown(f"Here it is: {kept[-1]}")
    else:
        background.render("slot", key[0], lambda progress: kept.append(work(progress)))


@pytest.fixture
def opened(queue):
    """Opens the page with work, under a key that the test may change."""

    def run(work, key="key"):
        at = AppTest.from_function(page, kwargs={"work": work, "key": [key], "kept": []}, default_timeout=PATIENCE)
        at.run()
        assert not at.exception
        return at

    return run


def said(at):
    return [box.value for box in [*at.info, *at.markdown]]


def test_work_is_shown_until_it_is_done(opened, queue, held):
    work = held("cake")
    at = opened(work)
    work.until_it_runs()
    assert at.button(key="stop_slot")
    work.end()
    assert queue.wait(PATIENCE)
    at.run()
    assert said(at) == ["Here it is: cake"]
    # the work has kept its result; the ticket does not hold it too
    assert at.session_state["background_jobs"]["slot"].ticket.result() != "cake"


def looking(ahead, key):
    """A page that has work done which nobody asked for yet."""
    import streamlit as st

    from lib.ui.run import background

    background.beforehand("ahead", key[0], ahead[key[0]])
    st.markdown("The page.")


@pytest.fixture
def quiet(monkeypatch):
    made = Queue(at_once=1, waiting=1, error=HouseholdSegmentsError)
    monkeypatch.setattr(background, "ahead", lambda: made)
    return made


class Told(Exception):  # noqa: N818
    """Raised by a progress callback that has heard of a piece."""


def test_work_beforehand_is_done_unseen_and_goes_on_only_where_nobody_waits(queue, quiet, held):
    pieces, other = [], held("tea")

    def work(progress):
        for piece in ("flour", "milk"):
            progress(0.5, piece)
            pieces.append(piece)

    def heard(share, words):
        if words == "flour":
            raise Told

    asked = queue.ask("other", "Ben", other)
    other.until_it_runs()
    at = AppTest.from_function(looking, kwargs={"ahead": {"cake": work}, "key": ["cake"]}, default_timeout=PATIENCE)
    assert said(at.run()) == ["The page."]
    ticket = at.session_state["background_jobs"]["ahead"].ticket
    with pytest.raises(Told):
        ticket.result(PATIENCE, heard)
    assert pieces == []
    other.end()
    assert asked.result(PATIENCE) == "tea"
    ticket.result(PATIENCE)
    assert pieces == ["flour", "milk"]
    assert said(at.run()) == ["The page."]


def test_work_beforehand_ends_when_the_visitor_has_moved_on(queue, quiet, held):
    ahead, key = {"cake": held(), "bread": held()}, ["cake"]
    at = AppTest.from_function(looking, kwargs={"ahead": ahead, "key": key}, default_timeout=PATIENCE).run()
    ahead["cake"].until_it_runs()
    key[0] = "bread"  # what was likely before is so no longer
    at.run()
    ahead["cake"].report()
    assert ahead["cake"].stopped.wait(PATIENCE)
    ahead["bread"].until_it_runs().end()
    assert quiet.wait(PATIENCE)
    assert said(at.run()) == ["The page."]


def test_stopped_work_says_so_and_can_be_done_after_all(opened, queue, held):
    work = held("cake")
    at = opened(work)
    work.until_it_runs()
    at.button(key="stop_slot").click().run()
    assert said(at) == ["Stopped."]
    work.report()
    assert work.stopped.wait(PATIENCE)
    work.end()
    at.button(key="again_slot").click().run()
    assert queue.wait(PATIENCE)
    at.run()
    assert said(at) == ["Here it is: cake"]


def test_what_went_wrong_is_said_once_and_can_be_tried_again(opened, queue):
    times = []

    def work(_):
        times.append(1)
        if len(times) == 1:
            raise HouseholdSegmentsError("The oven is cold.")
        return "cake"

    at = opened(work)
    assert queue.wait(PATIENCE)
    at.run()
    assert said(at) == ["The oven is cold."]
    assert said(at.run()) == ["The oven is cold."]
    assert len(times) == 1
    at.button(key="again_slot").click().run()
    assert queue.wait(PATIENCE)
    assert said(at.run()) == ["Here it is: cake"]


def test_a_busy_queue_is_said_and_asked_again(opened, queue, held):
    before = held()
    queue.ask("running", "Ann", before)
    before.until_it_runs()
    waiting = queue.ask("waiting", "Ben", lambda _: None)
    at = opened(lambda _: "cake")
    assert len(said(at)) == 1
    assert said(at)[0].startswith("1 piece of work is waiting already: try again in a few minutes.")
    waiting.cancel()
    at.run()
    assert not said(at)
    assert at.button(key="stop_slot")
    before.end()
    assert queue.wait(PATIENCE)
    assert said(at.run()) == ["Here it is: cake"]


def of_nobody(work, label):
    """A page with work that nobody asked for."""
    from lib.ui.run import background

    background.unasked("slot", "key", work, "Being compared", label)


def test_what_nobody_asked_for_waits_for_its_place_without_a_word(queue, held):
    before = held()
    queue.ask("running", "Ann", before)
    before.until_it_runs()
    queue.ask("waiting", "Ben", lambda _: None)
    at = AppTest.from_function(of_nobody, kwargs={"work": lambda _: None, "label": ""}, default_timeout=PATIENCE).run()
    assert not at.exception
    assert ([box.value for box in at.info], [line.value for line in at.caption]) == ([], ["Being compared: 0%"])


def test_what_is_dear_is_done_when_somebody_asks(queue):
    done = []
    named = {"work": lambda _: done.append(1), "label": "Compare"}
    at = AppTest.from_function(of_nobody, kwargs=named, default_timeout=PATIENCE).run()
    assert queue.wait(PATIENCE)
    assert not done
    at.button(key="ask_slot").click().run()
    assert queue.wait(PATIENCE)
    assert done


@pytest.mark.parametrize("left", [False, True], ids=["slept", "lost the connection"])
def test_a_tab_that_comes_back_asks_again_for_what_was_ended_meanwhile(opened, queue, held, clock, left):
    work, gone = held("cake"), set()
    queue.gone = gone.__contains__
    at = opened(work)
    work.until_it_runs()
    if left:
        gone.add("test session id")
    else:
        clock.now = LEASE + 1
    work.report()
    assert work.stopped.wait(PATIENCE)
    work.began.clear()
    gone.clear()
    at.run()
    assert not said(at)
    work.until_it_runs()
    work.end()
    assert queue.wait(PATIENCE)
    assert said(at.run()) == ["Here it is: cake"]


def test_another_key_stops_the_work_before(queue, held):
    work, key, kept = held("cake"), ["one"], []
    at = AppTest.from_function(page, kwargs={"work": work, "key": key, "kept": kept}, default_timeout=PATIENCE).run()
    work.until_it_runs()
    key[0] = "two"
    at.run()
    work.report()
    assert work.stopped.wait(PATIENCE)
    work.end()
    assert queue.wait(PATIENCE)
    assert kept == ["cake"]


@pytest.mark.parametrize(("active", "left"), [(True, False), (False, True)])
def test_the_server_knows_who_has_left(monkeypatch, active, left):
    assert not crowd.gone("Ann")  # there is no server
    server = Mock(spec=Runtime)
    server.is_active_session.return_value = active
    monkeypatch.setattr(Runtime, "_instance", server)
    assert crowd.gone("Ann") is left


# A crowd


def computing(kept):
    """A page with a section for which something is computed, and another behind it."""
    import streamlit as st

    from lib.ui.run import crowd, whole_page
    from lib.ui.run.cache import made

    @whole_page.fragment
    def section():
        st.markdown(made("cakes", id(kept), lambda: kept.append("cake") or "Here is the cake."))

    with crowd.visit():
        section()
        st.markdown("This is all.")


def test_it_is_quiet_when_no_page_has_run_for_a_second(monkeypatch, clock):
    """Whoever moves every second leaves no time for what nobody asked for."""
    clock.now = 100.0
    monkeypatch.setattr(crowd, "monotonic", clock)
    found = []
    at = AppTest.from_function(resting, kwargs={"found": found}, default_timeout=PATIENCE)
    for pause, expected in ((0.0, False), (0.9, False), (1.0, True)):
        at.run()
        clock.now += pause
        assert crowd.is_quiet() is expected
    assert found == [False] * 3  # nor is it while a page runs


def resting(found):
    """A page that looks whether it is quiet."""
    from lib.ui.run import crowd

    with crowd.visit():
        found.append(crowd.is_quiet())


def test_who_needs_something_computed_in_a_crowd_hears_how_many_are_first_and_goes_on_by_oneself(monkeypatch):
    gate, kept = Gate(1), []
    monkeypatch.setattr(crowd, "GATE", gate)
    monkeypatch.setattr(crowd, "_PATIENCE", 0.0)
    at = AppTest.from_function(computing, kwargs={"kept": kept}, default_timeout=PATIENCE)
    with gate.inside("Ann", 0.0):
        at.run()
        assert [info.value for info in at.info] == [
            "The server has much to do: 1 other is first. This page goes on by itself."
        ]
        assert (at.markdown.len, kept, crowd.others_wait()) == (0, [], True)
    gate.done("Ann")
    at.run()
    assert said(at) == ["Here is the cake.", "This is all."]
    assert not crowd.others_wait()
    kept.append("another's")  # what it waited for was made for somebody else meanwhile: it stands in line no more
    ROOM.drop("cakes")
    with gate.inside("Ann", 0.0):
        at.run()
        assert crowd.others_wait()
        ROOM.put(("cakes", id(kept)), "Here is the cake.")
        at.run()
        assert not crowd.others_wait()
    kept.pop()
    with gate.inside("Ben", 0.0):
        at.run()
    assert at.markdown.len == 2  # what is there needs no turn
    assert kept == ["cake"]


def test_what_nobody_asked_for_is_begun_when_no_page_waits(monkeypatch, queue):
    gate, kept = Gate(1), []
    monkeypatch.setattr(crowd, "GATE", gate)

    def quiet(kept):
        from lib.ui.run import background

        if not kept:
            background.render("slot", "key", lambda progress: kept.append("cake"), quietly="Being baked")

    at = AppTest.from_function(quiet, kwargs={"kept": kept}, default_timeout=PATIENCE)
    with gate.inside("Ann", 0.0):
        waiting = threading.Thread(target=refused, args=(gate, "Ben"))
        waiting.start()
        waiting.join(PATIENCE)
    at.run()
    assert [caption.value for caption in at.caption] == ["Being baked when others have had their turn."]
    with gate.inside("Ben", 0.0):
        pass
    gate.done("Ben")
    at.run()
    assert queue.wait(PATIENCE)
    assert kept == ["cake"]


def refused(gate, who):
    with pytest.raises(Full), gate.inside(who, 0.0):
        pass


# Maps

PAGE = "pages/many_features.py"
QUALITY = Quality(trustworthiness=0.9, kept=0.5, nearest=10, judged=5_777, of=5_777).to_dict()


class QuickWorker(Worker):
    """Draws every map at once, when it may."""

    def __init__(self):
        super().__init__()
        self.began, self.may, self.fits = threading.Event(), threading.Event(), 0

    def _fit(self, header, arrays, progress):
        self.began.set()
        assert self.may.wait(PATIENCE)
        self.fits += 1
        number = len(arrays["place"])
        spread = np.random.default_rng(0).normal(size=(number, 2)).astype(np.float32)
        return Fitted(spread, {"quality": QUALITY, "kl_divergence": 1.0})


@pytest.fixture
def quick(monkeypatch):
    made = QuickWorker()
    monkeypatch.setattr("lib.maps.shared", lambda: made)
    yield made
    made.may.set()
    made.close()


def map_of(method, charts, at):
    return [alt for alt, _, _ in charts(at) if alt.startswith(f"{method} of 3,089 households")]


@pytest.mark.parametrize(("method", "settings"), [("UMAP", {"neighbours": "23"}), ("t-SNE", {"perplexity": "23"})])
def test_a_map_appears_where_the_disk_takes_nothing(app, charts, quick, tmp_path, monkeypatch, method, settings):
    (tmp_path / "file").touch()
    monkeypatch.setenv("MAPS_CACHE", str(tmp_path / "file" / "under"))
    at = app(PAGE, maps=method, **settings)
    slot = f"map_of_{'umap' if method == 'UMAP' else 'tsne'}"
    assert at.button(key=f"stop_{slot}")
    assert not map_of(method, charts, at)
    quick.may.set()
    assert at.session_state["background_jobs"][slot].ticket.result(PATIENCE)
    at.run()
    assert not at.exception
    assert map_of(method, charts, at)
    ROOM.drop("maps")
    # no longer in memory and not on disk: the ticket has it still, and nothing is drawn again
    assert map_of(method, charts, at.run())
    assert quick.fits == 1


def test_a_map_that_was_stopped_can_be_drawn_again(app, charts, quick, tmp_path, monkeypatch):
    monkeypatch.setenv("MAPS_CACHE", str(tmp_path / "maps"))
    at = app(PAGE, maps="UMAP", neighbours="29")
    at.button(key="stop_map_of_umap").click().run()
    assert "Stopped." in [box.value for box in at.info]
    again = at.button(key="again_map_of_umap")
    assert again.label == "Draw it again"
    quick.may.set()
    again.click().run()
    at.session_state["background_jobs"]["map_of_umap"].ticket.result(PATIENCE)
    assert map_of("UMAP", charts, at.run())


def test_a_busy_map_worker_is_said(app, charts, quick, tmp_path, monkeypatch):
    monkeypatch.setenv("MAPS_CACHE", str(tmp_path / "maps"))
    waiting = [quick.submit("running", "umap", {}, {"place": np.arange(3)})]
    assert quick.began.wait(PATIENCE)
    waiting += [quick.submit(f"number {n}", "umap", {}, {"place": np.arange(3)}) for n in range(MAX_WAITING)]
    at = app(PAGE, maps="UMAP", neighbours="31")
    assert any(f"{MAX_WAITING} maps are waiting already" in box.value for box in at.info)
    for ticket in waiting:
        ticket.cancel()
    at.run()
    assert not any("waiting already" in box.value for box in at.info)
    quick.may.set()
    at.session_state["background_jobs"]["map_of_umap"].ticket.result(PATIENCE)
    assert map_of("UMAP", charts, at.run())
