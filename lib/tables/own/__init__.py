"""Tables that people bring: what a file is, its cells as they were written, and what the cells of a column mean."""
