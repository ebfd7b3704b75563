"""The walls of the house: who may import whom, and what git must track."""

import ast
import subprocess
import sys
from functools import cache

import pytest
from paths import ROOT

ORDER = [
    "errors",
    "shipped",
    "words",
    "prices",
    "codebook",
    "subject",
    "subjects",
    "dataset",
    "work",
    "layouts",
    "solvers",
    "tables",
    "estimates",
    "steps",
    "sources",
    "population",
    "explore",
    "features",
    "segments",
    "trends",
    "maps",
    "charts",
    "exports",
    "engines",
    "ui",
]
"""Rooms of ``lib`` from the ground up: each may use those before it (and itself), never those after it."""


FLOORS = {
    "segments": ["describe", "judge", "apply"],
    "ui": ["scene", "run", "sections", "use"],
}
"""Rooms within rooms, the same way; what lies in the room itself is below all of them."""


def modules():
    return sorted(p.relative_to(ROOT) for p in (ROOT / "lib").rglob("*.py"))


@cache
def imports_of(path):
    return list(_imported(ast.parse((ROOT / path).read_text(encoding="utf-8")), path))


def _imported(tree, path):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield f"relative import in {path}"


def room_of(path):
    return path.parts[1].removesuffix(".py")


def test_only_lib_ui_imports_streamlit():
    using = {path for path in modules() if any(name.split(".")[0] == "streamlit" for name in imports_of(path))}
    assert [path for path in using if room_of(path) != "ui"] == []


def test_tables_reach_the_screen_one_way():
    # what a table's own menu saves must not start a formula: `controls.dataframe` sees to it
    pages = [path.relative_to(ROOT) for path in (ROOT / "pages").glob("*.py")]
    calling = {p.as_posix() for p in [*modules(), *pages] if ".dataframe(" in _without_ours(p)}
    assert calling == {"lib/ui/scene/controls.py"}


def _without_ours(path):
    return (ROOT / path).read_text(encoding="utf-8").replace("controls.dataframe(", "")


def test_imports_point_one_way():
    assert {path.as_posix(): wrong for path in modules() if (wrong := _rooms_above(path))} == {}


def _rooms_above(path):
    """Rooms that a module uses and may not."""
    room = room_of(path)
    above = set(ORDER[ORDER.index(room) + 1 :]) if room in ORDER else set()
    # the rooms that compute know nothing of where data comes from
    if room in ORDER and room not in {"sources", "ui"}:
        above.add("sources")
    return {name.split(".")[1] for name in imports_of(path) if name.startswith("lib.")} & above


def test_imports_point_one_way_within_a_room():
    assert {path.as_posix(): wrong for path in modules() if (wrong := _floors_above(path))} == {}


def _floors_above(path):
    """Rooms within its own that a module uses and may not."""
    room = room_of(path)
    if room not in FLOORS or (path.name == "__init__.py" and len(path.parts) == 3):
        return set()  # the front of the room shows what is behind it
    floors = FLOORS[room]
    above = set(floors[floors.index(path.parts[2]) + 1 :] if path.parts[2] in floors else floors)
    return {name.split(".")[2] for name in imports_of(path) if name.startswith(f"lib.{room}.")} & above


def test_only_the_worker_process_lays_out_maps():
    using = {path for path in modules() if any(name.startswith("lib.layouts.fit.") for name in imports_of(path))}
    assert [path for path in using if path.parts[1:3] != ("layouts", "fit")] == []


def loaded_by(modules, watched, first=""):
    """Which of some packages a fresh Python holds after importing modules."""
    there = "getattr(sys.modules.get(m), '__file__', None)"  # an empty module that stands in for one has no file
    code = f"import sys; {first}import {modules}; print(*(m for m in {watched!r} if {there}))"
    python = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return python.stdout.split()


AT_START = "streamlit_app"
"""What a server imports before anybody comes."""


def test_the_first_visitor_waits_for_no_import():
    """pandas, Altair and what the first page is made of take half a second."""
    needed = (
        "pandas",
        "pyarrow.parquet",
        "altair",
        "lib.charts.explore",
        "lib.ui.sections.explore",
        "lib.ui.sections.home",
    )
    assert loaded_by(AT_START, needed) == list(needed)


def test_a_server_starts_without_what_finds_segments():
    """scikit-learn and scipy take a second to import on a small machine."""
    heavy = ("sklearn", "scipy", "lib.segments", "lib.maps", "lib.exports", "vl_convert", "umap", "numba", "requests")
    assert loaded_by(AT_START, heavy) == []


def test_who_uses_no_database_holds_no_driver():
    """SQLAlchemy, the parser and the driver take 30 MB together."""
    drivers = ("sqlalchemy", "psycopg", "sqlglot", "lib.sources.sql")
    assert loaded_by(f"{AT_START}, lib.ui.sections.bring, lib.ui.sections.database", drivers) == []


def test_the_server_never_holds_what_only_the_worker_needs():
    """numba takes part of a second to import and a hundred megabytes once it compiles."""
    assert loaded_by("lib.ui.use.tabs, lib.ui.sections.methods", ("numba", "matplotlib", "vl_convert")) == []


def test_the_map_worker_holds_nothing_that_it_does_not_need():
    """Each of these takes 15 to 60 MB, and a map needs no table."""
    everything = "lib.layouts.fit.process, lib.layouts.fit.tsne, lib.layouts.fit.umap"
    heavy = ("pandas", "pyarrow", "streamlit", "sklearn", "pynndescent", "scipy.stats", "lib.maps")
    assert loaded_by(everything, heavy, stood_in_for("lib.layouts.fit.process")) == []


def test_the_solver_holds_nothing_that_it_does_not_need():
    heavy = ("pandas", "pyarrow", "streamlit", "matplotlib", "scipy.stats", "lib.segments", "lib.dataset")
    assert loaded_by("lib.solvers.process, lib.solvers.methods", heavy, stood_in_for("lib.solvers.process")) == []


def stood_in_for(process):
    return f"from lib.work.alone import stand_in; from {process} import STOOD_IN_FOR; stand_in(*STOOD_IN_FOR); "


def test_only_the_solver_loads_scikit_learn():
    """It takes a second and 60 MB of a server that draws pages."""
    using = {p.parts[1:3] for p in modules() if any(name.split(".")[0] == "sklearn" for name in imports_of(p))}
    assert {folder for folder, *_ in using} == {"solvers"}
    pages = "lib.ui.use.tabs, lib.ui.sections.methods, lib.ui.sections.trends, lib.ui.use.telling, lib.engines.run"
    assert loaded_by(pages, ("sklearn", "scipy.stats")) == []


WALL = {"time.time", "time.time_ns", "datetime.now", "datetime.datetime.now", "date.today", "datetime.date.today"}


def test_nothing_waits_or_ends_by_the_clock_on_the_wall():
    """Which may be put back or on at any time. A file's time is of that clock: so the age of a draft is told by it.

    The log says when something was, a bundle on which day it was made.
    """

    def reads_it(path):
        calls = (node for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))) if isinstance(node, ast.Call))
        return any(ast.unparse(call.func) in WALL for call in calls)

    told = ["engines.figures", "tables.whole", "work.log"]
    assert [".".join(path.with_suffix("").parts[1:]) for path in modules() if reads_it(path)] == told


def tracked():
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


def test_git_tracks_lib():
    """The stock Python .gitignore hides every folder named lib."""
    files = tracked()
    assert {"lib/dataset.py", "lib/sources/scf/survey.py", "lib/ui/scene/view.py", "data/sample.parquet"} <= set(files)


def test_no_real_survey_file_is_tracked():
    assert [f for f in tracked() if f.endswith((".zip", ".dta", ".gz")) or "downloads/" in f] == []


def test_one_dependency_file_wins_on_community_cloud():
    assert not [n for n in ("uv.lock", "Pipfile", "environment.yml") if (ROOT / n).exists()]
    assert "libgomp1" in (ROOT / "packages.txt").read_text().split()
    lines = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and line[0] != "#"]
    assert all("==" in line for line in lines)
