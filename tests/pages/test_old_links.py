"""Links copied when they still carried labels open what they always opened, and say it by ids from then on."""

import pytest

NOTEBOOKS = ({"data": "SCF 2019", "dollars": "2019 dollars", "count": "Rows"},
             {"data": "2019", "dollars": "2019", "count": "rows"})  # fmt: skip
LINKS = [
    (
        None,
        {"show": "Age group", "by": "Homeownership", "amount": "Household income",
         "x": "Household income", "y": "Total debt", "variance": "Plain"},
        {"show": "AGECL", "by": "HOUSECL", "amount": "INCOME", "x": "INCOME", "y": "DEBT",
         "variance": "plain"},
    ),
    (
        None,
        {"who": "Denied or feared, net worth under $2M", "by_beside": "Age group"},
        {"who": "fearful-2m", "by_beside": "AGECL"},
    ),
    (
        "pages/two_features.py",
        {"who": "Denied or feared, net worth under $2M", "across": "Household income", "up": "Net worth",
         "transform": "Ranks", "scaling": "None", "k": "3", "use": "Compare", "compare_second": "Everyone"},
        {"who": "fearful-2m", "across": "INCOME", "up": "NETWORTH", "transform": "quantile", "scaling": "none",
         "k": "3", "use": "compare"},
    ),
    (
        "pages/many_features.py",
        {"choose": "My own list", "own": ["Net worth", "Total debt"], "algorithm": "Gaussian mixture", "k": "2",
         "maps": ["PCA"], "colour": "Age group", "use": "Lenses", "lens": "Market"},
        {"choose": "own", "own": ["NETWORTH", "DEBT"], "algorithm": "gaussian_mixture", "k": "2", "maps": "pca",
         "colour": "AGECL", "use": "lenses", "lens": "market"},
    ),
    (
        "pages/small_business.py",
        {"choose": "A group of columns", "group": "Debts", "maps": "PCA", "use": "Hand on"},
        # both parts of the page stood below one another
        {"choose": "group", "group": "debts", "maps": "pca", "use": "hand-on", "part": "segments"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("page", "labels", "ids"), LINKS)
def test_an_old_link_opens_what_it_opened(real_app, settled, page, labels, ids):
    old, new = ({**NOTEBOOKS[0], **labels, "v": "1"}, {**NOTEBOOKS[1], **ids, "v": "2"})
    by_labels, by_ids = settled(real_app(page, **old)), settled(real_app(page, **new))
    assert not any("not to be had" in i.value for i in (*by_labels.info, *by_ids.info))
    assert {**by_labels.query_params, "v": "2"} == by_ids.query_params
    assert {key: value for key, value in by_ids.query_params.items() if key in ids} == ids
    assert told(by_labels) == told(by_ids)


@pytest.mark.parametrize(("page", "labels", "ids"), LINKS)
def test_an_old_link_to_the_sample_opens_what_it_opened(app, settled, page, labels, ids):
    """Where the real waves are not there to be read, labels are still understood."""
    by_labels, by_ids = settled(app(page, **labels, v="1")), settled(app(page, **ids, v="2"))
    assert not any("not to be had" in i.value for i in by_labels.info)
    assert {**by_labels.query_params, "v": "2"} == by_ids.query_params
    assert told(by_labels) == told(by_ids)


def told(at) -> list[str]:
    """All that a page says, figures included."""
    return [element.value for kind in (at.markdown, at.caption, at.metric) for element in kind]


def test_a_link_of_a_version_to_come_is_warned_of(app):
    assert any("another version" in w.value for w in app(v="4").warning)
    assert not app(v="1").warning


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ({"show": "AGECL"}, "Explore"),
        ({"WHO": "fearful"}, "Explore"),
        ({"data": "sample", "v": "2"}, "Explore"),
        # what the first page shows of data it shows still; what others write into a link is nobody's choice
        ({"data": "sample", "utm_source": "mail"}, "18."),
        ({"data": "sample", "who": "fearful", "v": "3"}, "18."),
    ],
)
def test_an_address_without_a_page_that_was_explores_opens_explore(app, query, title):
    at = app(None, **query)
    assert at.title[0].value.startswith(title)
    if "show" in query:  # the other choice of the chart, which went without saying
        assert (at.selectbox(key="show").value, at.selectbox(key="by").value) == ("AGECL", "TURNFEAR")


@pytest.mark.parametrize(
    ("page", "part", "says"),
    [
        ("pages/two_features.py", "watch", "Iteration 0 of"),
        ("pages/many_features.py", "axes", "components hold"),
        ("pages/many_features.py", "scales", "Features before and after scaling"),
        ("pages/many_features.py", "means", "Mean and median of each feature"),
        ("pages/two_features.py", "told", "Their inertia"),
    ],
)
def test_what_an_old_link_had_opened_on_the_page_is_open_in_its_tab(app, page, part, says):
    at = app(page, v="1", maps="pca", **{part: "true"})
    words = [e.value for kind in (at.subheader, at.markdown, at.caption) for e in kind] + [m.label for m in at.metric]
    assert any(says in said for said in words)
