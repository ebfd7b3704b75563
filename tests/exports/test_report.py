"""A report: one file that holds everything it shows."""

import re
import sys
from html.parser import HTMLParser

import numpy as np
import pytest

from lib.charts import segments as charts
from lib.errors import RecipeError
from lib.estimates import mean, quantile
from lib.exports import Figure, provenance, report, report_parts
from lib.population import Population
from lib.segments import Cancelled, Others, Recipe, fit, lenses, names, profile, statistics
from lib.sources import examples


class Page(HTMLParser):
    """What a browser would fetch, run or show of a page."""

    def __init__(self, content):
        super().__init__()
        self.tags, self.addresses, self.handlers, self.headings, self.cells = [], [], [], [], []
        self.alternatives, self._into, self.attributes = [], None, {}
        self.text, self.policies, self.small, self.captions, self.asked = [], [], [], [], []
        self._places = {
            **dict.fromkeys(("h1", "h2", "h3"), self.headings),
            **dict.fromkeys(("td", "th"), self.cells),
            "small": self.small,
            "caption": self.captions,
            "dt": self.asked,
        }
        self.feed(content.decode())

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        self.attributes.setdefault(tag, given)
        self.addresses += [v for k, v in attrs if k in {"src", "href", "xlink:href", "data", "action"}]
        self.policies += [given["content"]] if given.get("http-equiv") == "Content-Security-Policy" else []
        self.handlers += [k for k, _ in attrs if k.startswith("on")]
        if given.get("role") == "img" or tag == "img":
            self.alternatives.append(given.get("aria-label") or given.get("alt"))
        if tag not in {"i", "span"}:  # the colour of a segment before its name, a figure on a small screen
            self._into = self._places.get(tag)

    def handle_endtag(self, tag):
        if tag not in {"i", "span"}:
            self._into = None

    def handle_data(self, data):
        self.text.append(data)
        if self._into is not None:
            self._into.append(data)


def full(here, names=None, **more):
    return report(
        here.data,
        here.found,
        names or here.names,
        here.origin,
        swept=here.swept,
        stable=here.stable,
        beside=here.beside,
        sensitive=here.sensitive,
        told=here.told,
        lenses=here.lenses,
        typicals=here.typicals,
        **more,
    )


@pytest.fixture(scope="module")
def content(fearful_sample):
    return full(fearful_sample)


@pytest.fixture(scope="module")
def page(content):
    return Page(content)


def test_it_is_small_and_fetches_nothing(content, page):
    assert len(content) < 3_000_000
    assert all(a.startswith(("data:image/png;base64,", "#")) for a in page.addresses)
    assert not set(page.tags) & {"script", "link", "iframe", "object", "embed", "base", "form"}
    assert page.handlers == []
    assert not re.search(rb"@import|url\((?!#)", content)
    policy = page.policies[0]
    assert policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def test_it_holds_every_part(page, fearful_sample):
    assert page.headings[0] == "Segments: Denied or feared, net worth under $2M"
    parts = ["The segments", "Pictures", "Three lenses", "How far to trust it", "Method"]
    assert [heading for heading in page.headings[1:] if " · " not in heading] == parts
    assert page.captions[-3:] == ["How many segments each criterion advises", "Features", "Where it came from"]
    text = " ".join(page.text)
    for words in (
        fearful_sample.told.sentences[1],
        fearful_sample.typicals[2].sentence,
        fearful_sample.stable.words,
        "Scales bend at the median of what is not zero, times 3, below it nearly linear and above it nearly ",
        "With as many segments most depends on “Transform” (Ranks, adjusted Rand index 0.35); the same choices with",
        "Hubert and Arabie 1985",
        fearful_sample.swept.agreement,
        fearful_sample.beside.silhouette.words("the segments are", "separated"),
        "k-means was started 5 times",
        "TURNFEAR == 1 and NETWORTH < 2000000",
        "Declared bankruptcy in the last 5 years",
        "k-means, k = 4 on DEBT, HOUSES; transform asinh with the scale × 3, scaling standard",
    ):
        assert words in text


def test_it_opens_with_its_answer(content, page, fearful_sample):
    here = fearful_sample
    opening = Page(content.partition(b"<nav")[0])
    assert opening.asked == ["Asked", "Who", "Found", "How sure"]
    text = " ".join(opening.text)
    assert "Which groups are there among the households “Denied or feared, net worth under $2M”" in text
    assert f"899 sampled households, which stand for {here.data.weights().sum():,.0f} households," in text
    assert "Found anew 3 times among households drawn from these, segment" in text
    assert all(verdict in text for verdict in here.stable.table["verdict"])
    assert here.beside.silhouette.words("the segments are", "separated") in text
    cells = [cell for cell in opening.cells if cell.strip()]
    assert cells[:4] == ["Segment", "Share of households", "Median total debt", "Median value of primary residence"]
    for number, size in here.found.sizes.iterrows():
        assert f"{number} · {here.names[number]}" in cells
        assert f"{100 * size['share']:.1f}".removesuffix(".0") + "%" in cells
    late = here.lenses.table.set_index(["figure", "segment"]).loc[("flag_LATE", 1)]
    assert late["text"] in [cell.rstrip("†") for cell in cells]


def test_its_answer_puts_a_part_of_the_nation_beside_it(sample, fearful_sample):
    """Shares and medians of everyone are those of the file, counted by hand."""
    here = fearful_sample
    nation = Others("All households", statistics(sample, here.found.recipe.features))
    part = here.data.weights().sum() / sample.weights().sum()
    opening = Page(full(here, others=nation, part=part).partition(b"<nav")[0])
    stand_for = f"which stand for {here.data.weights().sum():,.0f} households, {100 * part:.1f}% of all, in "
    assert stand_for in " ".join(opening.text)
    at = opening.cells.index("All households")
    debt, homes = (quantile(sample.values(name), sample.weights(), 0.5) for name in ("DEBT", "HOUSES"))
    assert {cell.strip() for cell in opening.cells[at + 1 :]} - {"", "–"} == {f"${debt:,.0f}", f"${homes:,.0f}"}
    beside = lenses(here.data, here.found, everyone=sample)
    opening = Page(full(here, others=nation, lenses_of_others=beside, part=part).partition(b"<nav")[0])
    row = [cell.strip() for cell in opening.cells[opening.cells.index("All households") :] if cell.strip()]
    late = np.average(sample.values("LATE"), weights=sample.weights())
    assert row[:5] == ["All households", "–", f"${debt:,.0f}", f"${homes:,.0f}", f"{100 * late:.1f}%"]


def test_columns_are_named_and_fit_a_page(page, fearful_sample):
    """A column of a segment says which; more than five stand in tables of their own."""
    here = fearful_sample
    titles = [f"{number} · {here.names[number]}" for number in (1, 2, 3, 4)]
    for table in report_parts.lens_tables(here.lenses, here.names, "The fearful"):
        assert [head.text for head in table.header[1:5]] == titles
        assert table.header[5:] == ("The fearful",)
    assert "" not in page.cells[:1]
    many = fit(here.data, Recipe(("DEBT", "HOUSES"), "asinh", k=12, starts=2))
    profiled = profile(here.data, many)
    tables = report_parts.middles(here.data, many, {}, profiled, here.origin)
    assert [len(table.header) for table in tables] == [6, 6, 6]


def test_other_choices_are_in_it_only_where_they_were_tried(page, fearful_sample):
    assert {"1 of 3", "Transform", "Ranks", "0.35"} <= set(page.cells)
    here = fearful_sample
    trust = report_parts.trust(here.found, here.stable, here.told, here.names)
    assert not re.search("Hubert|random numbers", repr(trust))


def test_it_says_synthetic_at_the_top_and_under_every_chart(content, page):
    text = " ".join(page.text)
    assert "no row is a real household. Do not quote" in text
    assert content.count(b"Synthetic data.") == page.tags.count("figure")


def test_real_data_are_cited_as_the_survey(real_2019):
    from lib.exports import provenance
    from lib.population import Population
    from lib.segments import Recipe, fit, names

    population = Population.parse("TURNFEAR == 1 and NETWORTH < 2e6")
    data = population.apply(real_2019)
    recipe = Recipe(("DEBT", "NETWORTH", "HOUSES", "NFIN", "ASSET"), k=4, starts=3)
    found = fit(data, recipe)
    content = report(data, found, names(data, found), provenance(data, population, "Fearful", recipe))
    text = " ".join(Page(content).text)
    assert "ynthetic" not in text
    assert "Board of Governors of the Federal Reserve System, Survey of Consumer Finances 2019" in text
    assert "928 sampled households" not in text  # those are all who were denied or feared it
    assert "4,418 rows" in text  # the notebooks' population
    assert "was not tested" in text


def test_every_chart_has_words_for_those_who_do_not_see_it(page):
    assert page.tags.count("figure") == len(page.alternatives) == 4
    assert all(words and len(words) > 20 for words in page.alternatives)
    assert page.attributes["html"]["lang"] == "en"
    assert page.tags.count("h1") == 1


def test_it_prints_on_a4(content):
    assert b"@page { size: A4" in content
    assert b"@media print" in content


def test_figures_of_tables_are_the_results(page, fearful_sample):
    data, found = fearful_sample.data, fearful_sample.found
    debt, weights, text = data.values("DEBT"), data.weights(), data.codebook["DEBT"].text
    for number in (1, 2, 3, 4):
        inside = found.labels == number
        assert f"{found.sizes.loc[number, 'count']:,.0f}" in page.cells
        # of members, not what the mean on the bent scale comes to in dollars
        assert text(quantile(debt[inside], weights[inside], 0.5)) in page.cells
        assert text(mean(debt[inside], weights[inside])) in page.cells
        assert text(found.centroids.loc[number, "DEBT"]) not in page.cells


def test_names_are_escaped_wherever_they_stand(fearful_sample, attack):
    clean = Page(full(fearful_sample))
    found = Page(full(fearful_sample, dict.fromkeys(fearful_sample.names, attack), question=attack))
    assert not set(found.tags) - set(clean.tags)
    for tag in ("img", "strong", "a"):
        assert found.tags.count(tag) == clean.tags.count(tag)
    assert found.handlers == []
    assert "<script>alert(1)</script>" in " ".join(found.text)


def test_pictures_on_one_page_do_not_share_the_names_of_their_clips(content):
    ids = re.findall(rb'\bid="([^"]+)"', content)
    assert len(ids) == len(set(ids))
    used = set(re.findall(rb"url\(#([^)]+)\)", content))
    assert used <= set(ids)


def test_heavy_charts_become_png_and_the_file_stays_small(fearful_sample, monkeypatch):
    here = fearful_sample
    table = profile(here.data, here.found).table
    chart = charts.means_and_medians(table, "DEBT", here.data.codebook, here.names, 2019)
    monkeypatch.setattr(sys.modules["lib.exports.report"], "_FOR_PICTURES", 120_000)
    figures = [Figure(f"Figure {n}", chart, f"A chart of debt by segment, number {n}") for n in range(4)]
    content = report(here.data, here.found, here.names, here.origin, figures=figures)
    found = Page(content)
    assert "img" in found.tags
    assert "Left out to keep the file small" in " ".join(found.text)
    assert len(content) < 200_000


def test_progress_goes_from_start_to_end_and_can_be_cancelled(fearful_sample):
    here, told = fearful_sample, []
    report(here.data, here.found, here.names, here.origin, progress=lambda done, words: told.append((done, words)))
    shares = [done for done, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert any(words == "Drawing Total debt" for _, words in told)

    def stop(done, words):
        if done > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        report(here.data, here.found, here.names, here.origin, progress=stop)


def test_a_name_that_was_typed_away_does_not_hide_its_segment(fearful_sample):
    found = Page(full(fearful_sample, {**fearful_sample.names, 3: " "}))
    assert "3 · Segment 3" in found.headings


def test_other_households_are_refused(fearful_sample, sample):
    with pytest.raises(RecipeError, match="give the households that were segmented"):
        report(sample, fearful_sample.found, fearful_sample.names, fearful_sample.origin)


def test_the_lenses_say_on_how_many_households_a_figure_rests(page, fearful_sample):
    own = fearful_sample.lenses.table
    late = own[(own["figure"] == "flag_LATE") & (own["segment"] == -1)].iloc[0]
    assert late["text"] in page.cells
    assert f"{late['between']}; n\u00a0{late['n']:,}" in page.small
    assert "95% intervals are by a bootstrap of households" in " ".join(page.text)


def test_shares_of_customers_have_their_intervals():
    data = examples.loans()
    found = fit(data, Recipe(("income_annum", "loan_term"), k=2, starts=2))
    looked = lenses(data, found)
    origin = provenance(data, Population(), "Everyone", found.recipe)
    told = Page(report(data, found, names(data, found), origin, lenses=looked))
    approved = looked.table.set_index(["figure", "segment"]).loc[("flag_loan_status", -1)]
    assert approved["text"] in told.cells
    assert any(said.startswith(f"{100 * approved['low']:.1f} to ") for said in told.small)
    words = " ".join(told.text)
    assert "as if the applicants had been drawn at random" in words
    assert "no sampling error is given" in words  # of sizes, which this report was not given
