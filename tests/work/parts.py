"""What tests of queues are made of."""

import pytest
from held import PATIENCE

LEASE = 60


class Sorry(Exception):  # noqa: N818
    """The class of errors of these queues."""


class Seen(Exception):  # noqa: N818
    """Raised by a progress callback that has seen what it waited for."""


def at_once(result):
    return lambda _: result


def until(ticket, share):
    """Wait until a ticket's work has reported this share."""

    def look(done, _):
        if done >= share:
            raise Seen

    with pytest.raises(Seen):
        ticket.result(PATIENCE, look)


def status(*tickets):
    return [ticket.state.status for ticket in tickets]
