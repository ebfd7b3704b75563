"""Finished coordinates: keys, damaged and foreign files, the bound on size, writers at the same time."""

import errno
import os
import threading
from dataclasses import replace

import numpy as np
import pytest

from lib.layouts.fitted import Fitted
from lib.maps import Request, Settings, Store, default_recipe, default_store, project
from lib.population import named_population
from lib.segments import Recipe
from lib.subjects import SCF

THREE = ("DEBT", "ASSET", "INCOME")
ROWS = np.arange(6) * 5
OF = {"data": "hash", "min_dist": 0.1}
FIGURES = {
    "quality": {"trustworthiness": 0.98, "kept": 0.5, "nearest": 15, "judged": 6, "of": 6},
    "kl_divergence": 0.9,
}


def made(seed=0, rows=6):
    return Fitted(np.random.default_rng(seed).normal(size=(rows, 2)).astype(np.float32), FIGURES)


def test_what_is_kept_comes_back(store):
    store.keep("a", OF, ROWS, made())
    found = store.load("a", OF, ROWS)
    assert np.array_equal(found.coordinates, made().coordinates)
    assert found.figures == FIGURES
    assert store.load("b", OF, ROWS) is None


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b"not a table" * 9])
def test_a_damaged_file_is_taken_for_absent_and_made_anew(store, damage):
    store.keep("a", OF, ROWS, made())
    path = store.cache / "a.parquet"
    path.write_bytes(damage(path.read_bytes()))
    assert store.load("a", OF, ROWS) is None
    store.keep("a", OF, ROWS, made())
    assert store.load("a", OF, ROWS) is not None


def test_a_flipped_byte_is_found(store, caplog):
    store.keep("a", OF, ROWS, made())
    path = store.cache / "a.parquet"
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        found = store.load("a", OF, ROWS)
        assert found is None or (np.array_equal(found.coordinates, made().coordinates) and found.figures == FIGURES)
    assert set(caplog.messages) == {"The finished map a.parquet is damaged, or an earlier version's: it is drawn anew."}


def test_a_foreign_file_is_taken_for_absent(store):
    store.keep("a", OF, ROWS, made())
    assert store.load("a", {**OF, "data": "other"}, ROWS) is None
    assert store.load("a", OF, ROWS[:5]) is None
    assert store.load("a", OF, ROWS + 1) is None


def test_maps_with_gaps_are_taken_for_absent(store):
    broken = made()
    broken.coordinates[2, 1] = np.nan
    store.keep("a", OF, ROWS, broken)
    assert store.load("a", OF, ROWS) is None


def test_what_was_used_longest_ago_goes_first(store):
    rows = np.arange(500)
    for number, name in enumerate("abcd"):
        store.keep(name, OF, rows, made(number, 500))
        os.utime(store.cache / f"{name}.parquet", (1_000 + number, 1_000 + number))
    size = (store.cache / "a.parquet").stat().st_size
    store.load("a", OF, rows)
    small = replace(store, limit=int(size * 3.5))
    small.keep("e", OF, rows, made(9, 500))
    assert sorted(p.stem for p in store.cache.iterdir()) == ["a", "d", "e"]


def test_what_a_dead_writer_left_behind_goes_too(store):
    store.keep("a", OF, ROWS, made())
    left, fresh = store.cache / ".whole-old.part", store.cache / ".whole-new.part"
    left.touch()
    fresh.touch()
    os.utime(left, (1_000, 1_000))
    store.keep("b", OF, ROWS, made())
    assert sorted(p.name for p in store.cache.iterdir()) == [".whole-new.part", "a.parquet", "b.parquet"]


def test_two_writers_of_one_map(store):
    start = threading.Barrier(4)

    def write(seed):
        start.wait(30)
        for _ in range(20):
            store.keep("a", OF, ROWS, made(seed))

    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(3)]
    for writer in writers:
        writer.start()
    start.wait(30)
    while any(writer.is_alive() for writer in writers):
        found = store.load("a", OF, ROWS)
        assert found is None or any(np.array_equal(found.coordinates, made(s).coordinates) for s in range(3))
    assert [p.name for p in store.cache.iterdir()] == ["a.parquet"]


def test_a_folder_that_cannot_be_written_costs_nothing_else(tmp_path):
    (tmp_path / "file").touch()
    store = Store(tmp_path / "file" / "under", shipped=None)
    store.keep("a", OF, ROWS, made())
    assert store.load("a", OF, ROWS) is None


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
@pytest.mark.parametrize("step", ["tempfile.mkstemp", "lib.maps.store.pq.write_table", "pathlib.Path.replace"])
def test_a_disk_that_is_full_or_only_read_keeps_the_maps_that_are_there(store, monkeypatch, number, step):
    store.keep("a", OF, ROWS, made())

    def refuse(*_args, **_options):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(step, refuse)
        store.keep("b", OF, ROWS, made())
    assert store.load("b", OF, ROWS) is None
    assert store.load("a", OF, ROWS) is not None
    assert [path.name for path in store.cache.iterdir()] == ["a.parquet"]


def test_shipped_maps_are_looked_into_first_and_left_alone(store, tmp_path):
    shipped = Store(tmp_path / "shipped", shipped=None)
    shipped.keep("a", OF, ROWS, made(1))
    both = Store(tmp_path / "cache", shipped=tmp_path / "shipped")
    both.keep("a", OF, ROWS, made(2))
    assert np.array_equal(both.load("a", OF, ROWS).coordinates, made(1).coordinates)


def test_the_environment_names_the_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("MAPS_CACHE", str(tmp_path / "here"))
    assert default_store().cache == tmp_path / "here"


def test_a_finished_map_needs_no_worker(cloud, worker, store):
    request = Request(cloud(), Recipe(THREE), "umap")
    assert request.finished(store) is None
    first = project(cloud(), Recipe(THREE), "umap", worker=worker, store=store)
    again = request.finished(store)
    assert np.array_equal(first.table, again.table)
    assert (first.quality, first.notes, first.key) == (again.quality, again.notes, again.key)


def test_keys_say_what_matters_and_nothing_else(cloud):
    data = cloud()
    recipe = Recipe(THREE)

    def key(data=data, recipe=recipe, method="umap", **settings):
        return Request(data, recipe, method, Settings(**settings)).key

    same = [
        key(recipe=Recipe(THREE[::-1])),
        key(recipe=Recipe(THREE, k=7, starts=3, algorithm="ward")),
        key(perplexity=50),
    ]
    assert set(same) == {key()}
    others = [
        key(data=data.where(np.ones(len(data), dtype=bool), "another")),
        key(recipe=Recipe(THREE[:2])),
        key(recipe=Recipe(THREE, transform="asinh")),
        key(recipe=Recipe(THREE, scaling="robust")),
        key(recipe=Recipe(THREE, counting="rows")),
        key(recipe=Recipe(THREE, seed=1)),
        key(method="tsne"),
        key(neighbours=20),
        key(min_dist=0.3),
    ]
    assert len({key(), *others}) == 10


@pytest.mark.parametrize("named", SCF.populations, ids=lambda named: named.key)
@pytest.mark.parametrize("relatives", [False, True])
def test_what_a_newcomer_opens_is_shipped(sample, tmp_path, named, relatives):
    population = named_population(named, sample.dollars).apply(sample)
    recipe = default_recipe(population, relatives=relatives)
    for method in ("tsne", "umap"):
        found = Request(population, recipe, method).finished(Store(tmp_path))
        assert found is not None, "run python -m data.build.maps"
        assert found.quality.trustworthiness > 0.95


def test_shipped_maps_are_small():
    files = list(default_store().shipped.glob("*.parquet"))
    assert files
    assert max(f.stat().st_size for f in files) < 60_000
    assert sum(f.stat().st_size for f in files) < 1_000_000
