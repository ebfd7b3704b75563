"""A result of the engines, brought back: what is read of it, what is refused, and the page that shows it."""

import io
import json
import re
import zipfile

import numpy as np
import pandas as pd
import pytest
from figures import figures

from lib import exports
from lib.engines.run import How, run
from lib.errors import DataError
from lib.population import Population
from lib.segments import Recipe, fit, placed
from lib.segments.apply import label_file
from lib.segments.apply.stored import read_recipe
from lib.sources import table
from lib.steps import Fill, prepare
from lib.ui.run.background import background, reading
from lib.ui.scene import own
from lib.ui.scene.brought import WEIGHT, opened

PAGE = "pages/result.py"
ROWS = 1_500


@pytest.fixture(scope="module")
def customers(tmp_path_factory):
    """Three kinds of customers; some do not say what they spend, which a step fills in."""
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, ROWS)
    frame = pd.DataFrame(
        {
            "customer": [f"K{number:06}" for number in range(ROWS)],
            "income": np.round(rng.gamma(9, np.array([1, 4, 16])[kind] * 1_000), 2),
            "spent": np.round(rng.gamma(9, np.array([10, 90, 30])[kind]), 2),
            "region": rng.choice(["Nord", "Süd", "West"], ROWS),
        }
    )
    frame.loc[::50, "spent"] = np.nan
    path = tmp_path_factory.mktemp("lake") / "customers.parquet"
    frame.to_parquet(path)
    return path


@pytest.fixture(scope="module")
def stored(customers):
    """A recipe made in the app on some of them."""
    some = pd.read_parquet(customers).iloc[::3].to_csv(index=False).encode()
    data = prepare(table.read(some, "some.csv"), [Fill(("spent",), "median")]).data
    found = fit(data, Recipe(("income", "spent"), "asinh", k=3, starts=3))
    origin = exports.provenance(data, Population(), "Everyone", found.recipe)
    return read_recipe(exports.recipe_json(found, {}, data.codebook, origin))


@pytest.fixture(scope="module")
def bundle(customers, stored, tmp_path_factory):
    """The folder that a run leaves."""
    out = tmp_path_factory.mktemp("made") / "bundle"
    run(stored, str(customers), "memory", out=out, id="customer", how=How(draw=600, quick=True))
    return out


def packed(folder, within="bundle/", change=None):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = path.relative_to(folder).as_posix()
            content = path.read_bytes()
            content = content if change is None else change(name, content)
            if content is not None:
                archive.writestr(f"{within}{name}", content)
    return file.getvalue()


def test_the_drawn_rows_are_a_table_in_the_segments_of_all_rows(bundle, customers, tmp_path):
    result = opened(packed(bundle), "result.zip")
    data, facts = result.data, result.facts
    assert (facts.rows, facts.drawn) == (ROWS, len(data))
    assert data.weight == WEIGHT
    assert data.weights().sum() == pytest.approx(ROWS)
    # by the numbers that the recipe learned, not by those of the drawn rows
    label_file(result.bundle.stored, customers, tmp_path / "labelled.parquet")
    labelled = pd.read_parquet(tmp_path / "labelled.parquet").set_index("customer")["segment"]
    found = placed(data, result.bundle.stored.model)
    assert found.labels.tolist() == labelled[data.ids].tolist()
    assert result.bundle.sizes["count"].to_dict() == labelled.value_counts().sort_index().to_dict()
    blank = pd.read_parquet(customers).set_index("customer")["spent"].isna()
    assert len(set(data.frame["spent"][blank[data.ids].to_numpy()])) == 1
    assert opened(packed(bundle, within=""), "result.zip").data.fingerprint == data.fingerprint


@pytest.mark.parametrize(
    ("change", "words"),
    {
        "manifest": (lambda name, content: None if name == "bundle.json" else content, "holds no bundle.json"),
        "sample": (lambda name, content: content[:-9] if name == "sample.parquet" else content, "was changed"),
        "recipe": (lambda name, content: None if name == "recipe.json" else content, "recipe.json is missing"),
        "version": (
            lambda name, content: (
                content.replace(b'"format_version": 1', b'"format_version": 9') if name == "bundle.json" else content
            ),
            "format version 9",
        ),
        "rows": (
            lambda name, content: (
                re.sub(rb'"rows": \d+,', b'"rows": "many",', content, count=1) if name == "bundle.json" else content
            ),
            "cannot be read",
        ),
        "json": (lambda name, content: b"{" if name == "bundle.json" else content, "not sound JSON"),
    }.values(),
    ids=["manifest", "sample", "recipe", "version", "rows", "json"],
)
def test_what_is_no_sound_bundle_is_refused_in_a_sentence(bundle, change, words):
    with pytest.raises(DataError, match=words) as error:
        opened(packed(bundle, change=change), "result.zip")
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 300


def test_what_is_no_archive_is_refused(bundle):
    for content in (b"", b"PK\x03\x04 not really", json.dumps({}).encode(), packed(bundle)[:-40]):
        with pytest.raises(DataError, match=r"^result\.zip (is no zip|is a damaged)"):
            opened(content, "result.zip")


def test_a_result_is_opened_read_only_and_says_what_each_figure_is_of(app, bundle, settled):
    at = app(PAGE, maps="pca")
    assert not at.exception
    at.default_timeout = 60
    at.file_uploader[0].upload("broken.zip", b"PK", "application/zip").run()
    assert any("broken.zip is no zip archive" in error.value for error in at.error)
    at.file_uploader[0].upload("result.zip", packed(bundle), "application/zip").run()
    reading().wait(60)
    at.run()
    next(button for button in at.button if button.label == "Open this result").click().run()
    background().wait(timeout=60)
    assert not at.exception
    titles = [header.value for header in at.main.header]
    assert titles[:2] == ["All rows of customers", "The drawn rows"]
    whole = figures(at)[0]
    assert whole["Rows (all rows)"].str.replace(",", "").astype(int).sum() == ROWS
    assert {"Share (all rows)", "Median: income (all rows)", "Mean: spent (all rows)"} <= set(whole)
    assert any(f"drawn from {ROWS:,}, each weighted to stand for its share" in c.value for c in at.main.caption)
    # its recipe and its way to count are not for changing
    assert not [box for box in at.main.selectbox if box.key in {"transform", "scaling", "algorithm"}]
    assert "count" not in [control.key for control in at.sidebar.segmented_control]
    assert "data" not in at.query_params
    key = next(iter(own._TABLES))
    assert own.result_of(key) is not None
    next(button for button in at.sidebar.button if button.label == "Forget my data").click().run()
    assert own.result_of(key) is None
    assert not at.exception
