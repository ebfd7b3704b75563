"""The small state in a link: comes back as it was, stays short, and nonsense gives nothing."""

import base64
import json
import zlib

import numpy as np
import pytest

from lib.exports.link import MAX_LENGTH, LinkState, decode, encode


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        ({1: "Renters"}, None),
        ({1: "Renters", 3: "Owners, «free» of debt & 家"}, (1, 3)),
        ({}, (2,)),
        ({}, ()),
        ({0: "Unassigned, renamed"}, (0, 12)),
        ({n: f"Segment with a rather long name {n}" for n in range(1, 13)}, tuple(range(1, 13))),
    ],
)
def test_it_comes_back(names, chosen):
    text = encode(names, chosen)
    assert decode(text) == LinkState(names, chosen)
    assert len(text) <= MAX_LENGTH
    # RFC 3986: unreserved characters need no escaping
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def test_nothing_to_keep_is_an_empty_text():
    assert encode({}) == ""
    assert decode("") is decode(None) is None


def test_a_usual_state_is_short():
    assert len(encode({1: "Young renters", 2: "Home owners with a mortgage"}, (1, 2))) < 120


def test_long_names_are_shortened_together():
    rng = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz家ü"))
    names = {n: "".join(rng.choice(letters, 200)) for n in range(1, 31)}
    text = encode(names, range(1, 31))
    assert len(text) <= MAX_LENGTH
    back = decode(text)
    assert set(back.names) == set(names)
    assert all(names[n].startswith(name) and len(name) >= 8 for n, name in back.names.items())


def test_names_are_cleaned_on_both_ways():
    assert decode(encode({1: "a\n\tb\u202e"})).names == {1: "a b"}
    assert decode(packed({"n": {"1": "a\u202e\x00\ud800b"}})).names == {1: "a b"}


def packed(value, version="1."):
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return version + base64.urlsafe_b64encode(zlib.compress(text)).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "1.",
        "1.x",
        "1.!!!!",
        "1.AAAA",
        "2." + encode({1: "a"})[2:],
        encode({1: "a"})[:-3],
        encode({1: "a"}) + "AAAA",
        " " + encode({1: "a"}),
        "1." + "A" * 100_000,
        packed([1, 2]),
        packed(None),
        packed(b"\xff"),
        packed(b"[" * 50_000),
        packed({"n": {"1": "a"}, "x": 1}),
        packed({"n": {"1": 5}}),
        packed({"n": {"-1": "a"}}),
        packed({"n": {"501": "a"}}),
        packed({"n": {"²": "a"}}),
        packed({"n": ["a"]}),
        packed({"c": [1.5]}),
        packed({"c": [True]}),
        packed({"c": ["1"]}),
        packed({"c": [501]}),
        packed({"c": {"1": 1}}),
        packed({"n": {"1": "a" * 100_000}}),
        5,
        b"1.AAAA",
    ],
    ids=range(27),
)
def test_nonsense_gives_nothing(text):
    assert decode(text) is None


def test_a_bomb_is_not_unpacked():
    bomb = packed(b" " * 800_000)
    assert len(bomb) < MAX_LENGTH
    assert decode(bomb) is None


def test_random_letters_never_raise():
    rng = np.random.default_rng(1)
    good = encode({1: "Renters", 2: "Owners"}, (1, 2))
    for _ in range(500):
        letters = list(good)
        letters[int(rng.integers(2, len(good)))] = str(rng.choice(list("abcXYZ09-_")))
        found = decode("".join(letters))
        assert found is None or isinstance(found, LinkState)
