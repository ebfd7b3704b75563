"""Work of more than a moment: how it says how far it is, how it is stopped, and the process that does some of it."""
