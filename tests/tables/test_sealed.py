"""Tables with checksums: whichever bit is flipped, what is read is what was written, or is refused."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lib.tables.sealed import check, sealed, seals

KEY = b"key"
SAID = {"name": "It", "factor": 1.159205}


def table():
    return pa.table(
        {
            "code": pa.array([1, -2, 3], pa.int8()),
            "amount": pa.array([0.5, None, -1e300]),
            "who": ["Ann", "", None],
            "bytes": pa.array([b"ab", b"cd", b"ef"], pa.binary(2)),
        }
    )


def read(path):
    found = pq.read_table(path, memory_map=False)
    said, columns = seals(found.schema, KEY)
    check(found, columns)
    return said, found


@pytest.fixture
def written(tmp_path):
    path = tmp_path / "it.parquet"
    pq.write_table(sealed(table(), KEY, SAID), path, use_dictionary=False, compression="none")
    return path


def test_what_was_sealed_is_read(written):
    said, found = read(written)
    assert said == SAID
    assert found.replace_schema_metadata().equals(table())


def test_no_flipped_bit_changes_what_is_read(written):
    whole, refused = written.read_bytes(), 0
    for at in range(0, len(whole), 3):
        written.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << at % 8)]) + whole[at + 1 :])
        try:
            said, found = read(written)
        except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
            refused += 1
            continue
        assert said == SAID
        assert found.replace_schema_metadata().equals(table())
    assert refused > len(whole) / 10


def test_some_columns_are_checked_alone(written):
    _, columns = seals(pq.read_schema(written), KEY)
    check(pq.read_table(written, columns=["who"]), columns)
    with pytest.raises(ValueError, match="column code was changed"):
        check(pa.table({"code": pa.array([1, -2, 4], pa.int8())}), columns)
    with pytest.raises(ValueError, match="column code was changed"):  # the same numbers, otherwise held
        check(pa.table({"code": pa.array([1, -2, 3], pa.int16())}), columns)
