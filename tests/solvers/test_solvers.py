"""What is solved in a process of its own: the same as here, whatever becomes of the process."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from paths import ROOT
from sklearn.cluster import kmeans_plusplus

from lib.errors import RecipeError
from lib.solvers import solve
from lib.solvers.kmeans import Stage, plus_plus
from lib.solvers.methods import solved
from lib.solvers.process import Solver
from lib.work import wire
from lib.work.progress import Cancelled


def asked(groups):
    """Of every method: figures and arrays."""
    matrix, weights = groups
    labels = np.repeat(np.arange(4), len(matrix) // 4)
    cells = {"cells": labels, "codes": labels[:, None], "starts": np.array([0, 4])}
    return {
        "kmeans": (
            {"k": 4, "seed": 42, "starts": 30, "stages": 2},
            {"matrix 0": matrix[::2], "weights 0": weights[::2], "matrix 1": matrix, "weights 1": weights},
        ),
        "path": (
            {"k": 4, "seed": 42, "start": 1},
            {"first matrix": matrix[::2], "first weights": weights[::2], "matrix": matrix, "weights": weights},
        ),
        "plain": ({"k": 4, "seed": 42, "starts": 1}, {"matrix": matrix}),
        "bisecting": ({"k": 4, "seed": 42, "starts": 2}, {"matrix": matrix, "weights": weights}),
        "gaussian_mixture": ({"k": 3, "seed": 42, "starts": 1}, {"matrix": matrix, "drawn": np.arange(0, 600, 2)}),
        "ward": ({"k": 4}, {"matrix": matrix}),
        "hdbscan": ({"smallest": 20}, {"matrix": matrix}),
        "tree": ({"depth": 3, "leaves": 6, "seed": 42}, {"matrix": matrix, "labels": labels, "weights": weights}),
        "distances": ({}, {"x": matrix, "weights": weights.astype(np.float32), **cells}),
    }


METHODS = ("kmeans", "path", "plain", "bisecting", "gaussian_mixture", "ward", "hdbscan", "tree", "distances")


def k_means(groups, progress=None):
    return solve("kmeans", *asked(groups)["kmeans"], progress)


@pytest.mark.parametrize("method", METHODS)
def test_the_process_finds_the_same(solver, groups, method):
    figures, arrays = asked(groups)[method]
    here, there = solved(method, figures, arrays, None), solve(method, figures, arrays)
    assert there[0] == here[0]
    assert {name: one.tolist() for name, one in there[1].items()} == {n: one.tolist() for n, one in here[1].items()}
    assert solver.pid is not None


def test_nothing_is_left_out():
    assert set(asked((np.zeros((4, 1)), np.ones(4)))) == set(METHODS)
    code = "from lib.solvers.methods import METHODS; print(*METHODS)"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(said.stdout.split()) == set(METHODS)


def test_what_has_no_solution_is_the_same_sentence(solver, groups):
    matrix = np.full_like(groups[0], np.nan)
    with pytest.raises(RecipeError, match="A Gaussian mixture cannot be fitted"):
        solve("gaussian_mixture", {"k": 3, "seed": 1, "starts": 1}, {"matrix": matrix, "drawn": np.arange(9)})


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_process_that_is_killed_costs_nothing(solver, groups):
    expected = k_means(groups)[1]["centres"].tolist()
    killed = solver.pid

    def kill(_share, _words):
        if solver.pid == killed:
            os.kill(killed, signal.SIGKILL)

    assert k_means(groups, kill)[1]["centres"].tolist() == expected
    assert k_means(groups)[1]["centres"].tolist() == expected
    assert solver.pid not in (None, killed)


def test_what_is_too_large_to_be_sent_is_solved_here(solver, groups, monkeypatch):
    expected = k_means(groups)[1]["inertias"].tolist()
    monkeypatch.setattr(wire, "MAX_BYTES", 100)
    assert k_means(groups)[1]["inertias"].tolist() == expected


def test_what_nobody_wants_any_more_is_stopped_and_the_process_stays(solver, groups):
    k_means(groups)
    pid = solver.pid

    def cancel(_share, _words):
        raise Cancelled

    with pytest.raises(Cancelled):
        k_means(groups, cancel)
    assert k_means(groups)[1]
    assert solver.pid == pid


def test_of_many_who_ask_at_once_each_gets_its_own(solver, groups):
    matrix, weights = groups
    figures = [{"k": k, "seed": 42, "starts": 5} for k in (2, 3, 4, 5, 6, 7)]
    arrays = {"matrix": matrix, "weights": weights}
    with ThreadPoolExecutor(len(figures)) as pool:
        found = list(pool.map(lambda one: solve("bisecting", one, arrays)[1]["labels"], figures))
    assert [len(np.unique(labels)) for labels in found] == [2, 3, 4, 5, 6, 7]


def test_what_a_page_waits_for_goes_first(groups):
    """Work in the background makes a pause at its next step, and goes on afterwards."""
    figures, arrays = asked(groups)["kmeans"]
    process, order, begun, may_go_on = Solver(), [], threading.Event(), threading.Event()

    def first_is_at_work(_share, _words):
        begun.set()
        assert may_go_on.wait(30)

    def behind_tells(_share, _words):
        may_go_on.set()  # it has come to a step, and must not pass it before the first is done

    def work(name, is_first, told):
        header = {"do": "kmeans", "figures": dict(figures), "is_first": is_first}
        process.solved(header, arrays, told)
        order.append(name)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(work, "first", True, first_is_at_work)
        assert begun.wait(30)
        behind = pool.submit(work, "behind", False, behind_tells)
        first.result(30)
        behind.result(30)
    assert order == ["first", "behind"]


@pytest.mark.parametrize("k", [2, 5, 10])
def test_starts_are_those_of_scikit_learn(groups, k):
    matrix, weights = groups
    seeds = np.random.SeedSequence((42, k)).generate_state(6)
    for start, seed in enumerate(seeds):
        theirs = kmeans_plusplus(matrix, k, sample_weight=weights, random_state=int(seed))[0]
        assert plus_plus(Stage(matrix, weights), k, 42, start).tolist() == theirs.tolist()
