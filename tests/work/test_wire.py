"""Messages between processes: what is sent arrives, and nothing larger than agreed."""

import io

import numpy as np
import pytest

from lib.work import wire


def test_what_is_sent_arrives():
    sent = wire.pack({"do": "fit", "id": 3}, {"points": np.arange(6.0).reshape(3, 2), "place": np.arange(3)})
    header, arrays = wire.receive(io.BytesIO(sent))
    assert header == {"do": "fit", "id": 3}
    assert arrays["points"].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert arrays["place"].dtype == np.arange(3).dtype


@pytest.mark.parametrize("cut", [0, 3, 20, -1])
def test_a_stream_that_ends_is_not_a_message(cut):
    assert wire.receive(io.BytesIO(wire.pack({"id": 1}, {"a": np.zeros(9)})[:cut])) is None


def test_what_is_too_large_is_not_sent(monkeypatch):
    monkeypatch.setattr(wire, "MAX_BYTES", 1_000)
    with pytest.raises(wire.TooLarge, match="too large"):
        wire.pack({}, {"a": np.zeros(1_000)})


def test_a_message_that_claims_to_be_too_large_is_refused(monkeypatch):
    sent = wire.pack({}, {"a": np.zeros(1_000)})
    monkeypatch.setattr(wire, "MAX_BYTES", 1_000)
    with pytest.raises(ValueError, match="too long"):
        wire.receive(io.BytesIO(sent))
