"""State: one way to read and one to write, over SQLite or PostgreSQL, with the same statements."""

from connectory.database.engine import Database, open_database
from connectory.database.schema import metadata

__all__ = ["Database", "metadata", "open_database"]
