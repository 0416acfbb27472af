"""One set of migrations for both databases, run when the platform starts."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0001"
"""The newest revision: a database that has it skips loading Alembic, a quarter second of start."""


def migrate(connection: Connection) -> None:
    """Bring the schema to ``HEAD`` in one transaction."""
    if _revision(connection) == HEAD:
        return
    from alembic import command
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, "head")
    connection.commit()


def _revision(connection: Connection) -> str | None:
    revision = None
    if inspect(connection).has_table("alembic_version"):
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    connection.rollback()
    return revision
