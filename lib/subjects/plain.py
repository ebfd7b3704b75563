"""A table that nobody knows: rows with columns, and no more taken for granted than that."""

from __future__ import annotations

from lib.subject import Entity, Subject, Wording

PLAIN = Subject(
    key="plain",
    entity=Entity("row", "rows"),
    wording=Wording(whole="this table"),
)
