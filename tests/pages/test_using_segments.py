"""What can be done with segments, on whatever page they are: cards, lenses, comparisons, placing, handing on."""

import re
from functools import partial

import pytest
from figures import figures

from lib import exports
from lib.population import Population
from lib.segments import Recipe, fit, noise_floor
from lib.segments.apply import label_file
from lib.segments.judge.persist import BACK, BY_CHANCE, CHANGED, GONE, NEARLY

PAGE = "pages/two_features.py"
FEARFUL, TITLE = "fearful", "Denied credit or feared it"


def test_cards_say_how_large_what_sets_apart_by_which_rule_and_who_is_typical(app):
    at = app(PAGE, who=FEARFUL, k="3")

    def cards():
        return [m.value for m in at.main.markdown if "million households, " in m.value and "sampled." in m.value]

    assert all("- Debt: me" in words and ", of this whole group $" in words for words in cards())
    assert len(cards()) == 3
    at.segmented_control(key="cards").set_value("rule").run()
    assert [words.split("\n\n")[1].split(":")[0] for words in cards()] == ["Segment 1", "Segment 2", "Segment 3"]
    assert at.query_params["cards"] == "rule"
    at.segmented_control(key="cards").set_value("one").run()
    assert all("Reference person aged" in words and "least weighted" in words for words in cards())


@pytest.mark.parametrize("lens", ["credit-risk", "inclusion", "market"])
def test_lenses_show_every_segment_beside_everyone_with_n(app, lens):
    at = app(PAGE, who=FEARFUL, k="3", use="lenses", lens=lens)
    table = figures(at)[-1]
    assert list(table.columns) == ["Figure", "Segment 1", "Segment 2", "Segment 3", TITLE]
    assert table[TITLE].str.contains(r"\((?:.+ to .+; )?n [\d,]+\)").all()


def test_the_fearful_were_all_denied_or_feared(real_app):
    """By definition: every household of this population was turned down or did not apply for fear of it."""
    at = real_app(PAGE, data="2019", who=FEARFUL, k="3", use="lenses", lens="inclusion")
    table = figures(at)[-1].set_index("Figure")[TITLE]
    shares = [float(table[name].split("%")[0]) for name in table.index if "denial" in name or "urned down" in name]
    assert sum(shares) >= 100


def test_two_segments_the_population_and_the_nation_can_be_compared(real_app):
    """The median net worth of 2022 was $192,700 (Bulletin); $18,220, that of the population, was called everyone's."""
    at = real_app(PAGE, data="2022", who=FEARFUL, k="3", use="compare")
    table = figures(at)[-1].set_index("Column")
    assert table.loc["Net worth", f"Median: {TITLE}"] == "$18,220"
    assert table.loc["Net worth", "Median: Everyone"] == "$192,700"
    assert at.selectbox(key="compare_second").options[0] == TITLE
    at.selectbox(key="compare_second").set_value(2).run()
    assert any(column == "Median: segment 2" for column in figures(at)[-1].columns)


def test_the_same_recipe_on_the_other_wave(real_app, settled, monkeypatch):
    monkeypatch.setattr("lib.segments.noise_floor", partial(noise_floor, draws=5))
    at = real_app(PAGE, data="2019", who=FEARFUL, k="3", use="compare")
    at.selectbox(key="wave").set_value("2022").run()
    assert any("of the households of SCF 2022 fall where" in m.value for m in at.main.markdown)
    assert any("Both in 2019 dollars" in c.value for c in at.main.caption)
    settled(at)
    # what became of a segment is said beside what chance alone does, and only then
    assert any("; between two draws of SCF 2019 alone it is" in m.value for m in at.main.markdown)
    table = next(d for d in figures(at) if "By chance" in d)
    assert set(table["Verdict"]) <= {BACK, BY_CHANCE, NEARLY, CHANGED, GONE}
    # columns say their wave, and are of it: so many households were denied credit or feared it in each file
    for wave, households in (("SCF 2019", 928), ("SCF 2022", 773)):
        sampled = table[f"Sampled: {wave}"].str.replace(",", "").replace("", "0").astype(int).sum()
        assert households <= sampled <= 1.1 * households


def test_a_household_is_placed(app):
    at = app(PAGE, who=FEARFUL, k="3", use="place")
    before = next(m.value for m in at.main.markdown if "It falls in" in m.value)
    at.number_input(key="place_DEBT").set_value(0.0)
    at.number_input(key="place_HOUSES").set_value(0.0)
    next(b for b in at.button if b.label == "Place this household").click().run()
    after = next(m.value for m in at.main.markdown if "It falls in" in m.value)
    assert "**1 ·" in after
    assert "**" in before


def test_files_can_be_had_and_say_that_they_are_synthetic(app):
    at = app(PAGE, who=FEARFUL, k="3", use="hand-on")
    assert not at.exception
    labels = [b.label for b in at.get("download_button")]
    for label in ("Households, CSV", "Households, Parquet", "Profiles, CSV", "Recipe, JSON", "PNG", "SVG"):
        assert label in labels, labels
    # none is made before its button is pressed
    assert not [b.label for b in at.get("download_button") if b.proto.url or not b.proto.deferred_file_id]


def test_a_report_is_made_on_request(app, settled):
    at = app(PAGE, who=FEARFUL, k="3", use="hand-on")
    at.button(key="ask_report").click().run()
    settled(at)
    assert any("needs no network" in c.value for c in at.main.caption)


def test_a_report_says_what_was_switched_off_in_its_pictures_and_is_made_anew_when_it_is_on(app, settled, monkeypatch):
    captions = []

    def noted(*_, figures=(), **__):
        captions.append([figure.caption for figure in figures])
        return b"a report"

    monkeypatch.setattr("lib.exports.report", noted)
    at = app(PAGE, who=FEARFUL, k="3", use="hand-on", unfolded="naming", question="Who has which pictures?")
    shown = next(p for p in at.pills if p.key.startswith("on"))
    shown.set_value([1, 2]).run()
    at.button(key="ask_report").click().run()
    settled(at)
    first, *others = captions.pop()
    assert re.fullmatch(r"Segments: 1 · .*; 2 · .*\. Switched off, and not shown here: 3 · .*\.", first)
    assert {first} == {first, *others}
    next(p for p in at.pills if p.key.startswith("on")).set_value([1, 2, 3]).run()
    at.button(key="ask_report").click().run()
    settled(at)
    assert re.fullmatch(r"Segments: 1 · .*; 2 · .*; 3 · [^.]*\.", captions.pop()[0])


def test_a_link_to_a_wave_that_is_not_here_says_so_and_offers_it(app, metrics):
    at = app(PAGE, data="2013", who=FEARFUL)
    assert any("survey of 2013" in w.value for w in at.warning)
    assert any(b.label == "Get the survey of 2013" for b in at.button)
    assert not at.exception


def test_a_saved_recipe_labels_a_table_once_and_goes_back_on_the_page(app, sample, monkeypatch):
    """The labels are those of the app: the table is the sample's own fearful households."""
    labelled = []
    monkeypatch.setattr("lib.ui.use.hand_on.label_file", lambda *given: labelled.append(given) or label_file(*given))
    fearful = Population.parse("TURNFEAR == 1").apply(sample)
    found = fit(fearful, Recipe(("DEBT", "HOUSES"), transform="asinh", k=3))
    origin = exports.provenance(fearful, Population(), "The fearful", found.recipe)
    names = {1: "Low", 2: "Middle", 3: "High"}
    recipe = exports.recipe_json(found, names, fearful.codebook, origin)
    table = fearful.frame[["YY1", "DEBT", "HOUSES"]].to_csv(index=False).encode()
    at = app(PAGE, who=FEARFUL, use="hand-on")
    at.file_uploader(key="recipe_file_0").upload("recipe.json", recipe, "application/json")
    at.file_uploader(key="table_file_0").upload("mine.csv", table, "text/csv")
    at.run()
    assert not at.exception
    assert any("3 segments on DEBT, HOUSES" in m.value for m in at.main.markdown)
    sizes = ", ".join(f"{n}: {rows:,}" for n, rows in found.sizes["rows"].items())
    assert any("rows labelled in" in m.value and sizes in m.value for m in at.main.markdown)
    at.text_input(key="question").set_value("Who are they?").run()
    assert any("rows labelled in" in m.value for m in at.main.markdown)
    assert len(labelled) == 1
    at.button(key="load_recipe").click().run()
    assert at.slider(key="k").value == 3


def test_a_file_that_is_no_recipe_is_refused_in_a_sentence(app):
    at = app(PAGE, who=FEARFUL, use="hand-on")
    at.file_uploader(key="recipe_file_0").upload("recipe.json", b'{"k": 3}', "application/json").run()
    assert not at.exception
    assert len(at.error) == 1
