"""A table from a database: PostgreSQL or SQLite, at addresses that whoever runs the app has written down.

``relations`` lists what may be read, ``read`` brings the answer to one SELECT as something understood, like a file.
Both take the mapping of connections, from a name to a url as SQLAlchemy writes it, and the name of one of them.

Who is asked what may be read is the database: the rights of its role are the boundary. What stands here besides keeps
mistakes away: a transaction that only reads, limits of time and size, and one statement, which must be a query. A
query can still call a function that does more than read (``pg_terminate_backend``, ``dblink``), if the role may.

Other kinds of database are refused: that a statement only reads is promised differently by each of them.
"""

from lib.sources.sql.database import Relation
from lib.sources.sql.reading import SECONDS, read, relations
from lib.sources.sql.statement import select_all

__all__ = ["SECONDS", "Relation", "read", "relations", "select_all"]
