"""One set of migrations for both databases, run when the platform starts."""

from pathlib import Path

from sqlalchemy import Connection, insert, inspect, select

from connectory.database.schema import metadata, revisions

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0002"
"""The newest revision: a database that has it skips loading Alembic, half a second of start."""

TABLES = frozenset(
    {
        "alembic_version",
        "api_clients",
        "attestation_log",
        "audit_events",
        "build_results",
        "certificates",
        "connector_presentations",
        "connector_projects",
        "connector_search",
        "connector_words",
        "connectors",
        "connectors_staged",
        "console_sessions",
        "deployment_log_sizes",
        "deployment_logs",
        "deployment_revisions",
        "deployments",
        "job_runs",
        "job_schedules",
        "organizations",
        "projects",
        "publishing_builds",
        "publishing_plans",
        "review_events",
        "review_evidence",
        "reviews",
        "routes",
        "run_steps",
        "runs",
        "site_builds",
        "tokens",
        "topic_messages",
        "topics",
        "users",
        "validation_reports",
    }
)
"""Every table at ``HEAD``: a program that has declared them all makes an empty database's schema
directly. A test holds this, the code's tables and the migrations together."""


def migrate(connection: Connection) -> None:
    """Bring the schema to ``HEAD`` in one transaction."""
    present = set(inspect(connection).get_table_names())
    current = (
        connection.execute(select(revisions)).scalar() if "alembic_version" in present else None
    )
    if current != HEAD and not present and metadata.tables.keys() == TABLES:
        metadata.create_all(connection)
        connection.execute(insert(revisions).values(version_num=HEAD))
    elif current != HEAD:
        _upgrade(connection)
    connection.commit()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, "head")
