"""The first page: its finding against published and printed figures, and where it leads."""

import re

HOME, EXPLORE, MANY = (f"pages/{page}.py" for page in ("home", "explore", "many_features"))


def press(at, label):
    """Press one of the ways on; the page it leads to."""
    next(button for button in at.button if button.label == label).click().run()
    assert not at.exception
    return at.title[0].value


def test_the_sample_is_named_as_one_and_each_way_is_one_click(app, charts):
    at = app(None)
    assert at.title[0].value.endswith("of made-up households were denied credit or feared it")
    assert any("synthetic sample" in info.value for info in at.info)
    ((said, _, table),) = charts(at)
    assert "poorest fifth" in at.subheader[0].value
    assert list(table["group"])[-1] == "All households"
    assert "All households: 18." in said
    # only what the page speaks of can be chosen beside it
    assert {box.key for box in at.sidebar.selectbox} == {"data"}
    ways = {
        "Who is it?": "Explore US households",
        "What kinds of households are they?": "Segments by many features",
        "Owners of small businesses": "Small-business owners",
        "Bring your own customers": "Your own table",
    }
    for label, title in ways.items():
        assert press(at, label) == title
        at.switch_page(HOME).run()
    assert len([button for button in at.button if str(button.key).startswith("way_")]) == 8


def test_a_way_leads_to_those_that_the_finding_is_about_whoever_was_looked_at_before(app):
    at = app(EXPLORE, where="AGE < 35", count="rows", show="RACE")
    at.switch_page(HOME).run()
    press(at, "Who is it?")
    assert at.selectbox(key="who").value == "fearful"
    assert (at.text_input(key="where").value, at.segmented_control(key="count").value) == ("", "households")
    assert at.selectbox(key="show").value == "RACE"
    at.switch_page(HOME).run()
    # a view shows what it says: all else is forgotten
    assert press(at, "Debts and homes in one plane") == "Segments by two features"
    assert at.selectbox(key="who").value == "fearful-2m"
    at.switch_page(EXPLORE).run()
    assert at.selectbox(key="show").value == "INCCAT"


def test_data_that_have_no_such_finding_are_named_and_lead_on(app, charts):
    at = app(HOME, data="cards")
    assert charts(at) == []
    assert "What kinds of customers are they?" in [button.label for button in at.button]
    assert press(at, "Two amounts in one plane") == "Segments by two features"
    assert at.selectbox(key="data").value == "cards"


def test_the_finding_of_a_wave_is_that_of_its_data(real_app, charts):
    at = real_app(None)
    # of the 2022 wave, as computed from its file with its weights: 18.4, 31.6 and 2.4 per cent
    assert at.title[0].value == "18.4% of US households were denied credit or feared it"
    assert at.subheader[0].value == "By income: 31.6% of the poorest fifth, 2.4% of the richest tenth"
    assert any("Of all households 18.4% (16.9 to 19.9%)" in caption.value for caption in at.main.caption)
    at.selectbox(key="data").set_value("2019").run()
    assert at.subheader[0].value != "By income: 31.6% of the poorest fifth, 2.4% of the richest tenth"


def test_the_course_finds_its_printed_figures_and_what_counting_households_changes(real_app, notebook):
    at = real_app(None)
    assert press(at, "As in the course") == "Segments by many features"
    (said,) = [m.value for m in at.markdown if "As in the course" in m.value]
    printed = notebook["dash.k2.trim"]["value"]
    assert f"inertia **{printed['inertia']:,}**" in said
    assert f"**{printed['silhouette']}**" in said
    # of households its own clusters hold other shares than of rows, and others are found with weights
    found = re.search(r"holds ([\d.]+)% of the rows, and ([\d.]+)% of the households.*holds ([\d.]+)%", said)
    assert found.groups() == ("12.4", "11.7", "17")
    assert at.slider(key="k").value == 2
    press(at, "Count households instead")
    assert at.segmented_control(key="count").value == "households"
