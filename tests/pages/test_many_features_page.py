"""The page on many features, run through AppTest."""

import json
import re

import pytest
from figures import figures

from lib.population import Population

PAGE = "pages/many_features.py"
FEARFUL = "fearful"
POOR = "fearful-2m"
OWN = {"choose": "My own list"}


@pytest.fixture
def alone(app):
    """The page with PCA only: nothing is sent to the map worker."""
    return lambda **query: app(PAGE, maps="pca", **{"who": FEARFUL, **query})


@pytest.mark.parametrize(
    ("tab", "parts"),
    [
        ("cards", ()),
        ("profiles", ("sets each segment apart", "within each segment", "by segment: the median")),
        ("how-many", ("Inertia by number", "Mean silhouette by number", "Each disc")),
        ("how-sure", ("are nearer to another segment",)),
        ("inside", ("components hold", "PC1")),
    ],
)
def test_each_tab_draws_its_charts_below_the_map(alone, charts, settled, tab, parts):
    at = settled(alone(use=tab))
    alts = [alt for alt, _, _ in charts(at)]
    for part in ("PCA of", *parts):
        assert any(part in alt for alt in alts), part
    assert any("**3 segments**" in m.value for m in at.main.markdown)
    assert any("trustworthiness" in m.value for m in at.main.markdown)


def test_three_finished_maps_of_the_sample_are_there_at_once(app, charts):
    at = app(PAGE)
    alts = [alt for alt, _, _ in charts(at)]
    for method in ("PCA", "t-SNE", "UMAP"):
        assert any(alt.startswith(f"{method} of 3,089 households") for alt in alts), method
    said = [m.value for m in at.main.markdown if "neighbours kept" in m.value]
    assert len(said) == 3
    # 2,500 of them are shown beside one another, and some more of small segments
    assert all("Points in proportion to weight: each stands for about 51,000 households." in words for words in said)


def test_every_sampled_household_is_a_point_where_the_link_says_so(app, charts):
    at = app(PAGE, maps="pca", every_point="true")
    assert any(alt.startswith("PCA of 5,777 households") for alt, _, _ in charts(at))
    assert any("Every sampled household once, whatever its weight." in m.value for m in at.main.markdown)
    at.toggle(key="every_point").set_value(False).run()
    assert any(alt.startswith("PCA of 3,089 households") for alt, _, _ in charts(at))
    rows = app(PAGE, maps="pca", count="rows")
    assert not any(toggle.key == "every_point" for toggle in rows.toggle)


@pytest.mark.parametrize("query", [{}, {"count": "rows", "maps": "pca"}, {"colour": "NETWORTH"}])
def test_no_view_sends_more_than_600_kb(app, settled, query):
    at = settled(app(PAGE, **query))
    sent = sum(
        len(element.proto.spec) + sum(len(d.data.data) for d in element.proto.datasets)
        for element in at.get("vega_lite_chart")
    )
    sent += sum(len(element.proto.data) for element in at.get("arrow_data_frame"))
    assert sent < 600_000


def test_a_change_of_k_leaves_the_maps_as_they_are_but_for_their_data(app, charts):
    specs = [{alt: spec for alt, spec, _ in charts(app(PAGE, k=k)) if " of 3,089" in alt} for k in ("4", "7")]
    assert len(specs[0]) == 3
    assert specs[0] == specs[1]


def test_relatives_are_left_out_or_named(real_app):
    own = {"unfolded": "features", "transform": "none", "k": "2"}
    at = real_app(PAGE, data="2019", who=POOR, count="rows", maps="pca", **own)
    assert not any(":material/family_history:" in c.value for c in at.main.caption)
    at.toggle(key="apart").set_value(False).run()
    said = next(c.value for c in at.main.caption if ":material/family_history:" in c.value)
    assert "Total assets" in said


def test_rows_give_the_notebooks_five_columns_and_inertia(real_app, notebook, settled):
    """Five leading columns by trimmed variance, standardised, k = 2 and 3: printed inertia 11028.06 and 7190.53."""
    at = real_app(
        PAGE, data="2019", who=POOR, count="rows", maps="pca", transform="none", apart="false", use="how-many"
    )
    settled(at)
    said = next(c.value for c in at.main.caption if c.value.startswith("Features:"))
    for label in ("Total assets", "Nonfinancial assets", "Value of primary residence", "Net worth", "Total debt"):
        assert label in said
    scores = next(d.value for d in at.dataframe if "Inertia" in d.value.columns)
    printed = notebook["scf19.multi.k2k3.inertia"]["value"]
    shown = [float(text.replace(",", "")) for text in scores["Inertia"][:2]]
    # the table shows four digits
    assert shown == [pytest.approx(value, rel=5e-4) for value in printed]


def test_the_notebooks_box_says_one_start_was_not_enough(real_app):
    query = {"data": "2019", "who": POOR, "count": "rows", "transform": "none", "apart": "false", "k": "4"}
    at = real_app(PAGE, maps="pca", told="true", **query)
    assert any("lower: the lower one is right." in m.value for m in at.main.markdown)
    assert {"Their inertia", "Their silhouette"} <= {tile.label for tile in at.metric}


def test_picking_segments_describes_them_beside_the_rest(alone):
    at = alone()
    at.pills(key="picked_segments").set_value([1]).run()
    assert any("picked**" in m.value and "sampled households" in m.value for m in at.main.markdown)
    table = next(d.value for d in at.dataframe if "Rest: median" in d.value.columns)
    assert len(table) >= 9


def test_a_household_by_number_and_one_that_is_not_there(alone, sample):
    at = alone()
    known = int(Population.parse("TURNFEAR == 1").apply(sample).ids[0])
    at.text_input(key="member_sample").set_value(f" {known} ").run()
    assert any(f"**Household {known}** falls in" in m.value for m in at.main.markdown)
    at.text_input(key="member_sample").set_value("999999").run()
    assert any(
        re.match(r"There is no household 999999 in .*: look for another, such as \d+, \d+ and \d+\.", i.value)
        for i in at.info
    )
    at.text_input(key="member_sample").set_value("").run()
    assert not any("There is no household" in i.value for i in at.info)


def test_a_household_elsewhere_is_not_in_this_population(alone, sample):
    elsewhere = int(Population.parse("TURNFEAR == 0").apply(sample).ids[0])
    inside = Population.parse("TURNFEAR == 1").apply(sample).ids
    assert elsewhere not in inside
    at = alone()
    at.text_input(key="member_sample").set_value(str(elsewhere)).run()
    assert any(f"There is no household {elsewhere} in this population" in i.value for i in at.info)


def test_members_picked_by_segments_are_let_go_when_segments_change(alone):
    at = alone(k="5")
    at.pills(key="picked_segments").set_value([1]).run()
    assert any("households picked**" in m.value for m in at.main.markdown)
    at.slider(key="k").set_value(6).run()
    assert any("Nothing is picked" in c.value for c in at.main.caption)
    assert at.pills(key="picked_segments").value == []


def test_one_household_that_is_found_stays_found_when_segments_change(alone, sample):
    known = int(Population.parse("TURNFEAR == 1").apply(sample).ids[0])
    at = alone(k="5")
    at.text_input(key="member_sample").set_value(str(known)).run()
    at.slider(key="k").set_value(6).run()
    assert any(f"**Household {known}**" in m.value for m in at.main.markdown)


@pytest.mark.parametrize("column", ["RACE", "NETWORTH", "KIDS"])
def test_maps_coloured_by_a_column(alone, charts, column):
    at = alone()
    at.selectbox(key="colour").set_value(column).run()
    table = next(table for alt, _, table in charts(at) if alt.startswith("PCA of"))
    assert table["value"].notna().all()


def test_a_longer_legend_makes_the_chart_of_a_map_higher_and_changes_nothing_else(alone, charts, sample):
    at, found = alone(), []
    for column in ("RACE", "LIFECL"):
        label = sample.codebook.label(column)
        at.selectbox(key="colour").set_value(column).run()
        spec, table = next((spec, table) for alt, spec, table in charts(at) if alt.startswith("PCA of"))
        assert label in json.dumps(spec)
        # every code has a colour of its own
        *colours, _ = spec["layer"][0]["encoding"]["color"]["scale"].pop("range")
        assert len({colour["expr"] for colour in colours}) == len(colours) == table["value"].nunique()
        found.append((spec.pop("height"), table["value"].nunique(), json.dumps(spec).replace(label, "")))
    (low, few, one), (high, many, other) = found
    # an entry is a line of text: 18 pixels
    assert many > few
    assert high - low == 18 * (many - few)
    assert one == other


def test_a_map_counts_the_points_of_the_segments_on_view(app, charts):
    at = app(PAGE, k="3", maps=["pca", "tsne"], unfolded="naming")
    next(p for p in at.pills if p.key.startswith("on")).set_value([1, 3]).run()
    table = next(table for alt, _, table in charts(at) if alt.startswith("PCA of"))
    (drawn, of), _ = [
        [int(figure.replace(",", "")) for figure in found.groups()]
        for words in at.main.markdown
        if (found := re.search(r"([\d,]+) of ([\d,]+) drawn, in proportion to weight", words.value))
    ]
    assert drawn == len(table)
    assert drawn < of < 3_089


def test_a_segment_switched_off_leaves_every_chart(alone, charts):
    at = alone(k="3", use="profiles", unfolded="naming")
    shown = next(p for p in at.pills if p.key.startswith("on"))
    shown.set_value([1, 3]).run()
    points = next(table for alt, _, table in charts(at) if alt.startswith("PCA of"))
    assert set(points["segment"]) == {1, 3}
    (hidden,) = [c.value for c in at.main.caption if "Switched off, and in no chart or table below" in c.value]
    assert re.search(r": 2 \(.+, \d.*%\)\.$", hidden)
    differences = next(table for alt, _, table in charts(at) if "sets each segment apart" in alt)
    assert set(differences["segment"]) == {1, 3}
    # every cell has its interval, and those that take in zero are counted below
    assert differences["between"].str.contains(" to ").all()
    untold = int(differences["untold"].sum())
    assert any(f"{untold} in brackets cannot be told from none" in c.value for c in at.main.caption) == (untold > 0)
    (sizes,) = figures(at)
    unsure = [name for name in sizes if name.startswith(("Median", "Share"))]
    assert len(unsure) > 2
    assert all(sizes[name].str.contains(" to ").all() for name in unsure)


def test_a_name_goes_everywhere(alone, charts):
    at = alone(k="2", unfolded="naming")
    box = next(t for t in at.text_input if t.label == "Name of segment 1")
    box.set_value("Just starting out").run()
    assert any("Just starting out" in m.value for m in at.main.markdown)
    (table,) = figures(at)
    assert "1 · Just starting out" in table["Segment"].tolist()


@pytest.mark.parametrize("algorithm", ["bisecting", "gaussian_mixture", "ward", "hdbscan"])
def test_every_method_shows_its_segments(alone, charts, algorithm):
    at = alone(unfolded="method")
    at.segmented_control(key="algorithm").set_value(algorithm).run()
    assert not at.exception
    assert any(alt.startswith("PCA of") for alt, _, _ in charts(at))
    # a method may leave some alone, which its first words say
    (heading,) = [header.value for header in at.header if re.match(r"\d+ segments", header.value)]
    left_alone = next((text.value for text in (*at.markdown, *at.caption) if "belong to no segment" in text.value), "")
    said = heading.partition("; ")[2].removesuffix(" belong to none")
    assert bool(said) == bool(left_alone) == (algorithm == "hdbscan")
    assert said in left_alone


def test_a_mixture_of_amounts_in_two_parts(alone, charts):
    """What it says of itself, who has any beside medians and means, and axes of parts."""
    at = alone(algorithm="latent_class", transform="two_part", k="3", use="inside")
    assert not at.exception
    said = " ".join(m.value for m in (*at.markdown, *at.caption))
    assert "BIC" in said
    assert "relative entropy" in said
    (sizes,) = figures(at)
    halves = [name for name in sizes if name.startswith("Have any: ")]
    loadings = next(d.value for d in at.dataframe if "PC1" in d.value.columns)
    label = halves[0].removeprefix("Have any: ")
    assert {f"{label}: has any", f"{label}: how much"} <= set(loadings["Feature"])
    scales = next(d.value for d in at.dataframe if "After: range" in d.value.columns)
    assert f"{label}: how much" in set(scales["Feature"])


def test_methods_are_compared_on_request(alone, settled):
    at = alone(use="how-sure")
    at.button(key="ask_comparison").click().run()
    settled(at)
    table = next(d.value for d in at.dataframe if "Agreement with k-means" in d.value.columns)
    assert table["Method"].tolist()[0] == "k-means"
    assert table["Agreement with k-means"].tolist()[0] == "1.00"


@pytest.mark.parametrize("way", ["group", "own"])
def test_other_ways_to_choose_features(alone, way):
    at = alone(choose=way)
    assert not at.exception
    assert not at.error


def test_one_feature_is_too_few(alone):
    at = alone(**OWN, unfolded="features")
    at.multiselect(key="own").set_value(["DEBT"]).run()
    assert any("two features or more" in i.value for i in at.info)
