"""Results in, ``alt.Chart`` out: charts draw what was computed elsewhere."""
