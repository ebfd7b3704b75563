"""The gate to what takes processors: a few inside, the others in line, whoever came first is first."""

import threading

import pytest
from held import PATIENCE, Clock

from lib.work.gate import LEASE_SECONDS, Full, Gate


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def gate(clock):
    return Gate(1, clock=clock)


class Inside(threading.Thread):
    """Somebody who goes inside and stays there for as long as a test wants."""

    def __init__(self, gate, who, order):
        super().__init__(daemon=True)
        self.gate, self.who, self.order = gate, who, order
        self.entered, self.leave = threading.Event(), threading.Event()

    def run(self):
        with self.gate.inside(self.who, PATIENCE):
            self.order.append(self.who)
            self.entered.set()
            assert self.leave.wait(PATIENCE)
        self.gate.done(self.who)


def until(gate, waiting):
    pause = threading.Event()
    for _ in range(1000):
        if gate.waiting == waiting:
            return
        pause.wait(0.01)
    raise AssertionError(f"{gate.waiting} wait")


def refused(gate, who):
    with pytest.raises(Full), gate.inside(who, 0.0):
        pass


def test_whoever_came_first_is_first_and_no_more_are_inside_than_may(gate):
    order = []
    people = [Inside(gate, who, order) for who in "abc"]
    for number, person in enumerate(people):
        person.start()
        until(gate, number)
    for person in people:
        assert person.entered.wait(PATIENCE)
        assert order[-1] == person.who
        assert len(order) == people.index(person) + 1
        person.leave.set()
    for person in people:
        person.join(PATIENCE)
    assert (gate.waiting, gate.before("d")) == (0, 0)


def test_who_was_refused_keeps_the_turn_and_hears_how_many_are_first(gate):
    with gate.inside("a", 0.0):
        worker = threading.Thread(target=lambda: [refused(gate, who) for who in "bcb"])
        worker.start()
        worker.join(PATIENCE)
        assert [gate.before(who) for who in "abc"] == [0, 1, 2]
        assert gate.waiting == 2
    gate.done("a")
    assert [gate.before(who) for who in "bc"] == [0, 1]
    with gate.inside("c", 0.0):  # nobody else is at the gate at this moment: it is not kept empty
        pass
    with gate.inside("b", 0.0):
        pass
    gate.done("b")
    gate.done("c")
    assert gate.waiting == 0


def test_who_is_inside_may_go_inside_again(gate):
    with gate.inside("a", 0.0), gate.inside("a", 0.0):
        pass
    with gate.inside("a", 0.0):
        pass


def test_a_mishap_inside_leaves_the_gate_open(gate):
    with pytest.raises(ZeroDivisionError), gate.inside("a", 0.0):
        raise ZeroDivisionError
    with gate.inside("b", 0.0):
        pass


def test_who_does_not_come_again_stands_in_line_no_more(gate, clock):
    with gate.inside("a", 0.0):
        worker = threading.Thread(target=lambda: [refused(gate, who) for who in "bc"])
        worker.start()
        worker.join(PATIENCE)
        clock.now = LEASE_SECONDS
        assert gate.before("c") == 2
        clock.now = LEASE_SECONDS + 1
        assert gate.waiting == 1
        assert gate.before("c") == 0
