"""The one collection of tables. Each store declares its own; the migrations create them."""

from sqlalchemy import Column, MetaData, String, Table

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

revisions = Table("alembic_version", metadata, Column("version_num", String(32), nullable=False))
"""Alembic's own table: which migration the schema is at."""
