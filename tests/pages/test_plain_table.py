"""A table that nobody knows on every page: nothing breaks, nothing is said of households, nothing is left blank."""

import re
from dataclasses import replace

import numpy as np
import pytest
from figures import figures
from tables import CUSTOMERS, nasty_table, neutral_table

from lib import exports
from lib.charts import theme
from lib.charts.maps import LACKING
from lib.dataset import Codebook, Variable
from lib.population import Population
from lib.segments import Recipe, fit, names
from lib.subject import LeadingShare
from lib.subjects import PLAIN

TWO, MANY = "pages/two_features.py", "pages/many_features.py"
PAGES = (None, "pages/explore.py", TWO, MANY, "pages/methods.py")
BANNED = re.compile(r"household|implicate|\bnan\b", re.IGNORECASE)
TABS = ("Cards", "Profiles", "How many?", "How sure?", "Compare", "Place a row", "Inside", "Share and export")

KINDS = (
    *("title", "header", "subheader", "markdown", "caption", "info", "warning", "error", "metric", "button"),
    *("selectbox", "text_input", "number_input", "multiselect", "slider", "select_slider", "toggle", "pills"),
    *("segmented_control", "expander", "tab"),
)
"""Elements that say something."""


@pytest.fixture
def mine(offer):
    return lambda page="pages/explore.py", **query: offer(neutral_table(), page, **{"maps": "pca", **query})


def said(at, charts):
    """Everything that a page says: text, labels, helps, headings of tables, alt texts and titles inside charts."""
    for element in [one for kind in KINDS for one in at.get(kind)]:
        # the value of a control is its own name for a choice, which nobody sees
        shown = (
            ("label", "help", "placeholder")
            if hasattr(element, "options")
            else ("value", "label", "help", "placeholder")
        )
        yield from (str(getattr(element, name, "") or "") for name in shown)
        yield from map(str, getattr(element, "options", ()))
    for element in at.get("download_button") + at.get("file_uploader") + at.get("form_submit_button"):
        yield element.proto.label
    for table in figures(at):
        yield from (*table.columns, *table.to_numpy().ravel())
    for table in at.dataframe:
        yield from map(str, table.value.columns)
        yield from (str(cell) for cell in table.value.to_numpy().ravel() if isinstance(cell, str))
        yield table.proto.alt
    for alt, spec, _ in charts(at):
        yield alt
        yield from re.findall(r'"title": "([^"]*)"', str(spec).replace("'", '"'))


def test_the_words_of_the_survey_are_found_where_they_stand(app, charts):
    """The net below has holes small enough."""
    caught = [words for words in said(app(MANY, maps="pca"), charts) if "household" in words.lower()]
    assert len(caught) > 20


@pytest.mark.parametrize("page", PAGES)
def test_no_page_speaks_of_households(mine, charts, settled, page):
    at = settled(mine(page))
    assert not at.error
    assert [words for words in said(at, charts) if BANNED.search(words)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_page_takes_columns_of_any_name(offer, charts, settled, page):
    at = settled(offer(nasty_table(), page, maps="pca", k="3"))
    assert not at.error
    assert [words for words in said(at, charts) if BANNED.search(words)] == []


@pytest.mark.parametrize("tab", TABS)
def test_every_use_of_segments_takes_columns_of_any_name(offer, charts, tab):
    at = offer(nasty_table(), TWO, across="row", up="id", k="3", use=tab, watch="true")
    assert not at.error
    assert [words for words in said(at, charts) if BANNED.search(words)] == []
    _, _, points = next(chart for chart in charts(at) if chart[0].startswith("3 segments in the plane of"))
    assert points["y"].max() > 50 > points["x"].max()  # one amount reaches 60, the other 9


@pytest.mark.parametrize(
    ("page", "tab"), [(TWO, "how-sure"), (TWO, "how-many"), (MANY, "how-sure"), (MANY, "how-many"), (TWO, "hand-on")]
)
def test_a_table_of_very_many_rows_has_its_silhouettes_of_some(offer, charts, settled, monkeypatch, page, tab):
    monkeypatch.setattr("lib.segments.silhouette.MAX_ROWS", 200)
    monkeypatch.setattr("lib.segments.silhouette.DRAWN_ROWS", 150)
    at = settled(offer(replace(neutral_table(), fingerprint="very many rows"), page, maps="pca", k="3", use=tab))
    words = [*said(at, charts)]
    assert not at.error
    assert [words for words in words if BANNED.search(words)] == []
    assert tab != "how-sure" or any("Of 150 rows drawn at random" in one for one in words)


def test_features_to_begin_with_are_columns_that_can_be_features(offer):
    at = offer(nasty_table(), TWO)
    assert (at.selectbox(key="across").value, at.selectbox(key="up").value) == ("segment", "id")
    at = offer(nasty_table(), MANY, maps="pca", unfolded="features")
    features = next(c.value for c in at.main.caption if c.value.startswith("Features:"))
    assert features == "Features: Column id, Column segment, Column row, Column net income."
    assert not {"flat", "gaps."} & set(features.split())
    at.segmented_control(key="choose").set_value("own").run()
    assert at.multiselect(key="own").value == ["segment", "id", "row", "net income", "Row"]
    at.segmented_control(key="choose").set_value("group").run()
    assert at.multiselect(key="of_group").value == ["segment", "id", "row", "net income", "Row"]


def test_groups_of_columns_whose_names_say_the_same_in_short(offer):
    """Their ids in the address were made of letters and digits alone."""
    data, groups = neutral_table(), ("A b", "a-b", "€", "Plain one")
    book = {name: replace(data.codebook[name], group=group) for name, group in zip("abcd", groups, strict=True)}
    grouped = replace(data, codebook=Codebook({**data.codebook, **book}), fingerprint="grouped")
    for group, in_short in zip(groups, ("A b", "a-b", "€", "plain-one"), strict=True):
        at = offer(grouped, MANY, maps="pca", choose="group", group=in_short, unfolded="features")
        assert at.selectbox(key="group").value == group


def test_groups_side_by_side_by_a_column_called_group(offer, charts):
    at = offer(nasty_table(), show="count", by="group")
    _, _, table = next(chart for chart in charts(at) if chart[0].startswith("Count of regions, the largest share"))
    assert table.query("group == code")["share"].tolist() == [1, 1, 1]


def test_a_column_that_is_the_same_for_all_goes_with_nothing(offer, charts):
    at = offer(nasty_table(), x="flat", y="segment")
    assert any(alt == "Column flat and Column segment: no correlation, one of them is the same for all."
               for alt, _, _ in charts(at))  # fmt: skip
    assert not any(re.search(r"\bnan\b", words) for words in said(at, charts))


def test_explore_has_all_its_sections(mine, charts, metrics):
    at = mine()
    assert at.title[0].value == "Explore this table"
    assert metrics(at)["Rows"] == "300"
    assert [m.label for m in at.metric][1:] == [f"Median: Column {name}" for name in "abcd"]
    alts = [alt for alt, _, _ in charts(at)]
    assert len(alts) == 5
    for part in (
        "Region, the largest share",
        "Column a: median",
        "Column a and Column b: corr",
        "Strongest",
        "Most var",
    ):
        assert any(part in alt for alt in alts), part


def test_what_rests_on_fewer_rows_says_on_how_many(offer, charts):
    """60 of 300 rows lack the amount, 30 others the region: they were left out, and counted all the same."""
    whole = neutral_table()
    frame = whole.frame.copy()
    amount, region = whole.codebook.amounts()[0], "e"
    frame[region] = frame[region].astype(float)
    frame.loc[:59, amount], frame.loc[60:89, region] = np.nan, np.nan
    at = offer(replace(whole, frame=frame, fingerprint="with blanks"), amount=amount, show=region)
    notes = [text.value for text in at.markdown if "n = " in text.value]
    assert [note for note in notes if amount in note and "n = 240 rows of 300, the others lack a value" in note]
    assert [note for note in notes if "n = 270 rows of 300, the others lack a value" in note]
    spread = next(table for table in figures(at) if "Median" in table and "Who" in table)
    assert spread["Rows"].tolist() == ["240"]
    assert spread["Median"].iloc[0].startswith(f"{frame[amount].quantile(0.5, interpolation='lower'):,.2f}")
    _, _, bars = next(chart for chart in charts(at) if ": median" in chart[0])
    assert bars["share"].sum() == pytest.approx(1)
    assert any("Each figure leaves out the rows that lack a value it needs." in text.value for text in at.caption)


def test_controls_with_nothing_to_choose_are_not_drawn(mine):
    at = mine(TWO)
    labels = {box.label for kind in ("selectbox", "segmented_control", "toggle") for box in at.get(kind)}
    assert not labels & {"Count", "Amounts in", "Rows", "Skip overlapping columns"}
    assert [tab.label for tab in at.tabs] == ["Why?", *TABS[1:]]
    assert not any("notebooks" in box.label for box in at.expander)
    assert not any("file's rows" in c.value for c in at.main.caption)
    assert "Rows" in figures(at)[0].columns
    assert "Sampled" not in figures(at)[0].columns


@pytest.mark.parametrize(
    ("page", "tab", "number"),
    [
        *((TWO, "profiles", 5), (TWO, "how-many", 5), (TWO, "how-sure", 2), (TWO, "inside", 2)),
        *((MANY, "profiles", 7), (MANY, "how-many", 5), (MANY, "how-sure", 2), (MANY, "inside", 3)),
    ],
)
def test_segments_are_drawn(mine, charts, settled, page, tab, number):
    at = settled(mine(page, k="3", use=tab))
    assert len([alt for alt, _, _ in charts(at) if not alt.startswith("Colour")]) == number
    assert any("**3 segments**" in m.value for m in at.main.markdown)
    assert any("of the rows; the smallest" in m.value for m in at.main.markdown)


def test_what_would_be_a_feature_but_for_a_blank_is_named(offer):
    """Column b varies most; otherwise others take its place and nobody knows."""
    data = neutral_table()
    blank = data.frame["b"].astype(float).where(data.frame.index != 0)
    at = offer(replace(data, frame=data.frame.assign(b=blank), fingerprint="one blank"), MANY, maps="pca")
    captions = [c.value for c in at.main.caption]
    (told,) = [words for words in captions if "Passed over, as values are missing or all the same" in words]
    assert "Column b" in told
    (features,) = [words for words in captions if words.startswith("Features: ")]
    assert "Column b" not in features


def test_on_a_map_who_lacks_a_value_is_grey_or_said_to_be_left_out(offer, charts):
    data = neutral_table()
    frame = data.frame.assign(**{name: data.frame[name].where(data.frame.index >= 30) for name in ("d", "e")})
    at = offer(replace(data, frame=frame, fingerprint="thirty blanks"), MANY, maps="pca", colour="e", unfolded="naming")
    spec, points = next((spec, table) for alt, spec, table in charts(at) if alt.startswith("PCA of"))
    assert sorted(points["value"].unique()) == [1, 2, 3, LACKING]
    assert (points["value"] == LACKING).sum() == 30
    colours = spec["layer"][0]["encoding"]["color"]["scale"]["range"]
    assert len(colours) == 4
    assert colours[-1] == theme.EVERYONE.to_dict()
    at.selectbox(key="colour").set_value("d").run()
    assert any("30 have no Column d: left out." in m.value for m in at.main.markdown)
    # all of them are in one segment: the others lack nothing
    (lacking,) = points.loc[points["value"] == LACKING, "segment"].unique()
    others = [int(number) for number in points["segment"].unique() if number != lacking]
    next(p for p in at.pills if p.key.startswith("on")).set_value(others).run()
    assert not any("left out" in m.value for m in at.main.markdown)


def test_a_feature_is_not_said_to_be_passed_over(offer):
    """Where nothing varies there is no other feature to take: the page says what is wrong with this one."""
    data = neutral_table()
    same = data.frame.assign(**{name: 1.0 for name in data.frame.columns if name != "id"})
    at = offer(replace(data, frame=same, fingerprint="all the same"), MANY, maps="pca")
    assert not any("Passed over" in c.value for c in at.main.caption)
    assert any("is the same for every row" in e.value for e in at.error)


@pytest.mark.parametrize("page", [TWO, MANY])
@pytest.mark.parametrize("tab", ["Cards", "Compare", "Place a row", "Share and export"])
def test_every_use_of_segments_works(mine, charts, page, tab):
    at = mine(page, k="3", use=tab, cards="one")
    assert not at.error
    assert not [words for words in said(at, charts) if BANNED.search(words)]
    what = {
        "Cards": any("medoid" in m.value for m in at.markdown),
        "Compare": any("Median: Everyone" in d.columns for d in figures(at)),
        "Place a row": any("It falls in" in m.value for m in at.markdown),
        "Share and export": {"Rows, CSV", "Recipe, JSON"} <= {b.label for b in at.get("download_button")},
    }
    assert what[tab]


def test_a_report_and_stability_on_request(mine, settled):
    at = mine(TWO, k="3", use="hand-on")
    at.button(key="ask_report").click().run()
    assert any("needs no network" in c.value for c in settled(at).main.caption)
    # the report had it tested
    at = settled(mine(TWO, k="3", use="how-sure"))
    assert "ask_stability" not in [button.key for button in at.button]
    table = next(d for d in figures(at) if "By Hennig's thresholds" in d.columns)
    assert "Other rows" in table.columns
    assert "Other imputations" not in table.columns


def test_a_member_is_found_by_its_text(mine):
    at = mine(MANY, k="3")
    at.text_input(key="member_mine").set_value("C10042").run()
    assert any("**Row C10042**" in m.value for m in at.main.markdown)
    facts = next(d.value for d in at.dataframe if "This row" in d.value.columns)
    assert sorted(facts["What"]) == [*(f"Column {name}" for name in "abcd"), "Region"]
    near = next(d.value for d in at.dataframe if "Nearest" in d.value.columns)
    assert near["Nearest"].str.match(r"C10\d\d\d").all()
    at.text_input(key="member_mine").set_value("C1").run()
    assert any("There is no row “C1” in Mine" in i.value for i in at.info)


def test_segments_picked_are_beside_the_rest(mine, charts):
    at = mine(MANY, k="3")
    at.pills(key="picked_segments").set_value([1]).run()
    assert any("**100 rows picked**." in m.value for m in at.main.markdown)
    points = next(table for alt, _, table in charts(at) if alt.startswith("PCA of 300 rows"))
    assert points["id"].str.startswith("C10").all()


def test_rows_without_a_name_go_by_their_number(offer):
    at = offer(replace(neutral_table(), id=None, fingerprint="nameless"), MANY, maps="pca", k="3")
    at.text_input(key="member_mine").set_value("300").run()
    assert any("**Row 300**" in m.value for m in at.main.markdown)


def test_conditions_on_its_own_columns(mine, metrics):
    at = mine(where="e == 1 and a > 20")
    assert 0 < int(metrics(at)["Rows"]) < 100
    assert any("Region is North" in b.label for b in at.button)
    assert at.text_input(key="where").placeholder == "a > 0"


NAMES = ("net income", "class", "he said `x`", "d")


def holed():
    """Names that are no plain words, ends that two decimals cannot say, and gaps."""
    data = neutral_table(NAMES)
    frame = data.frame.assign(e=data.frame["e"].where(data.frame.index % 3 > 0))
    frame["f"] = 1
    frame[NAMES[0]] = (frame[NAMES[0]] / 1_000).where(frame.index != 7)
    book = {"f": Variable("f", "Kind", unit="category"), **data.codebook}
    return replace(data, frame=frame, codebook=Codebook(book), fingerprint="holed")


def adding(at):
    return next(b for b in at.button if b.label == "Add the condition")


@pytest.mark.parametrize("column", NAMES)
def test_a_condition_is_built_on_a_column_of_any_name(offer, metrics, column):
    at = offer(holed(), unfolded="own_conditions")
    at.selectbox(key="condition_column").set_value(column).run()
    slider = at.select_slider(key=f"condition_range_{column}")
    assert len(slider.options) == len(set(slider.options)) > 3
    # the full range asks for nothing: it keeps every row, also one without a value
    assert adding(at).disabled
    values = holed().values(column)
    assert slider.value == (np.nanmin(values), np.nanmax(values))
    middle = float(slider.options[len(slider.options) // 2])
    slider.set_range(middle, slider.value[1]).run()
    adding(at).click().run()
    assert not at.exception
    assert not at.error
    name = column if column == "d" else "`" + column.replace("`", "``") + "`"
    assert at.text_input(key="where").value == f"{name} >= {middle:g}"
    assert int(metrics(at)["Rows"]) == (values >= middle).sum()


def test_the_codes_of_a_category_and_those_without_one_are_chosen(offer, metrics):
    at = offer(holed(), unfolded="own_conditions")
    codes = holed().values("e")
    for chosen, text, rows in (
        ([1.0], "e == 1", codes == 1),
        (["nan"], "e != e", np.isnan(codes)),
        ([1.0, 3.0, "nan"], "(e in (1, 3) or e != e)", codes != 2),
    ):
        at.text_input(key="where").set_value("").run()
        at.selectbox(key="condition_column").set_value("e").run()
        pills = at.pills(key="condition_values_e")
        assert pills.options == ["North", "South", "West", "Missing"]
        assert adding(at).disabled
        pills.set_value(chosen).run()
        adding(at).click().run()
        assert not at.exception
        assert at.text_input(key="where").value == text
        assert int(metrics(at)["Rows"]) == rows.sum()
    assert any("(Region is North or West or Region is missing)" in b.label for b in at.button)


def test_an_example_names_a_column_as_it_must_be_typed(offer):
    at = offer(holed(), where="net income > 3")
    assert at.text_input(key="where").placeholder == "`net income` > 0"
    # the page would take the backticks for its own, and leave them out
    assert "for example \\`net income\\` \\> 0" in at.error[0].value


def test_a_condition_on_text_is_refused_and_everyone_stays(mine, metrics):
    at = mine(where="key == 10001")
    assert [e.value for e in at.error] == ["The column key holds text: conditions compare numbers."]
    assert metrics(at)["Rows"] == "300"


def test_a_page_of_the_survey_says_whose_it_is(mine):
    at = mine("pages/small_business.py")
    assert [i.value for i in at.info] == [
        "This page is about the Survey of Consumer Finances: Mine has nothing for it."
    ]


def test_the_survey_is_one_choice_away_and_back(mine, metrics):
    at = mine()
    at.selectbox(key="data").set_value("sample").run()
    assert metrics(at)["Households"] == "128.6 M"
    assert at.selectbox(key="data").label == "Survey"
    at.selectbox(key="who").set_value("fearful").run()
    at.segmented_control(key="count").set_value("rows").run()
    at.selectbox(key="data").set_value("mine").run()
    assert not at.exception
    assert metrics(at)["Rows"] == "300"


def test_without_categories_the_groups_are_left_out(offer, charts):
    data = neutral_table()
    names = ["key", *"abcd"]
    bare = replace(data, frame=data.frame[names], codebook=data.codebook.restricted_to(names), fingerprint="bare")
    at = offer(bare)
    assert "Groups side by side" not in [h.value for h in at.header]
    assert len(charts(at)) == 4
    at = offer(bare, MANY, maps="pca")
    assert not at.error


def test_names_of_the_survey_mean_nothing_here(offer):
    """Total debt and total assets are relatives there; here they are two columns with such names."""
    data = neutral_table(("DEBT", "ASSET", "FIN", "NETWORTH"))
    assert data.subject is PLAIN
    at = offer(data, MANY, maps="pca")
    features = next(c.value for c in at.main.caption if c.value.startswith("Features:"))
    assert all(name in features for name in ("Column DEBT", "Column ASSET", "Column NETWORTH"))
    assert not any(":material/family_history:" in c.value for c in at.main.caption)


def weighted():
    data = neutral_table()
    frame = data.frame.assign(w=2.0)
    return replace(data, frame=frame, subject=CUSTOMERS, weight="w", fingerprint="weighted")


def test_customers_with_weights_can_be_counted_both_ways(offer, metrics, charts):
    at = offer(weighted(), TWO, k="3")
    assert at.segmented_control(key="count").options == ["Customers", "Rows"]
    assert any("600 customers" in m.value for m in at.main.markdown)
    assert any(":material/balance: Now counting customers." in m.value for m in at.main.markdown)
    assert [tab.label for tab in at.tabs] == [tab.replace("a row", "a customer") for tab in ("Why?", *TABS[1:])]
    assert {"Customers", "Sampled"} <= set(figures(at)[0].columns)
    assert not [words for words in said(at, charts) if BANNED.search(words)]
    at.segmented_control(key="count").set_value("rows").run()
    assert any("**Everyone**: 300 rows" in m.value for m in at.main.markdown)


def test_a_share_that_leads_is_the_subjects(offer):
    data = weighted()
    unequal = replace(data, frame=data.frame.assign(w=np.where(data.frame["e"] == 1, 3.0, 1.0)), fingerprint="unequal")
    rows = float((data.frame["e"] == 1).mean())
    lead = LeadingShare("Northerners are", "e == 1")
    at = offer(replace(unequal, subject=replace(CUSTOMERS, lead=lead)))
    members = 3 * rows / (3 * rows + 1 - rows)
    told = f"Northerners are {rows:.1%} of the file's rows and {members:.1%} of customers."
    assert any(told in m.value for m in at.main.markdown)


@pytest.mark.parametrize(("columns", "fits"), [(("a", "b"), True), (("c", "d"), True), (("a", "z"), False)])
def test_a_recipe_goes_on_the_page_only_where_its_columns_are(mine, columns, fits):
    data = neutral_table(("a", "b", "c", "d") if fits else ("a", "z", "y", "x"))
    found = fit(data, Recipe(columns, k=2, starts=2))
    origin = exports.provenance(data, Population(), "Mine", found.recipe)
    recipe = exports.recipe_json(found, names(data, found), data.codebook, origin)
    at = mine(TWO, use="hand-on")
    at.file_uploader(key="recipe_file_0").upload("recipe.json", recipe, "application/json").run()
    if not fits:
        assert any("Mine has no column z" in c.value for c in at.main.caption)
        return
    at.button(key="load_recipe").click().run()
    assert not at.exception
    assert (at.selectbox(key="across").value, at.selectbox(key="up").value) == columns
    assert at.slider(key="k").value == 2


@pytest.mark.parametrize(("page", "query"), [("pages/explore.py", {}), (MANY, {"use": "profiles", "k": "2"})])
def test_a_category_of_which_nothing_is_known_is_told_in_a_sentence(offer, page, query):
    data = neutral_table()
    unknown = replace(data, frame=data.frame.assign(e=np.nan), fingerprint="unknown")
    at = offer(unknown, page, maps="pca", **query)
    assert not at.exception
    assert any("is not known of anybody here" in i.value for i in at.info)
