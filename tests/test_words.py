"""Small turns of phrase."""

import pytest

from lib.words import after_first, file_name, first_sentence, literal, slug, within_sentence


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


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Yearly income, 2019", "Yearly income, 2019"),
        ("cash_advance_trx", "cash_advance_trx"),
        ("_a_ __b__", "\\_a\\_ \\_\\_b\\_\\_"),
        ("**bold**", "\\*\\*bold\\*\\*"),
        ("[x](javascript:alert(1))", "\\[x\\](javascript:\u2060alert(1))"),
        ("<b> &lt; $a$ `c` ~~d~~ | \\", "\\<b\\> \\&lt; \\$a\\$ \\`c\\` \\~\\~d\\~\\~ \\| \\\\"),
        (":red[x] :smile:", ":\u2060red\\[x\\] :\u2060smile:"),
        ("https://e.org www.e.org a@e.org", "https:\u2060//e.org www\u2060.e.org a@\u2060e.org"),
        ("# a", "\\# a"),
        ("1. a", "1\\. a"),
        ("- a -> b", "\\- a -\u2060\\> b"),
        ("a\n\n# b", "a # b"),
        ("a\0b \u202egnp.exe\u202c", "a b gnp.exe"),
    ],
)
def test_no_mark_in_literal_words_takes_effect(words, shown):
    assert literal(words) == shown


@pytest.mark.parametrize(
    ("named", "name"),
    [
        ("Mine: Denied, under $2M", "mine-denied-under-2m-members.csv"),
        ("../../etc/passwd\0 C:\\x", "etc-passwd-c-x-members.csv"),
        ("=cmd|' /C calc'!A0", "cmd-c-calc-a0-members.csv"),
        ("€ \u202e", "members.csv"),
        ("CON", "con-members.csv"),
        ("x" * 300, f"{'x' * 60}-members.csv"),
    ],
)
def test_a_file_is_named_in_letters_digits_and_hyphens(named, name):
    assert file_name(named, "members", ending="csv") == name


@pytest.mark.parametrize(
    ("words", "title", "rest"),
    [
        ("Net worth: median $1.9M. More.", "Net worth: median $1.9M", "More."),
        ("One of them", "One of them", ""),
        ("Correlation 0.65 (0.55 to 0.74).", "Correlation 0.65 (0.55 to 0.74)", ""),
    ],
)
def test_a_title_is_a_first_sentence(words, title, rest):
    assert (first_sentence(words), after_first(words)) == (title, rest)
