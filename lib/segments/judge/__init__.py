"""How far segments can be trusted: scores, the number of segments, stability, other methods, other waves, notebooks."""
