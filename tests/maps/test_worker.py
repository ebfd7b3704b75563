"""The queue and its process: places, sharing, cancelling, death, memory, and nothing left behind."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from paths import ROOT

from lib.errors import MapError
from lib.layouts.fit.methods import fit
from lib.maps import Request, Settings, Store, Worker
from lib.maps.worker import IDLE_SECONDS, MAX_WAITING, NEEDED
from lib.segments import Recipe
from lib.work.progress import Cancelled

PATIENCE = 120
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="signals")


class Seen(Exception):  # noqa: N818
    """Raised by a progress callback that has seen what it waited for."""


def arrays(number, features=4):
    points = np.random.default_rng(0).normal(size=(number, features))
    return {"points": points, "start": points[:, :2], "place": np.arange(number), "weights": np.ones(number)}


def submit(worker, key, number=60, keep=None, watcher=None):
    return worker.submit(key, "tsne", {"perplexity": 5, "seed": 1}, arrays(number), keep, watcher)


def submit_long(worker, key, watcher=None):
    return submit(worker, key, 4_000, watcher=watcher)


def until_it_runs(ticket):
    def look(share, words):
        if share > 0.15:  # neighbours are found, the layout has begun
            raise Seen

    with pytest.raises(Seen):
        ticket.result(PATIENCE, look)


def is_there(pid):
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


@pytest.fixture
def fresh():
    made = Worker()
    yield made
    made.close()


@pytest.fixture
def working(worker):
    """The shared worker with a long fit under way."""
    ticket = submit_long(worker, "long")
    until_it_runs(ticket)
    yield ticket
    ticket.cancel()


def test_a_fit_comes_back(worker):
    ticket = submit(worker, "plain")
    assert ticket.result(PATIENCE).coordinates.shape == (60, 2)
    assert ticket.state.status == "done"
    assert ticket.state.over


def test_a_server_that_is_short_of_memory_draws_no_map_and_takes_back_what_the_process_holds(fresh):
    submit(fresh, "while there is room").result(PATIENCE)
    assert fresh.pid
    fresh._left = lambda: NEEDED - 1
    with pytest.raises(MapError, match="only maps that were drawn before are shown"):
        submit(fresh, "no room")
    fresh.warm_up()
    assert fresh.pid is None


def test_places_in_line(worker, working):
    state = working.state
    assert state.status == "running"
    assert 0 < state.share < 1
    assert state.words
    first, second = submit(worker, "first"), submit(worker, "second")
    assert [(t.state.status, t.state.place) for t in (first, second)] == [("queued", 1), ("queued", 2)]
    assert "1 map is before it" in first.state.words
    assert "2 maps are before it" in second.state.words
    first.cancel()
    assert (first.state.status, second.state.place) == ("cancelled", 1)
    working.cancel()
    assert second.result(PATIENCE).coordinates.shape == (60, 2)


def test_cancelling_a_running_fit_keeps_the_process(worker, working):
    pid = worker.pid
    working.cancel()
    assert working.state.status == "cancelled"
    with pytest.raises(Cancelled):
        working.result(PATIENCE)
    submit(worker, "after the cancelled one").result(PATIENCE)
    assert worker.pid == pid


def test_the_worker_holds_less_of_umap_learn_and_draws_the_same(worker):
    given, parameters = arrays(300), {"neighbours": 15, "min_dist": 0.1, "seed": 1}
    drawn = worker.submit("same", "umap", parameters, given).result(PATIENCE)
    assert np.array_equal(drawn.coordinates, fit("umap", parameters, given, None).coordinates)


def test_cancelling_a_running_umap_keeps_the_process(worker):
    parameters = {"neighbours": 15, "min_dist": 0.1, "seed": 1}
    ticket = worker.submit("long UMAP", "umap", parameters, arrays(8_000))
    until_it_runs(ticket)
    pid = worker.pid
    ticket.cancel()
    submit(worker, "after the cancelled UMAP").result(PATIENCE)
    assert worker.pid == pid


@posix_only
def test_cancelling_a_fit_that_hears_nothing_replaces_the_process(worker, working):
    pid = worker.pid
    os.kill(pid, signal.SIGSTOP)
    working.cancel()
    submit(worker, "after the deaf one").result(PATIENCE)
    assert worker.pid != pid
    assert not is_there(pid)


@posix_only
def test_a_killed_process_costs_one_map(worker, working):
    pid = worker.pid
    waiting = submit(worker, "waiting meanwhile")
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(MapError, match=r"ended by the system, as happens when memory runs out.*you can try again"):
        working.result(PATIENCE)
    assert working.state.status == "failed"
    assert waiting.result(PATIENCE).coordinates.shape == (60, 2)
    assert worker.pid != pid
    assert submit(worker, "long again", 60).result(PATIENCE)


def test_two_threads_share_one_fit(worker, working):
    # both wait behind the long fit, so neither can find the other's already over
    kept, found = [], []
    asked = threading.Barrier(3)

    def ask():
        ticket = submit(worker, "shared", keep=kept.append)
        asked.wait(PATIENCE)
        found.append(ticket.result(PATIENCE))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    asked.wait(PATIENCE)
    working.cancel()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(kept) == 1
    assert found[0] is found[1] is kept[0]


def test_a_shared_fit_goes_on_for_those_who_still_want_it(worker, working):
    one, other = submit(worker, "wanted by two"), submit(worker, "wanted by two")
    one.cancel()
    one.cancel()
    assert (one.state.status, other.state.status) == ("cancelled", "queued")
    working.cancel()
    assert other.result(PATIENCE).coordinates.shape == (60, 2)


def test_a_cancelled_fit_can_be_asked_for_again(worker, working):
    one = submit(worker, "once more")
    one.cancel()
    two = submit(worker, "once more")
    working.cancel()
    assert two.result(PATIENCE).coordinates.shape == (60, 2)


def test_the_queue_is_bounded(worker, working):
    waiting = [submit(worker, f"number {n}") for n in range(MAX_WAITING)]
    one_too_many = submit(worker, "one too many")
    sentence = f"{MAX_WAITING} maps are waiting already: try again in a few minutes."
    assert (one_too_many.state.status, one_too_many.state.words) == ("busy", sentence)
    with pytest.raises(MapError, match=sentence):
        one_too_many.result(PATIENCE)
    for ticket in waiting:
        ticket.cancel()
    assert [t.state.status for t in waiting] == ["cancelled"] * MAX_WAITING


def test_waiting_ends_when_time_is_up(worker, working):
    with pytest.raises(TimeoutError):
        working.result(0.01)
    assert working.state.status == "running"


def test_a_fit_that_fails_says_so_and_the_process_goes_on(worker):
    submit(worker, "before").result(PATIENCE)
    pid = worker.pid
    bad = worker.submit("bad", "tsne", {"perplexity": 500, "seed": 1}, arrays(60))
    with pytest.raises(MapError, match=r"This map could not be drawn: ValueError"):
        bad.result(PATIENCE)
    submit(worker, "after").result(PATIENCE)
    assert worker.pid == pid


def test_a_fit_that_takes_too_long_is_ended():
    worker = Worker(longest_seconds=0.01)
    with pytest.raises(MapError, match="took longer than"):
        submit(worker, "slow").result(PATIENCE)
    worker.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds data")
def test_too_little_memory_costs_one_map():
    # the process has about 150 MB of data before a fit and 320 MB in this one
    worker = Worker(memory_mb=250)
    large = worker.submit("large", "tsne", {"perplexity": 100, "seed": 1}, arrays(8_000, features=60))
    with pytest.raises(MapError, match=r"This map could not be drawn: (it needs more than the 250 MB|the map worker)"):
        large.result(PATIENCE)
    worker.close()
    assert worker.pid is None


def test_a_map_that_cannot_be_kept_is_had_from_its_ticket(worker, cloud, tmp_path):
    (tmp_path / "file").touch()
    store = Store(tmp_path / "file" / "under", shipped=None)
    request = Request(cloud(120), Recipe(("DEBT", "ASSET", "INCOME")), "tsne", Settings(perplexity=5))
    drawn = request.projection(request.start(worker, store).result(PATIENCE))
    assert len(drawn) == 120
    assert request.finished(store) is None


def test_a_map_too_large_to_send_is_a_sentence(worker, monkeypatch):
    monkeypatch.setattr("lib.work.wire.MAX_BYTES", 1_000)
    with pytest.raises(MapError, match=r"A map of this size \(0 MB\) is too large: choose fewer features\."):
        submit(worker, "too large").result(PATIENCE)
    monkeypatch.undo()
    assert submit(worker, "after the large one").result(PATIENCE)


def test_a_map_that_nobody_looks_at_is_stopped_and_the_process_kept():
    gone = set()
    worker = Worker()
    worker.heed(gone.__contains__)
    left = submit_long(worker, "left", watcher="Ann")
    until_it_runs(left)
    pid = worker.pid
    gone.add("Ann")
    assert submit(worker, "next").result(PATIENCE)
    assert left.state.lapsed
    assert worker.pid == pid
    worker.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what a process has held")
def test_the_process_stays_small_at_work(fresh):
    """Warm-up, compiled on a new machine, a UMAP and a t-SNE of as many households as the largest wave has."""
    fresh.warm_up()
    parameters = {"neighbours": 15, "min_dist": 0.1, "perplexity": 30, "seed": 1}
    for method in ("umap", "tsne"):
        assert fresh.submit(method, method, parameters, arrays(5_777, features=5)).result(PATIENCE)
    said = Path(f"/proc/{fresh.pid}/status").read_text(encoding="ascii").splitlines()
    peak_mb = next(int(line.split()[1]) for line in said if line.startswith("VmHWM")) / 1024
    assert peak_mb <= 250


def test_an_idle_process_ends_and_the_next_map_gets_another():
    worker = Worker(idle_seconds=0.01)
    pids = []
    for key in ("first", "second"):
        ticket = submit_long(worker, key)
        until_it_runs(ticket)
        pids.append(worker.pid)
        ticket.cancel()
        assert worker.wait_until_gone(PATIENCE)
        assert worker.pid is None
        assert not is_there(pids[-1])
    assert pids[0] != pids[1]
    assert submit(worker, "third").result(PATIENCE).coordinates.shape == (60, 2)
    worker.close()


def test_ten_idle_minutes_are_the_rule():
    assert IDLE_SECONDS == 600


def test_closing_cancels_everything(fresh):
    long, waiting = submit_long(fresh, "long"), submit(fresh, "waiting")
    until_it_runs(long)
    fresh.close()
    assert (long.state.status, waiting.state.status) == ("cancelled", "cancelled")
    assert fresh.pid is None
    assert submit(fresh, "afterwards").result(PATIENCE)


def test_warming_up_makes_way_and_takes_no_place(fresh):
    fresh.warm_up()
    fresh.warm_up()
    ticket = submit(fresh, "first map")
    assert ticket.state.status == "running" or ticket.state.place == 1
    assert "before it" not in ticket.state.words
    assert ticket.result(PATIENCE).coordinates.shape == (60, 2)


SERVER = """
import sys
from lib import maps
from lib.maps import worker
import numpy as np
points = np.random.default_rng(0).normal(size=(60, 3))
arrays = {"points": points, "start": points[:, :2], "place": np.arange(60), "weights": np.ones(60)}
parameters = {"neighbours": 5, "min_dist": 0.1, "seed": 1}
maps.shared().submit("map", "umap", parameters, arrays).result(120)
print(sorted({"umap", "numba", "llvmlite", "pynndescent"} & set(sys.modules)), maps.shared().pid, flush=True)
"""


def served(ending):
    """A server that made a map and then ends; its worker writes to the same error output and so keeps it open."""
    return subprocess.run(
        [sys.executable, "-c", SERVER + ending], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_the_server_never_loads_umap_and_reaps_its_process():
    modules, pid = served("").stdout.rsplit(" ", 1)
    assert modules == "[]"
    assert not is_there(int(pid))


@pytest.mark.parametrize(
    "ending", ["import os; os._exit(3)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"]
)
@posix_only
def test_a_server_that_dies_takes_its_process_along(ending):
    # the run returns when the error output is closed on every side: were the worker alive, time would run out
    server = served(ending)
    assert server.returncode in (3, -signal.SIGKILL)
    assert server.stdout.startswith("[]")


def test_importing_maps_is_light():
    code = "import sys, lib.maps; print(sorted({'umap', 'numba', 'pynndescent', 'openTSNE'} & set(sys.modules)))"
    python = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert python.stdout.strip() == "[]"
