"""What computes a figure over and over, cut short for tests that look at pages, not at how good a figure is."""

SHORT = {
    # every page with segments compares them: with few small tables
    "lib.segments.judge.null.DRAWS": 2,
    "lib.segments.judge.null.MOST_DRAWS": 2,
    "lib.segments.judge.null.MOST_ROWS": 200,
    "lib.segments.judge.gap.DRAWS": 2,
    "lib.segments.judge.gap.STARTS": 3,
    "lib.segments.judge.stability.NULL_MOST": 2,
    "lib.segments.judge.stability.NULL_RESAMPLES": 2,
    "lib.segments.judge.stability.MAX_RESAMPLES": 60,
    # and finds them: from few starts
    "lib.solvers.enough.LEAST_STARTS": 5,
    "lib.solvers.enough.UNLESS_EASY": 5,
    "lib.solvers.enough.TIMES_FOUND": 1,
    # nor is the map worker warmed up, or found what the next move may ask for
    "lib.ui.run.server._first_maps": lambda: None,
    "lib.ui.use.telling.find_ahead": lambda _: None,
    "lib.ui.sections.explore.find_ahead": lambda *_, **__: None,
}
"""What stands where in ``lib`` instead. Each is tested at its full length where it is at home: ``tests/segments``."""
