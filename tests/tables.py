"""Kinds of tables that tests share."""

from dataclasses import replace

from lib.subject import Entity
from lib.subjects import PLAIN

CUSTOMERS = replace(PLAIN, key="customers", entity=Entity("customer", "customers"))
"""A table of which no more is known than what its rows are."""
