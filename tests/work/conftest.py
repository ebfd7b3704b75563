"""Queues whose clock and watchers a test moves."""

import pytest
from held import Clock
from parts import LEASE, Sorry

from lib.work.jobs import Queue, Words


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def gone():
    return set()


@pytest.fixture
def make(clock, gone):
    """Makes queues whose clock the test moves, and whose watchers leave when the test says so."""

    def made(at_once=1, waiting=8, waiting_each=None):
        return Queue(
            at_once=at_once,
            waiting=waiting,
            waiting_each=waiting_each,
            error=Sorry,
            words=Words(one="cake", many="cakes"),
            lease_seconds=LEASE,
            gone=gone.__contains__,
            clock=clock,
        )

    return made


@pytest.fixture
def queue(make):
    return make()
