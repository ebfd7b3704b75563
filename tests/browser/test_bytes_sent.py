"""What a move sends, by the messages that a browser would be sent: no clock, no browser."""

import sys

import pytest
from paths import ROOT

sys.path.insert(0, str(ROOT / "tests" / "bench"))

from visitor import Visitor

PAGES = {"": 8, "explore": 15, "two_features": 15, "many_features": 14, "small_business": 9, "methods": 15}
PAGES |= {"small_business?part=segments": 15}
"""Thousands of bytes; the sample says of itself what it is, which a real wave need not."""


@pytest.mark.parametrize(("page", "most"), PAGES.items())
def test_a_rerun_where_nothing_changed_sends_next_to_nothing(server, page, most):
    with Visitor(server, page) as visitor:
        visitor.settle()
        visitor.run()
        again = visitor.run()
    assert 2 < again.kb <= most
    assert again.first_chart is None  # every chart is named, none is sent


@pytest.mark.parametrize(
    ("page", "query", "label", "most"),
    [
        ("explore", "", "Amount", 25),
        ("two_features", "use=lenses", "Lens", 6),
        ("two_features", "", "Linear axis", 120),
    ],
)
def test_a_control_of_one_section_sends_that_section_alone(server, page, query, label, most):
    with Visitor(server, page, query) as visitor:
        visitor.settle()
        whole = visitor.opened.kb
        options = visitor.options(label)
        moved = visitor.move(label, options[1] if options else True)
    assert moved.kb <= min(most, whole / 1.2)


def test_a_number_of_segments_that_was_there_before_is_named_not_sent(server):
    with Visitor(server, "two_features") as visitor:
        visitor.settle()
        new = visitor.move("Number of segments", 6)
        visitor.move("Number of segments", 5)
        seen = visitor.move("Number of segments", 6)
    assert seen.kb < 20 < new.kb


@pytest.mark.parametrize(("page", "most"), [("two_features", 115), ("many_features", 220)])
def test_looking_for_a_customer_sends_what_it_is_marked_on_and_the_rest_is_named(server, page, most):
    with Visitor(server, page, "data=cards") as visitor:
        visitor.settle()
        found = visitor.move("Find a customer", "S00007")
        visitor.move("Find a customer", "S00009")
        seen = visitor.move("Find a customer", "S00007")
        nobody = visitor.move("Find a customer", "")
    assert seen.kb < 20 < found.kb <= most
    assert nobody.kb < 20
