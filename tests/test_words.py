"""Small turns of phrase."""

import pytest

from lib.words import slug, verbatim, within_sentence


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


def test_words_of_others_stay_words():
    assert verbatim("C-10 *b* ![x](y) `$1$` :red[a]") == (r"C\-10 \*b\* \!\[x\]\(y\) \`\$1\$\` \:red\[a\]")
