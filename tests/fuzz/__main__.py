"""Search for input that breaks a reader: ``python -m tests.fuzz --seconds 60``, by hand, never in the suite.

Atheris (libFuzzer) changes sound input, keeps what reaches new lines of ``lib``, and changes that again, for each
target in turn in a process of its own. What it keeps lies in ``tests/artifacts/fuzz``, so that the next search goes on
from there; so does what breaks a target, which becomes a case of ``tests/bad_input`` once it is mended. Where Atheris
does not install, Hypothesis makes the input: the property tests run with many examples.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

NAMES = ("conditions", "column", "table", "pieces", "survey", "recipe")
_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]
_KEPT = _ROOT / "tests" / "artifacts" / "fuzz"
_LONGEST = {"conditions": 400, "column": 600, "table": 4_096, "pieces": 4_096, "survey": 16_384, "recipe": 65_536}
"""Bytes of one input."""

_DONE = re.compile(r"Done (\d+) runs in (\d+) second")
_COVERAGE = re.compile(r"cov: (\d+)")
_AS_BYTES = 0.2
"""Share of the files of JSON that are changed without a look at what they say."""

_MEMORY_MB, _SECONDS_FOR_ONE = 2_048, 30


def main() -> int:
    """Search with every target in turn, or with one; 1 if something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("target", nargs="?", choices=NAMES, help="one target, in this process")
    parser.add_argument("--seconds", type=int, default=60, help="of all targets together, or of the one")
    asked = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        sys.stdout.write("Atheris is not there: the property tests run with many examples instead.\n")
        call = ["-m", "pytest", "-q", "tests/properties", "--hypothesis-profile=fuzz"]
        return subprocess.run([sys.executable, *call], cwd=_ROOT, check=False).returncode
    if asked.target:
        _search(asked.target, asked.seconds)
    return max([_told(name, max(1, asked.seconds // len(NAMES))) for name in NAMES])


def _told(name: str, seconds: int) -> int:
    """Search with one target in a process of its own, and say what came of it."""
    call = [sys.executable, "-m", "tests.fuzz", name, "--seconds", str(seconds)]
    done = subprocess.run(call, cwd=_ROOT, check=False, capture_output=True, text=True, errors="replace")
    runs, coverage = _DONE.search(done.stderr), _COVERAGE.findall(done.stderr)
    if done.returncode or runs is None:
        sys.stdout.write(f"{name}: FOUND SOMETHING\n{done.stdout[-2_000:]}{done.stderr[-4_000:]}\n")
        return 1
    sys.stdout.write(f"{name}: {int(runs[1]):,} runs in {runs[2]} s, {coverage[-1]} branches, nothing found\n")
    sys.stdout.flush()
    return 0


def _search(name: str, seconds: int) -> None:
    """Search with one target; ends the process."""
    import atheris

    with atheris.instrument_imports(include=["lib"]):
        from tests.fuzz import start, targets
    kept = _KEPT / name
    kept.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(start.of(name)):
        (kept / f"start-{number}").write_bytes(content)
    folder = tempfile.TemporaryDirectory()
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={_LONGEST[name]}",
        f"-rss_limit_mb={_MEMORY_MB}",
        f"-timeout={_SECONDS_FOR_ONE}",
        f"-artifact_prefix={kept.parent}/{name}-",
        f"-dict={_HERE / 'signs.dict'}",
        "-print_final_stats=1",
    ]
    more: dict[str, Any] = {"custom_mutator": _of_json} if name == "recipe" else {}
    target = targets.of_folder(Path(folder.name))[name]
    atheris.Setup([name, *options, str(kept)], lambda given: target(bytes(given)), **more)
    atheris.Fuzz()


def _of_json(given: bytes, most: int, seed: int) -> bytes:
    """Another value somewhere in a file of JSON; now and then other bytes, as without this."""
    import atheris

    from tests.fuzz.start import put_somewhere

    chance = random.Random(seed)
    try:
        document = json.loads(given)
        if chance.random() < _AS_BYTES:
            return atheris.Mutate(given, most)
        for _ in range(chance.randint(1, 3)):
            put_somewhere(document, chance)
        content = json.dumps(document).encode()
    except (ValueError, IndexError, RecursionError):  # no JSON, nothing within, or too deep for whoever writes it
        return atheris.Mutate(given, most)
    return content if len(content) <= most else given


if __name__ == "__main__":
    sys.exit(main())
