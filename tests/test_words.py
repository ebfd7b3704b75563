"""Small turns of phrase."""

import pytest

from lib.words import plain, slug, within_sentence


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Net worth", "net worth"),
        ("IRA balance", "IRA balance"),
        ("Social Security and pension income", "Social Security and pension income"),
        ("All IRA balances", "all IRA balances"),
        ("Debt", "debt"),
    ],
)
def test_a_name_keeps_its_capitals_inside_a_sentence(label, said):
    assert within_sentence(label) == said


def test_a_short_name_for_an_address():
    assert slug("Credit risk, 2nd") == "credit-risk-2nd"
    assert slug("Größe") == "größe"


def test_words_from_elsewhere_stay_words_in_markdown():
    assert plain("![a](b) *c* $d$ :e:") == "\\!\\[a\\]\\(b\\) \\*c\\* \\$d\\$ \\:e\\:"
    assert plain("Köln 12, Ulm") == "Köln 12, Ulm"
