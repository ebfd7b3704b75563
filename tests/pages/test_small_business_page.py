"""The page on small-business owners, run through AppTest, against published shares and the notebook's figures."""

import pytest
from figures import figures

PAGE = "pages/small_business.py"
QUIET = {"maps": "pca"}


@pytest.mark.parametrize(("wave", "households"), [("2019", "13.4%"), ("2022", "14.6%")])
def test_owners_are_counted_both_ways(real_app, metrics, wave, households):
    shown = metrics(real_app(PAGE, data=wave))
    assert shown["Owners"] == households
    if wave == "2019":
        assert shown["Owners in rows"] == "27.4%"


def test_the_notebooks_population_and_columns(real_app, notebook):
    at = real_app(PAGE, data="2019", count="rows", apart="false", transform="none", **QUIET)
    rows, _ = notebook["biz.shape"]["value"]
    assert any(f"Owners, income under $500,000**: {rows:,} rows" in m.value for m in at.main.markdown)
    said = next(c.value for c in at.main.caption if c.value.startswith("Features:"))
    for label in ("Business equity", "Nonfinancial assets", "Net worth", "Total assets"):
        assert label in said


def test_income_groups_by_ownership_in_rows_are_the_notebooks(real_app, charts, notebook):
    at = real_app(PAGE, data="2019", count="rows")
    table = next(table for alt, _, table in charts(at) if alt.startswith("Income group"))
    printed = notebook["biz.inccat.by.hbus"]["value"]
    names = {"0-19.9": "0-20", "20-39.9": "21-39.9"}
    for row in table.itertuples():
        percentile = row.code.removesuffix(" percentile")
        expected = printed["1" if row.group == "Yes" else "0"][names.get(percentile, percentile)]
        assert row.share == pytest.approx(expected, abs=5e-7)


def test_the_limit_follows_the_dollar_year_and_can_be_changed(real_app):
    at = real_app(PAGE, data="2019", dollars="2022", count="rows", **QUIET)
    assert at.number_input(key="income_limit_2022").value == 579_603
    assert any("4,364 rows" in m.value for m in at.main.markdown)
    at.number_input(key="income_limit_2022").set_value(100_000).run()
    assert any("Owners, income under $100,000" in m.value for m in at.main.markdown)


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ({"owners": "who"}, ("Income group",)),
        ({"owners": "work"}, ("Work status",)),
        ({"owners": "amounts"}, ("Age of reference person: median",)),
        ({"owners": "together"}, ("of the ranks",)),
        ({"differ": "true", **QUIET}, ("Most varied", "whiskers")),
    ],
)
def test_the_sample_draws_every_section(app, charts, query, parts):
    at = app(PAGE, **query)
    assert not at.exception
    alts = [alt for alt, _, _ in charts(at)]
    for part in parts:
        assert any(part in alt for alt in alts), part
    assert ("PCA of" in str(alts)) == ("differ" in query)


def test_what_the_businesses_are_worth(app):
    at = app(PAGE, owners="worth")
    assert any({"What", "90% below", "Sampled households"} <= set(d.columns) and len(d) == 5 for d in figures(at))


def test_a_population_without_owners_says_so(app):
    at = app(PAGE, where="HBUS == 0", **QUIET)
    assert not at.exception
    assert any("None of these households owns a business" in i.value for i in at.info)
    assert not any("What to loosen" in m.value for m in at.main.markdown)


def test_nobody_is_asked_to_loosen_the_conditions_of_the_page(app):
    """Twelve or so owners of a kind: their own conditions can be taken away, that they own a business cannot."""
    at = app(PAGE, where="AGE < 24")
    assert any("too few to rely on" in w.value for w in at.warning)
    (loosen,) = [m.value for m in at.main.markdown if m.value.startswith("What to loosen")]
    assert "Owns a business" not in loosen
    assert "Age" in loosen


def test_the_heading_and_the_tiles_say_of_whom_they_are(real_app, metrics):
    at = real_app(PAGE, data="2019", count="rows")
    assert at.main.header[0].value.startswith("27.4% of rows own a business; ")
    assert real_app(PAGE, data="2019").main.header[0].value.startswith("13.4% own a business; ")
    at = real_app(PAGE, data="2019", who="fearful")
    beside = {tile.label: tile.delta for tile in at.metric}
    assert (beside["Owners"], beside["Owners in rows"]) == ("of these households", "of their rows")


def test_a_limit_that_was_chosen_is_the_same_amount_in_other_dollars(real_app):
    """A dollar of 2019 is 1.159205 of 2022 (price index of the survey)."""
    at = real_app(PAGE, data="2019", **QUIET, income_limit_2019="100000")
    at.selectbox(key="dollars").set_value(2022).run()
    assert at.number_input(key="income_limit_2022").value == 115_921
    assert at.query_params["income_limit_2022"] == "115921"
    at.selectbox(key="dollars").set_value(0).run()
    assert at.number_input(key="income_limit_2019").value == 100_000
    at.number_input(key="income_limit_2019").set_value(500_000).run()
    at.selectbox(key="dollars").set_value(2022).run()
    assert at.number_input(key="income_limit_2022").value == 579_603
    assert not at.warning
