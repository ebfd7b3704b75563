"""A recipe from the app to labels of another table: the bundle between them, cut off and gone on with."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lake import FEATURES, HOSTILE, ROWS, customers, recipe_of
from paths import ROOT
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from lib import segments
from lib.engines import bundle as bundles
from lib.engines import drawn, loop, run
from lib.engines.command import STOPPED, main
from lib.engines.memory import MemoryTable, digits
from lib.engines.on_duckdb import DuckTable
from lib.engines.opened import ENGINES, Where, open_table
from lib.engines.run import How
from lib.engines.table import Asked
from lib.errors import DataError, RecipeError
from lib.segments import Recipe
from lib.segments.apply import load
from lib.sources import table


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """A folder of Parquet files beside a recipe made in the app."""
    folder = tmp_path_factory.mktemp("lake")
    frame = customers()
    (folder / "rows").mkdir()
    for number, part in enumerate(np.array_split(np.arange(ROWS), 3)):
        pq.write_table(
            pa.Table.from_pandas(frame.iloc[part], preserve_index=False), folder / "rows" / f"{number}.parquet"
        )
    recipe_of(frame, folder, Recipe(FEATURES, k=3, starts=5))
    return folder


def command(lake, out, *more):
    return ["run", str(lake / "recipe.json"), "--table", str(lake / "rows"), "--id", "who", "--out", str(out), *more]


@pytest.fixture(scope="module")
def made(lake, tmp_path_factory):
    """A bundle of a third of the rows, refined over all."""
    out = tmp_path_factory.mktemp("made") / "bundle"
    assert main(command(lake, out, "--draw", "1000", "--quick")) == 0
    return bundles.read(out)


def test_all_rows_are_counted_and_fewer_drawn(made):
    facts = made.facts
    assert (facts["table"]["rows"], facts["table"]["complete"]) == (ROWS, ROWS - 10)
    assert facts["table"]["lacking"] == {"spent": 10}
    assert 600 < facts["draw"]["rows"] <= 1_000
    assert facts["draw"]["effective"] == pytest.approx(facts["draw"]["complete"])
    assert made.sizes["rows"].sum() == ROWS - 10
    assert made.of("sizes") == made.of("profiles", "median") == "all rows"
    assert made.of("profiles", "p25") == f"sample of {facts['draw']['complete']:,}"
    assert made.of("scores") == ""
    assert any("Of 3,000 rows 10 lack a feature" in note for note in made.notes)


def test_it_ends_where_all_rows_in_memory_do(made, lake):
    """From its own start, to nine digits; and the figures are those of pandas."""
    frame = customers().dropna()
    memory = MemoryTable(pa.Table.from_pandas(frame, preserve_index=False), Asked(made.stored, "who"))
    model = made.stored.model
    again = memory.one_pass(model.space, model.centres)
    np.testing.assert_allclose(again.centres(model.centres), model.centres, atol=1e-9)
    assert again.inertia == pytest.approx(made.facts["inertia"]["value"], rel=1e-9)
    labels = model.labels(frame)
    by = frame.assign(segment=labels).groupby("segment")
    for name in FEATURES:
        for statistic, expected in (("mean", by[name].mean()), ("sd", by[name].std(ddof=0))):
            found = made.profiles[statistic].xs(name, level="column")
            np.testing.assert_allclose(found, expected, rtol=1e-9)
        middle = made.profiles["median"].xs(name, level="column")
        ranks = [(frame.loc[labels == s, name] <= middle[s]).mean() for s in made.sizes.index]
        np.testing.assert_allclose(ranks, 0.5, atol=2e-3)
        assert made.everyone.loc[name, "sd"] == pytest.approx(frame[name].std(ddof=0), rel=1e-9)
    np.testing.assert_array_equal(made.sizes["rows"], by.size())


def test_labels_of_all_rows_and_the_same_from_the_recipe_within(made, lake, tmp_path, capsys):
    out, columns = tmp_path / "labels.parquet", tmp_path / "labels.csv"
    rows = ["--table", str(lake / "rows")]
    assert main(["label", str(made.folder), *rows, "--out", str(out)]) == 0
    assert "3,000 rows labelled" in capsys.readouterr().err
    found = pq.read_table(out).to_pandas().sort_values("who")
    assert list(found) == ["who", "segment", "segment_name", "distance", "borderline"]
    known = customers().notna().all(axis=1).to_numpy()
    expected = np.zeros(ROWS, dtype=int)
    expected[known] = made.stored.model.labels(customers()[known])
    np.testing.assert_array_equal(found["segment"], expected)
    assert main(["label", str(made.folder / "recipe.json"), *rows, "--out", str(columns), "--all-columns"]) == 0
    assert HOSTILE in columns.read_text(encoding="utf-8").splitlines()[0].replace('""', '"')
    assert main(["label", str(made.folder), *rows, "--out", str(out)]) == 1
    assert capsys.readouterr().err.endswith("labels.parquet is there already: name another place.\n")


def test_what_is_asked_can_be_read_and_asked_again_without_us(made, lake, capsys):
    """The names of columns stay names, what is bound is listed, and the SQL runs as it stands."""
    assert main(command(lake, "nowhere", "--explain")) == 0
    told = capsys.readouterr().out
    assert '"""; drop table"' in told
    assert "-- v1 = " in told
    assert "GROUP BY segment" in told
    words = (made.folder / bundles.STATEMENTS).read_text(encoding="utf-8")
    one_pass = words.split("-- One pass of k-means\n")[1].split(";\n")[0]
    bound, text = {}, []
    for line in one_pass.splitlines():
        name, is_value, value = line.removeprefix("-- ").partition(" = ")
        if line.startswith("-- ") and is_value:
            bound[name] = json.loads(value.replace("'", '"'))
        else:
            text.append(line)
    database = duckdb.connect()
    database.execute(told.split("-- The table\n")[1].split(";\n")[0])
    answer = database.execute("\n".join(text), bound).fetchall()
    assert {int(row[0]): row[1] for row in answer} == made.sizes["rows"].to_dict()


@pytest.mark.engines
def test_a_run_that_is_killed_goes_on_from_its_last_pass(lake, tmp_path):
    """kill -9 in the middle of the passes: no bundle is there, and the second run makes no pass twice."""
    out = tmp_path / "bundle"
    # who says "Pass 2" waits there to be killed
    code = (
        "import sys, threading; from lib.engines import command; "
        "say = command._say; "
        "command._say = lambda words: (say(words), words.startswith('Pass 2') and threading.Event().wait()); "
        "sys.exit(command.main(sys.argv[1:]))"
    )
    arguments = [sys.executable, "-c", code, *command(lake, out, "--draw", "1000", "--quick")]
    process = subprocess.Popen(arguments, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    seen = []
    for line in process.stderr:
        seen.append(line)
        if line.startswith("Pass 2"):
            process.kill()
            break
    process.wait()
    process.stderr.close()
    assert seen[-1].startswith("Pass 2"), seen
    assert not out.exists()
    with pytest.raises(DataError, match="no bundle"):
        bundles.read(out)
    told = []
    stored = load(lake / "recipe.json")
    found = run(stored, str(lake / "rows"), out=out, id="who", how=How(1_000, quick=True), say=told.append)
    assert "Goes on after 2 passes." in told
    assert not any(words.startswith(("Pass 1:", "Pass 2:")) for words in told)
    assert list(found.iterations.index) == list(range(1, len(found.iterations) + 1))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundle"]


def test_one_that_is_stopped_leaves_the_table_and_says_so(lake, tmp_path, monkeypatch, capsys):
    before = {path: path.read_bytes() for path in (lake / "rows").iterdir()}

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(DuckTable, "one_pass", stop)
    assert main(command(lake, tmp_path / "bundle", "--quick")) == STOPPED
    assert "The table is as it was" in capsys.readouterr().err
    assert not (tmp_path / "bundle").exists()
    assert {path: path.read_bytes() for path in (lake / "rows").iterdir()} == before


STOPPED_BY_HAND = """
import _thread, signal, threading, duckdb
from lib.work.stopped import stoppable
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started this may have it ignored
threading.Timer(0.3, _thread.interrupt_main).start()
database = duckdb.connect()
long = "SELECT COUNT(*) FROM range(20000000) AS a, range(100000) AS b WHERE HASH(a.range + b.range) % 7 = 1"
try:
    stoppable(lambda: database.sql(long).fetchall(), database.interrupt)
except KeyboardInterrupt:
    print("stopped", database.sql("SELECT 1").fetchall())
"""


def test_a_statement_of_hours_ends_when_it_is_stopped_and_the_next_is_answered():
    python = [sys.executable, "-c", STOPPED_BY_HAND]
    done = subprocess.run(python, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.strip() == "stopped [(1,)]", done.stderr


def test_segments_that_come_back_keep_the_names_that_somebody_gave(lake, tmp_path, capsys):
    """The same three groups, numbered otherwise: by the groups' own sizes the names stand where they belong."""
    words = json.loads((lake / "recipe.json").read_text(encoding="utf-8"))
    centres = np.array(load(lake / "recipe.json").model.centres)
    # of the groups made by hand one is half of all, one two fifths, one a tenth: the last has far the most years
    small, big = int(centres[:, 2].argmax()) + 1, int(centres[:, 0].argmax()) + 1
    named = {small: "Few", big: "Many", 6 - small - big: "Most"}
    words["names"] = {str(number): name for number, name in named.items()}
    (tmp_path / "named.json").write_text(json.dumps(words), encoding="utf-8")
    told = command(lake, tmp_path / "bundle", "--draw", "1000", "--quick")
    assert main(["run", str(tmp_path / "named.json"), *told[2:]]) == 0
    sizes = bundles.read(tmp_path / "bundle").sizes.set_index("name")["share"].round(1)
    assert sizes.to_dict() == {"Most": 0.5, "Many": 0.4, "Few": 0.1}
    assert "% of the rows drawn are where the recipe puts them." in capsys.readouterr().err


def test_a_question_that_fails_is_asked_again_and_one_that_never_can_be_is_not(lake, monkeypatch):
    asked = Asked(load(lake / "recipe.json"), "who")
    opened = DuckTable(str(lake / "rows"), asked)
    opened.pauses, ask, failures = (0.0, 0.0), opened._ask, [duckdb.IOException("gone"), duckdb.IOException("gone")]

    def unsteady(text, values):
        if failures:
            raise failures.pop()
        return ask(text, values)

    monkeypatch.setattr(opened, "_ask", unsteady)
    assert opened.counts().rows == ROWS
    failures[:] = [duckdb.IOException("gone")] * 3
    with pytest.raises(DataError, match=r"^duckdb does not answer \(gone\)"):
        opened.counts()
    failures[:] = [duckdb.BinderException("never"), duckdb.BinderException("not asked again")]
    with pytest.raises(DataError, match="not asked again"):
        opened.counts()
    assert len(failures) == 1
    opened.close()


def test_a_table_that_changed_meanwhile_is_begun_anew(tmp_path):
    frame = customers(400)
    recipe = load(recipe_of(frame, tmp_path, Recipe(FEATURES, k=2, starts=2)))
    frame.to_parquet(tmp_path / "rows.parquet")
    told, out, how = [], tmp_path / "bundle", How(quick=True, passes=1)

    def stop(words):
        told.append(words)
        if words.startswith("Pass 1"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(recipe, str(tmp_path / "rows.parquet"), out=out, id="who", how=how, say=stop)
    frame.iloc[:300].to_parquet(tmp_path / "rows.parquet")
    found = run(recipe, str(tmp_path / "rows.parquet"), out=out, id="who", how=how, say=told.append)
    assert any("begins anew" in words for words in told)
    assert found.sizes["rows"].sum() == 290


def test_all_drawn_gives_the_segmentation_of_the_app(tmp_path):
    """Where every row is drawn nothing is left to refine: the app's own fit, figure by figure."""
    frame = customers(600).dropna()
    stored = load(recipe_of(frame, tmp_path, Recipe(FEATURES, k=3, starts=5, transform="asinh")))
    frame.to_csv(tmp_path / "rows.csv", index=False)
    made = run(stored, str(tmp_path / "rows.csv"), out=tmp_path / "bundle", id="who", how=How(quick=True))
    data = table.read(tmp_path / "rows.csv")
    found = segments.fit(data, stored.model.recipe)
    np.testing.assert_allclose(made.stored.model.centres, found.model.centres, atol=1e-9)
    assert made.facts["refinement"]["changed"] == 0
    assert made.facts["inertia"]["value"] == pytest.approx(found.inertia, rel=1e-9)
    described = segments.profile(data, found).table
    for statistic in ("mean", "median", "sd", "p25", "p75"):
        np.testing.assert_allclose(made.profiles[statistic], described[statistic], rtol=1e-9)
    assert made.sizes["name"].to_dict() == segments.names(data, found)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(lambda facts: facts.update(format_version=2), "format version 2", id="a later version"),
        pytest.param(lambda facts: facts["sizes"].update(table=[]), "of the wrong kind", id="no sizes"),
        pytest.param(lambda facts: facts["sizes"]["table"][0].update(rows="many"), "of the wrong kind", id="text"),
        pytest.param(lambda facts: facts.pop("profiles"), "profiles is missing", id="no profiles"),
        pytest.param(lambda facts: facts["files"].update({"sample.parquet": "0"}), "was changed", id="another sample"),
        pytest.param(lambda facts: facts["files"].update({"../x": "0"}), "which files", id="a file elsewhere"),
    ],
)
def test_what_is_no_sound_bundle_is_refused_in_a_sentence(made, tmp_path, change, words):
    folder = tmp_path / "bundle"
    (folder / "maps").mkdir(parents=True)
    for name in bundles.FILES:
        os.link(made.folder / name, folder / name)
    facts = json.loads((folder / bundles.MANIFEST).read_text(encoding="utf-8"))
    change(facts)
    (folder / bundles.MANIFEST).unlink()
    (folder / bundles.MANIFEST).write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(DataError, match=words):
        bundles.read(folder)


def test_who_asks_for_what_cannot_be_is_told_in_a_sentence(lake, tmp_path, capsys):
    stored, rows = load(lake / "recipe.json"), str(lake / "rows")
    out = tmp_path / "bundle"
    for wrong, sentence in (
        (["--table", str(tmp_path / "none.parquet")], "There is no file"),
        (["--table", str(tmp_path / "none/")], "There is no file and no folder"),
        (["--id", "group", "--draw", "1000"], "name an id that differs in every row"),
        (["--table", str(tmp_path)], "holds no Parquet and no CSV file"),
        (["--id", "whom"], "The table has no column whom"),
        (["--weight", "spent"], "are missing, negative or no numbers"),
        (["--out", str(tmp_path)], "is there already"),
        (["--explain", "--id", "whom"], "The table has no column whom"),
    ):
        assert main([*command(lake, out), *wrong]) == 1
        assert sentence in capsys.readouterr().err
    with pytest.raises(DataError, match="name its column with --id"):
        run(stored, rows, out=out, how=How(draw=100))
    for changed, words in (({"algorithm": "ward"}, "by k-means alone"), ({"transform": "quantile"}, "rank transform")):
        model = stored.model
        recipe = replace(model.recipe, **changed)
        space = replace(model.space, transform=recipe.transform)
        other = replace(stored, model=replace(model, recipe=recipe, space=space))
        with pytest.raises(RecipeError, match=words):
            run(other, rows, out=out, id="who")
    with pytest.raises(DataError, match="There is no engine oracle"):
        open_table("oracle", Where(rows), Asked(stored))
    assert ENGINES == ("memory", "duckdb", "postgres", "spark")


def test_two_columns_that_differ_by_case_alone_are_refused(lake, tmp_path):
    pq.write_table(pa.table({"Spent": [1.0], "spent": [2.0]}), tmp_path / "rows.parquet")
    with pytest.raises(DataError, match="differ by upper and lower case alone"):
        DuckTable(str(tmp_path / "rows.parquet"), Asked(load(lake / "recipe.json")))


def test_a_table_of_a_database_file_is_read_and_not_written(lake, tmp_path):
    path = tmp_path / "bank.duckdb"
    with duckdb.connect(str(path)) as database:
        database.execute(f"CREATE TABLE customers AS SELECT * FROM read_parquet('{lake}/rows/*.parquet')")
    before = path.read_bytes()
    opened = DuckTable(f"{path}:customers", Asked(load(lake / "recipe.json"), "who"))
    assert opened.counts().rows == ROWS
    opened.close()
    assert path.read_bytes() == before


def test_who_is_drawn_depends_on_id_and_seed_alone():
    """By the digits of md5 of seed and id, as RFC 1321 has them: of "abc" 90015098 and so on."""
    assert hashlib.md5(b"abc").hexdigest().startswith("900150983cd2")
    assert digits(42, "7") == hashlib.md5(b"42:7").hexdigest()[:12]
    found = drawn.drawing(10_000_000, 1_000_000, 42, "who")
    share = int(found.below, 16) / 16**12
    assert found.share == pytest.approx(share)
    assert 0.0994 < share < 0.1


def test_how_likely_a_segment_was_missed():
    """By hand: of 1,000 members each drawn with .01 none is with .99 to the thousandth, 4.317e-05."""
    one, *_ = drawn.missed(1_000_000, 0.01, (0.001,))
    assert one["none"] == pytest.approx(4.317e-05, rel=1e-3)
    # 29 or fewer of 1,000 at 10 a thousand: all but .9999998 of chance, by the binomial
    assert one["fewer_than_30"] == pytest.approx(1.0, abs=1e-5)
    assert drawn.missed(100, 1.0, (0.5,)) == [{"share": 0.5, "none": 0.0, "fewer_than_30": 0.0}]
    assert drawn.missed(100, 0.5, (1e-6,)) == []


def test_how_long_it_takes_is_told_from_how_moves_shrink():
    """Each a tenth of the last: from 1e-4 to 1e-12 in eight more."""
    done = [loop.Iteration(n, 1, 1.0, 10.0**-n, 1.0) for n in range(1, 5)]
    assert loop._passes_left(done, np.ones((2, 2))) == 8
    assert loop._passes_left(done[:1], np.ones((2, 2))) is None


def test_nothing_of_an_engine_is_imported_before_it_is_asked_for():
    """Its packages by its own file alone, and that by nobody where a module begins."""
    packages = {"duckdb", "psycopg", "pyspark"}
    for path in sorted((ROOT / "lib" / "engines").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = [name for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom) for name in _named(node)]
        assert path.name.startswith("on_") or not packages & {name.partition(".")[0] for name in named}
        assert not any(name.startswith("lib.engines.on_") for name in named), path


def _named(node):
    return [one.name for one in node.names] if isinstance(node, ast.Import) else [node.module]


@pytest.mark.engines
def test_other_numbers_of_segments_and_stability_are_of_those_drawn(lake, tmp_path):
    """The scores are those of the app for the same rows."""
    stored = load(lake / "recipe.json")
    made = run(stored, str(lake / "rows"), out=tmp_path / "bundle", id="who", how=How(draw=1_000))
    assert made.of("scores") == made.of("stability") == f"sample of {made.facts['draw']['complete']:,}"
    assert list(made.scores.index) == list(range(2, 13))
    assert made.scores["silhouette"].loc[3:].idxmax() == 3  # the groups that were made, two of which overlap
    assert list(made.stability.index) == [1, 2, 3]
    frame = pq.read_table(made.sample).to_pandas().dropna()
    matrix = made.stored.model.space.matrix(frame)
    labels = KMeans(3, n_init=20, random_state=1).fit_predict(matrix)
    assert made.scores.loc[3, "silhouette"] == pytest.approx(silhouette_score(matrix, labels), abs=2e-3)
