"""The list of what is said about sureness: each is in the code, and each has a test that can make it false."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROW = re.compile(
    r"^\| (?P<words>.+) \| (?P<file>lib/\S+\.py) \| (?P<test>tests/\S+\.py)::(?P<name>\w+) \|$", re.MULTILINE
)
LIST = (ROOT / "docs" / "sureness.md").read_text(encoding="utf-8")
LISTED = [match.groups() for match in ROW.finditer(LIST)]


@cache
def tree(file):
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


@cache
def said(file):
    """Every text of a module as it is written, what is put in by its name."""
    texts = []
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.JoinedStr):
            parts = (
                part.value if isinstance(part, ast.Constant) else f"{{{ast.unparse(part.value)}}}"
                for part in node.values
            )
            texts.append("".join(map(str, parts)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.append(node.value)
    return texts


def test_the_list_is_whole():
    assert len(LISTED) == LIST.count("::test_") > 40


@pytest.mark.parametrize(("words", "file", "test", "name"), LISTED, ids=[str(at) for at in range(len(LISTED))])
def test_what_is_said_is_in_the_code_and_has_a_test(words, file, test, name):
    assert any(words in text for text in said(file))
    assert name in {node.name for node in ast.walk(tree(test)) if isinstance(node, ast.FunctionDef)}
