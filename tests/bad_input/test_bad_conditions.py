"""Conditions that cannot be read or met: one sentence each; those that only look odd are read."""

import ast

import pytest

from lib.errors import PopulationError
from lib.population import Population
from lib.population.language import MAX_LENGTH
from tests.bad_input.case import refused, table
from tests.fuzz.targets import TABLE

NEAR, NO_COMPARISON = "The conditions cannot be read near", "is not a comparison: write one"
NEITHER, DEEP = "is neither a column nor a number", "nested too deep"

CASES = table(
    PopulationError,
    {
        # signs that mean something else, or nothing
        "an equals sign alone": ("= 3", NEAR, "“== 3”"),
        "an arrow": ("AGE => 3", NEAR, "“> 3”"),
        "symbols for and": ("AGE < 3 & DEBT > 2", "Write the words and, or instead of & and |"),
        "between one end and none": ("AGE BETWEEN 1 AND", NEAR),
        "a remark": ("AGE < 3 # and DEBT > 2", "Nothing may stand after a #", "leave out “# and DEBT > 2”"),
        "a remark alone": ("#", "leave out “#”"),
        "a semicolon": ("AGE < 35;", NEAR, "“;”"),
        "a walrus": ("(AGE := 3) < 4", NEITHER),
        "a full-width sign": ("AGE ＜ 35", NEAR, "“＜ 35”"),
        "quotes of a program for writing": ("“AGE” < 3", NEAR),
        "a direction mark": ("AGE <\u202e 35", NEAR, "“35”"),
        "a zero byte": ("AGE\0 < 3", "cannot be read"),
        "a zero byte alone": ("\0", "The conditions cannot be read: write column"),
        "half a sign": ("AGE\ud800 < 3", "write them plainly"),
        # what is left open
        "nothing to compare with": ("AGE <", NEAR),
        "nothing after and": ("AGE < 35 and", NEAR),
        "not alone": ("not", NEAR),
        "a bracket too many": ("AGE < 35)", NEAR, "“)”"),
        "five hundred open brackets": ("(" * 500 + "AGE < 3", NEAR),
        "a quotation never closed": ("'''" + "x" * 900, NEAR),
        "a backtick": ("`", "The name “`” does not end", "one backtick before it and one after it"),
        "a name that does not end": ("`net income < 3", "The name “`net income < 3” does not end"),
        "two backticks within": ("`AGE`` < 3", "does not end"),
        "a name of nothing": ("``", NO_COMPARISON),
        "two words for a name": (
            "net income < 3",
            "near “income < 3”",
            "a name that is not one plain word in backticks",
        ),
        "two names": ("3 < `a` `b`", "near “b”"),
        # what is no comparison
        "a column": ("AGE", "“AGE” is not a comparison"),
        "numbers alone": ("3 < 4", "“3 < 4” names no column"),
        "a choice of a number": ("1 in (1, 2)", "names no column"),
        "numbers at the end of a chain": ("AGE < 3 < 4", "“3 < 4” names no column"),
        "empty brackets": ("()", NO_COMPARISON),
        "a list": ("[AGE < 3]", NO_COMPARISON),
        "conditions with commas": ("AGE < 3, DEBT > 1", "Write numbers without commas"),
        "commas for thousands in the wrong places": ("AGE < 20,1500", "Write numbers without commas or as 30,000"),
        "thousands in a list": (
            "DEBT in (20,000, 30,000)",
            "in brackets without commas in them",
        ),
        "a word after amounts": ("DEBT > 1.5M and AGE < 30K years", "near “years”"),
        "a choice without brackets": ("AGE in 3", "Write the choices after in in brackets"),
        "a choice of nothing": ("AGE in ()", "in brackets"),
        "a choice of a column": ("AGE in DEBT", "in brackets"),
        "a choice of text": ("AGE in (1, 'a')", "“'a'” is neither"),
        "a choice of choices": ("AGE in (1, (2, 3))", "“(2, 3)” is neither"),
        "a choice of no number": ("AGE in (nan,)", "“nan” is neither"),
        "is": ("AGE is None", "Compare with == != < <= > >= in or not in"),
        # code
        "a call": ("__import__('os').system('true') == 0", NEITHER),
        "a method": ("AGE.mean() > 3", NEITHER),
        "an attribute": ("a.b < 3", "“a.b” is neither", "in backticks"),
        "an item": ("AGE[0] < 3", NEITHER),
        "a lambda": ("lambda: 1", NO_COMPARISON),
        "a comprehension": ("[x for x in AGE]", NO_COMPARISON),
        "an if": ("AGE < 3 if DEBT else 2", NO_COMPARISON),
        "an f-string": ("f'{AGE}' < 3", NEITHER),
        "an import": ("import os", NEAR),
        "a sum that takes for ever": ("9**9**9**9 < AGE", NEITHER),
        # values
        "text": ("AGE < 'old'", NEITHER),
        "a truth value": ("AGE < True", NEITHER),
        "None": ("AGE < None", NEITHER),
        "an imaginary number": ("AGE < 1j", "“1j” is neither"),
        "a currency alone": ("AGE < $", NEAR, "“$”"),
        "a currency twice": ("AGE < $$5", NEAR, "“$$5”"),
        "a currency behind": ("AGE < 5$", NEAR, "“$”"),
        "commas in the wrong places": ("AGE < $30,00", "Write numbers without commas"),
        "a unit that is none": ("AGE < 30kg", NEAR, "“30kg”"),
        "points for thousands": ("AGE < 1.234.567", NEAR, "“1.234.567”"),
        "Arabic digits": ("AGE < ٣٥", NEAR),
        "a zero in front": ("AGE < 08", NEAR),
        # columns
        "no column": ("AGES < 3", "There is no column AGES; did you mean AGE?"),
        "no number": ("AGE < nan", "There is no column nan"),
        "a Cyrillic letter": ("АGE < 35", "There is no column АGE; did you mean AGE?"),
        "a column of nine hundred letters": ("x" * 900 + " < 3", "There is no column xxx", "data dictionary"),
        # size
        "too long": ("AGE < 3 or " * 120 + "AGE < 3", "have 1,327 characters; at most 1,000 are read"),
        "brackets in brackets": ("(" * 300 + "AGE < 3" + ")" * 300, "cannot be read"),
        "not, a hundred times": ("not " * 100 + "AGE < 3", "nested more than 12 deep: write them in a row"),
        "signs in front": ("~" * 900 + "AGE < 3", DEEP),
        "minus, very often": ("AGE < " + "-" * 980 + "3", DEEP),
        "plus, very often": ("AGE < " + "+" * 400 + "3", DEEP),
        "points in a row": ("AGE" + ".b" * 400 + " < 3", DEEP),
        "sums in a row": ("AGE" + " + 1" * 240 + " < 3", DEEP),
        "a name with an end of a line": ("f(`a\nb`=3)", "“f(a b=3)” is not a comparison"),
    },
)


@pytest.mark.parametrize("name", CASES)
def test_what_cannot_be_read_or_met_is_said_in_one_sentence(name):
    sentence = refused(CASES[name], lambda text: Population.parse(text).mask(TABLE))
    assert len(sentence) < 220


@pytest.mark.parametrize(
    ("odd", "plain"),
    [
        ("AGE <\u00a035", "AGE < 35"),
        ("AGE ≤ 35 and DEBT ≠ −1", "AGE <= 35 and DEBT != -1"),
        ("\ufeffAGE < 35\u200b", "AGE < 35"),
        ("AGE < 3\n\nand DEBT > 1", "AGE < 3 and DEBT > 1"),
        ("AGE < 1e999", "AGE < 1e+300"),
        ("AGE < " + "9" * 900, "AGE < 1e+300"),
        ("AGE < -+-3", "AGE < 3"),
        ("DEBT > $30,000", "DEBT > 30000"),
        ("DEBT >= 30k and DEBT < $1.5M", "DEBT >= 30000 and DEBT < 1500000"),
        ("-$2.1B < DEBT", "DEBT > -2100000000"),
        ("DEBT in ($1,200, 5, 30K)", "DEBT in (1200, 5, 30000)"),
        ("DEBT > €70", "DEBT > 70"),
        ("DEBT > 1,200.50 or AGE < 30,000,000", "(DEBT > 1200.5 or AGE < 30000000)"),
        ("DEBT in (1,200, 5K)", "DEBT in (1, 200, 5000)"),
        ("DEBT in ($20,000, 100, 0)", "DEBT in (20000, 100, 0)"),
        ("DEBT > 1e3", "DEBT > 1000"),
        ("`30K` < 3", "`30K` < 3"),
        ("AGE in [1, 2, 1]", "AGE in (1, 2, 1)"),
        ("`net\u00a0income` < 3", "`net\u00a0income` < 3"),
        # as SQL and other languages write it
        ("AGE = 1", "AGE == 1"),
        ("AGE<>35", "AGE != 35"),
        ("AGE < 35 AND NOT (DEBT > 0 OR DEBT IN (1, 2))", "AGE < 35 and not ((DEBT > 0 or DEBT in (1, 2)))"),
        ("AGE < 3 && DEBT > 2 || AGE = 9", "((AGE < 3 and DEBT > 2) or AGE == 9)"),
        ("AGE BETWEEN 1 AND 3 AND DEBT = 2", "AGE >= 1 and AGE <= 3 and DEBT == 2"),
        ("DEBT not between $20,000 and 50k", "not ((DEBT >= 20000 and DEBT <= 50000))"),
        ("`net = 1 AND between` = 3", "`net = 1 AND between` == 3"),
        ("OR == 1 and IN < 2", "OR == 1 and IN < 2"),
    ],
)
def test_what_only_looks_odd_is_read(odd, plain):
    assert str(Population.parse(odd)) == plain


def test_a_text_that_is_too_long_is_not_parsed(monkeypatch):
    monkeypatch.setattr(ast, "parse", lambda *_args, **_options: pytest.fail("it was parsed"))
    with pytest.raises(PopulationError, match="at most 1,000"):
        Population.parse("x" * (MAX_LENGTH + 1))
