"""One session that is given one bad thing after another: each gets its sentence, and what was good before stays."""

import json

import pytest

from lib.ui.run.background import reading
from tests.bad_input.mutilated import sound, table
from tests.sources.awkward import shop

FILES = {
    "cell.csv": (b"x" * 3_000_000, "cannot be made out as a table"),
    "signs.csv": (b"\x7fELF\2\1\1" + bytes(100), "is no text, Excel, Parquet or Stata file"),
    "wide.csv": (b"," * 100_000 + b"\n", "has 100,001 columns"),
}

CHOICES = (
    ({"skip": "x"}, "mine.csv cannot have x lines above the table"),
    ({"columns": {"paid": {"thousands": []}}}, "marks in its numbers"),
)


def following(choices):
    """The file of a recipe of a table of one's own, with other choices about that table."""
    document = json.loads(json.dumps(sound()[-1]))
    document["preparation"]["choices"] = choices
    return json.dumps(document).encode()


@pytest.fixture
def uploaded(brought):
    """A page on which the first of the bad files was brought, and a way to bring another to one of its boxes."""
    name, (content, _) = next(iter(FILES.items()))
    at = brought(name, content)

    def give(box, name, content, kind="text/csv"):
        at.file_uploader[box].upload(name, content, kind).run()
        if "stop_own_file" in [button.key for button in at.button]:
            assert reading().wait(60)
            at.run()
        assert not at.exception
        return [error.value.replace("\\", "") for error in at.error]

    return at, give


def test_the_session_goes_on(uploaded):
    at, give = uploaded
    assert "cannot be made out" in at.error[0].value
    for name, (content, says) in list(FILES.items())[1:]:
        (said,) = give(0, name, content)
        assert says in said
    assert give(0, "mine.csv", table().encode()) == []
    for number, (choices, says) in enumerate(CHOICES):
        (said,) = give(1, f"recipe{number}.json", following(choices), "application/json")
        assert says in said
        assert any("60 rows, 4 columns" in words.value for words in at.main.markdown)
    (said,) = give(1, "torn.json", following({})[:-1], "application/json")
    assert "This is not a recipe file of the app (it is not sound JSON)" in said
    assert give(1, "sound.json", following({}), "application/json") == []
    (said,) = give(0, "shop.csv", shop().encode())
    assert said.startswith("Step 1 (fill) is left out: shop has no column paid")
    assert "So are 5 more." in said
    at.button(key="use_own").click().run()
    assert not at.exception
    assert at.selectbox(key="data").value.startswith("own-")
