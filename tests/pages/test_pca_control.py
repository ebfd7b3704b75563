"""PCA before segments: a control on the pages of many columns, in the link, its names and its words."""

import numpy as np
import pandas as pd
import pytest
from figures import figures
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tables import cleaned_cards, customers, neutral_table

from lib import exports
from lib.population import Population
from lib.segments import Recipe, fit
from lib.ui.scene import catalogue
from lib.ui.scene.catalogue import Source

TWO, MANY, SMALL = "pages/two_features.py", "pages/many_features.py", "pages/small_business.py"
QUIET = {"maps": "pca", "who": "fearful"}


@pytest.fixture
def mine(app, monkeypatch):
    """The app on a table that nobody knows; by default one of four amounts."""
    known = catalogue.sources

    def opened(data=None, page=MANY, **query):
        own = data or neutral_table()
        source = Source(own.name, own.fingerprint, lambda columns: own, lambda: own.codebook)
        monkeypatch.setattr(catalogue, "sources", lambda: {"mine": source, **known()})
        return app(page, **{"maps": "pca", "k": "3", **query})

    return opened


@pytest.fixture(scope="module")
def cards(real_file):
    """8,636 card holders, cleaned, with 17 amounts."""
    holders = pd.read_csv(real_file("CC GENERAL.csv")).drop(columns="CUST_ID")
    return customers(cleaned_cards(holders))


def kept(at):
    return [c.value for c in at.main.caption if c.value.startswith("PCA first: ")]


def test_it_is_off_until_it_is_chosen_and_then_in_the_link(app):
    at = app(MANY, **QUIET, unfolded="method")
    box = at.selectbox(key="pca")
    assert (box.label, box.value) == ("PCA first", 0)
    assert (box.options[0], box.options[1], box.options[-1]) == ("Off", "80% of the variance", "99% of the variance")
    assert "principal components" in box.help
    assert kept(at) == []
    assert "pca" not in at.query_params
    box.set_value(95).run()
    assert not at.exception
    assert at.query_params["pca"] == "95"
    assert kept(at)[0].startswith("PCA first: 4 of 5 components keep 9")
    assert app(MANY, **QUIET, pca="95", unfolded="method").selectbox(key="pca").value == 95
    at.selectbox(key="pca").set_value(0).run()
    assert "pca" not in at.query_params
    assert kept(at) == []


def test_the_usual_segments_of_card_holders_are_made_from_menus(mine, cards):
    """All 17 amounts on standard deviations, PCA to 95 %, three segments, as by scikit-learn's pipeline."""
    at = mine(cards, k="3", choose="own", transform="none", pca="95", unfolded="features")
    at.multiselect(key="own").set_value(list(cards.frame)).run()
    assert not at.exception
    assert kept(at)[0].startswith("PCA first: 12 of 17 components keep 95.6% of the variance.")
    theirs = make_pipeline(StandardScaler(), PCA(0.95), KMeans(3, n_init=10, tol=0, random_state=0))
    labels = theirs.fit_predict(cards.frame)
    (shown,) = figures(at)
    rows = sorted(int(text.replace(",", "")) for text in shown["Customers"])
    assert rows == sorted(np.bincount(labels).tolist())
    mean = silhouette_score(theirs[:-1].transform(cards.frame), labels)
    assert any(f"The mean silhouette is {mean:.2f}" in m.value for m in at.main.markdown)


@pytest.mark.parametrize("said", ["100", "0.95", "nonsense"])
def test_what_a_link_cannot_mean_is_off(app, said):
    at = app(MANY, **QUIET, pca=said, unfolded="method")
    assert at.selectbox(key="pca").value == 0
    assert kept(at) == []


def test_small_business_offers_it_and_two_features_does_not(app):
    at = app(SMALL, maps="pca", pca="90", unfolded="method")
    assert at.selectbox(key="pca").value == 90
    assert len(kept(at)) == 1
    at = app(TWO, who="fearful", pca="90", unfolded="method")
    assert not any(box.label == "PCA first" for box in at.selectbox)
    assert kept(at) == []


def test_names_given_with_pca_do_not_turn_up_without_it(app):
    at = app(MANY, **QUIET, unfolded="method naming")
    plain = next(t for t in at.text_input if t.label == "Name of segment 1").key
    at.selectbox(key="pca").set_value(90).run()
    named = next(t for t in at.text_input if t.label == "Name of segment 1")
    assert named.key != plain
    named.set_value("Turned round").run()
    assert any("Turned round" in m.value for m in at.main.markdown)
    at.selectbox(key="pca").set_value(0).run()
    assert not any("Turned round" in m.value for m in at.main.markdown)


@pytest.mark.parametrize("tab", ["cards", "profiles", "how-many", "how-sure", "compare", "place", "inside", "hand-on"])
def test_every_use_of_segments_works_after_pca(mine, settled, tab):
    at = settled(mine(use=tab, pca="90"))
    assert not at.error
    assert kept(at)[0].startswith("PCA first: ")
    assert any("**3 segments**" in m.value for m in at.main.markdown)


def test_inside_speaks_of_columns_and_of_the_components_kept(mine):
    at = mine(use="inside", pca="90")
    loadings = next(d.value for d in at.dataframe if "PC1" in d.value.columns)
    assert sorted(loadings["Feature"]) == [f"Column {name}" for name in "abcd"]
    assert len(loadings.columns) < 5
    scales = next(d.value for d in at.dataframe if "After: range" in d.value.columns)
    assert scales["After: standard deviation"].tolist() == ["1.00"] * 4


def test_one_component_is_drawn_and_told(app, charts):
    """Three columns that say nearly the same thing."""
    own = {"choose": "own", "own": ["ASSET", "NETWORTH", "NFIN"], "use": "inside", "contours": "true"}
    at = app(MANY, **QUIET, **own, scaling="standard", pca="80")
    assert kept(at)[0].startswith("PCA first: 1 of 3 components keeps ")
    assert any("The one component that is kept holds" in m.value for m in at.main.markdown)
    points = next(table for alt, _, table in charts(at) if alt.startswith("PCA of"))
    assert points["y"].eq(0).all()
    assert points["x"].std() > 0


def test_a_saved_recipe_brings_its_pca_along(mine):
    data = neutral_table()
    found = fit(data, Recipe(tuple("abcd"), "asinh", k=3, starts=3, pca=0.9))
    origin = exports.provenance(data, Population(), "Everyone", found.recipe)
    recipe = exports.recipe_json(found, {}, data.codebook, origin)
    at = mine(use="hand-on", unfolded="method")
    at.file_uploader(key="recipe_file_0").upload("recipe.json", recipe, "application/json")
    at.file_uploader(key="table_file_0").upload("mine.csv", data.frame.to_csv(index=False).encode(), "text/csv")
    at.run()
    sizes = ", ".join(f"{n}: {rows:,}" for n, rows in found.sizes["rows"].items())
    assert any("rows labelled in" in m.value and sizes in m.value for m in at.main.markdown)
    at.button(key="load_recipe").click().run()
    assert not at.exception
    assert at.selectbox(key="pca").value == 90
    assert kept(at)[0].startswith(f"PCA first: {found.model.space.rotation.words}.")


def test_a_report_says_it(mine, settled, monkeypatch):
    made = []
    whole = exports.report
    monkeypatch.setattr("lib.exports.report", lambda *given, **more: made.append(whole(*given, **more)) or made[-1])
    at = mine(use="hand-on", pca="90")
    at.button(key="ask_report").click().run()
    settled(at)
    page = made[0].decode()
    assert "Segments are sought among their principal components: " in page
    assert "PCA to 90% of the variance" in page


def test_the_page_on_methods_says_it(app):
    said = " ".join(m.value for m in app("pages/methods.py").main.markdown)
    assert "**PCA first**" in said
