"""The same recipe past one machine: an engine scans and adds up, the loop and what it means are ours.

Of a table in DuckDB, PostgreSQL or Spark some rows are drawn; ``lib.segments`` finds segments among them; their centres
are refined over all rows, one aggregate query for each iteration of k-means, until nothing moves; sizes, profiles and
labels are of all rows again. What comes of it is a bundle, see ``docs/bundle.md``.

``table`` says what is asked of a table; ``memory`` answers with the engine of the app and is the yardstick, ``queries``
writes the same in SQL once, and each engine's own file holds what differs: ``on_duckdb``, ``on_postgres``,
``on_spark``. None of them is imported before it is asked for.
"""

from lib.engines.bundle import Bundle, read
from lib.engines.command import main
from lib.engines.opened import ENGINES, Where
from lib.engines.run import How, run

__all__ = ["ENGINES", "Bundle", "How", "Where", "main", "read", "run"]
