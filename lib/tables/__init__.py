"""Tables as files, of whatever kind: cells that leave the app, reading and writing in pieces, what others made."""
