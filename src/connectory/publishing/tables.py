"""What publishing remembers between steps and between runs."""

from sqlalchemy import Column, String, Table

from connectory.database.schema import metadata

build_results = Table(
    "build_results",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("result", String, nullable=False),
    Column("created_at", String(24), nullable=False),
)
publishing_plans = Table(
    "publishing_plans",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("plan", String, nullable=False),
)
publishing_builds = Table(
    "publishing_builds",
    metadata,
    Column("connector_id", String(36), primary_key=True),
    Column("build", String, nullable=False),
)
validation_reports = Table(
    "validation_reports",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("connector_id", String(36), nullable=False, index=True),
    Column("digest", String(71), nullable=False),
    Column("document", String, nullable=False),
    Column("created_at", String(24), nullable=False),
)
