"""The same bundle from every engine, and what PostgreSQL alone could do wrong."""

from __future__ import annotations

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine_tables import ENGINES, where
from lake import FEATURES, customers, recipe_of

from lib.engines import run
from lib.engines.on_postgres import PostgresTable
from lib.engines.run import How
from lib.engines.table import Asked
from lib.errors import DataError
from lib.segments import Recipe
from lib.segments.apply import load

pytestmark = pytest.mark.engines
HOW = How(draw=800, quick=True)


@pytest.fixture(scope="module")
def rows():
    return pa.Table.from_pandas(customers(2_000), preserve_index=False)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    return load(recipe_of(customers(2_000), tmp_path_factory.mktemp("app"), Recipe(FEATURES, k=3, starts=5)))


@pytest.fixture(scope="module")
def from_memory(rows, stored, tmp_path_factory):
    folder = tmp_path_factory.mktemp("memory")
    pq.write_table(rows, folder / "rows.parquet")
    return run(stored, str(folder / "rows.parquet"), "memory", out=folder / "bundle", id="who", how=HOW)


@pytest.mark.parametrize("engine", [pytest.param(e, marks=pytest.mark.xdist_group(e)) for e in ENGINES])
def test_a_bundle_is_that_of_memory(engine, rows, stored, from_memory, tmp_path, request):
    place = where(engine, rows, tmp_path, request)
    made = run(stored, place, engine, out=tmp_path / "bundle", id="who", how=HOW)
    assert pq.read_table(made.sample)["who"].equals(pq.read_table(from_memory.sample)["who"])
    np.testing.assert_allclose(made.stored.model.centres, from_memory.stored.model.centres, atol=1e-8)
    for what in ("name", "rows", "share"):
        assert made.sizes[what].to_list() == pytest.approx(from_memory.sizes[what].to_list())
    assert len(made.iterations) == len(from_memory.iterations)
    assert made.facts["refinement"] == pytest.approx(from_memory.facts["refinement"])
    for statistic in ("mean", "sd", "p25", "p75"):
        np.testing.assert_allclose(made.profiles[statistic], from_memory.profiles[statistic], rtol=1e-9)
    assert made.facts["engine"]["name"] == engine


@pytest.fixture
def opened(rows, stored, tmp_path, request):
    place = where("postgres", rows, tmp_path, request)
    table = PostgresTable(place.table, Asked(stored, "who"), database=place.database)
    yield table
    table.close()


@pytest.mark.xdist_group("postgres")
def test_postgres_is_only_read_and_labels_are_whole_or_not_there(opened, postgresql):
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        opened._ask(f"DELETE FROM {opened.source}", {})
    assert sum(opened.label("labels", ["who"]).values()) == 2_000
    with pytest.raises(DataError, match="The table labels is there already"):
        opened.label("labels", ["who"])
    # a column of the new table that cannot be: nothing of it stays
    with pytest.raises(DataError, match="postgres does not answer"):
        opened.label("others", ["who", "who"])
    with postgresql.connect() as connection:
        there = connection.execute("SELECT tablename FROM pg_tables WHERE tablename IN ('labels', 'others')").fetchall()
    assert there == [("labels",)]


@pytest.mark.xdist_group("postgres")
def test_postgres_that_ended_the_connection_is_asked_again(opened, postgresql):
    opened.pauses = (0.0, 0.0)
    expected = opened.counts()
    pid = opened._connection.info.backend_pid
    with postgresql.connect() as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
    again = opened.counts()
    assert (again.rows, again.lacking) == (expected.rows, expected.lacking)
    assert opened._connection.info.backend_pid != pid


@pytest.mark.xdist_group("postgres")
def test_postgres_that_cannot_be_reached_is_said_without_its_address(stored):
    with pytest.raises(DataError) as refused:
        PostgresTable("t", Asked(stored), database="postgresql://somebody:secret@127.0.0.1:1/bank")
    assert "cannot be reached" in str(refused.value)
    assert "secret" not in str(refused.value)
