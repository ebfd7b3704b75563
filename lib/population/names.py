"""Names of columns in a text of conditions: one plain word as it is, any other name in backticks."""

from __future__ import annotations

import keyword
import re
import unicodedata

from lib.errors import PopulationError
from lib.tables.cells import clean_name

_QUOTED = re.compile(r"`((?:[^`]|``)*)`")


def written(name: str) -> str:
    """A name as conditions are written: one plain word as it is, others in backticks, each backtick inside twice."""
    # Python reads identifiers in this one of their Unicode forms: a name in another would come back changed
    is_one_word = name.isidentifier() and unicodedata.normalize("NFKC", name) == name
    return name if is_one_word and not keyword.iskeyword(name) else "`" + name.replace("`", "``") + "`"


def shown(text: str, most: int = 40) -> str:
    """A name, or a piece of typed text, as it may stand in a sentence: on one line, at most ``most`` characters."""
    return clean_name(text, most)


def stood_in(text: str) -> tuple[str, dict[str, str]]:
    """A text in which plain words stand in for the names in backticks, and the name that each stands for.

    Raises:
        PopulationError: If a backtick opens a name that does not end.
    """
    word = "quoted_"
    while word in unicodedata.normalize("NFKC", text):
        word += "_"
    names: dict[str, str] = {}

    def stand_in(found: re.Match[str]) -> str:
        names[f"{word}{len(names)}"] = found[1].replace("``", "`")
        return f" {word}{len(names) - 1} "  # with room around it, lest it grow together with what stands there

    plain = _QUOTED.sub(stand_in, text)
    if "`" in plain:
        rest = shown(plain[plain.index("`") :])
        raise PopulationError(f"The name “{rest}” does not end: put one backtick before it and one after it.")
    return plain.strip(), names


def put_back(text: str, names: dict[str, str]) -> str:
    """A text with the names again for which words stand in."""
    return re.sub("|".join(rf"{word}(?!\d)" for word in names), lambda found: names[found[0]], text) if names else text
