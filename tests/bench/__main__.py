"""``make bench``: every benchmark, one after the other, each beside a named reference in the same run."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    """Run the benchmarks whose names are given, or all of them; ``--write`` keeps what ``goals`` finds."""
    wanted = [name for name in sys.argv[1:] if not name.startswith("-")]
    sys.path.insert(0, str(HERE))
    for module in pkgutil.iter_modules([str(HERE)]):
        name = module.name.removeprefix("bench_")
        if module.name.startswith("bench_") and (not wanted or name in wanted):
            sys.stdout.write(f"\n{name}\n{'=' * len(name)}\n")
            importlib.import_module(module.name).main()


main()
