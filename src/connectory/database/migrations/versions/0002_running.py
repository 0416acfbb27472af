"""What running applications need: topics, schedules, sites, stand-ins."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _jobs()
    _site_builds()
    _topics()
    _log_sizes()
    _stand_ins()


def _jobs() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "job_schedules",
        sa.Column("application_id", sa.String(length=36), nullable=False),
        sa.Column("deployment_id", sa.String(length=36), nullable=False),
        sa.Column("application_name", sa.String(length=256), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("schedule", sa.String(), nullable=False),
        sa.Column("next_at", big, nullable=True),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_job_schedules")),
    )
    op.create_index(op.f("ix_job_schedules_deployment_id"), "job_schedules", ["deployment_id"])
    op.create_index(op.f("ix_job_schedules_next_at"), "job_schedules", ["next_at"])
    op.create_table(
        "job_runs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("application_id", sa.String(length=36), nullable=False),
        sa.Column("deployment_id", sa.String(length=36), nullable=False),
        sa.Column("application_name", sa.String(length=256), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("trigger", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("scheduled_for", big, nullable=False),
        sa.Column("started_at", big, nullable=True),
        sa.Column("finished_at", big, nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_runs")),
    )
    op.create_index(op.f("ix_job_runs_deployment_id"), "job_runs", ["deployment_id"])
    op.create_index(op.f("ix_job_runs_outcome"), "job_runs", ["outcome"])
    op.create_index(
        "ix_job_runs_application_id_scheduled_for", "job_runs", ["application_id", "scheduled_for"]
    )


def _log_sizes() -> None:
    """How much of each log is kept; of what is there already, about so much."""
    op.create_table(
        "deployment_log_sizes",
        sa.Column("deployment_id", sa.String(length=36), nullable=False),
        sa.Column("application_name", sa.String(length=256), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "deployment_id", "application_name", name=op.f("pk_deployment_log_sizes")
        ),
    )
    op.execute(
        "INSERT INTO deployment_log_sizes (deployment_id, application_name, bytes) "
        "SELECT deployment_id, application_name, SUM(200 + LENGTH(details)) FROM deployment_logs "
        "GROUP BY deployment_id, application_name"
    )


def _stand_ins() -> None:
    op.add_column("projects", sa.Column("stand_in", sa.String(), nullable=True))


def _topics() -> None:
    op.create_table(
        "topics",
        sa.Column("application_id", sa.String(length=36), nullable=False),
        sa.Column("deployment_id", sa.String(length=36), nullable=False),
        sa.Column("application_name", sa.String(length=256), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("project", sa.String(length=300), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("retry_policy", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_topics")),
        sa.UniqueConstraint("name", name=op.f("uq_topics_name")),
    )
    op.create_index(op.f("ix_topics_deployment_id"), "topics", ["deployment_id"], unique=False)
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "topic_messages",
        sa.Column("id", big, autoincrement=False, nullable=False),
        sa.Column("application_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("due_at", big, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("ordering_key", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("history", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_messages")),
    )
    op.create_index(
        "ix_topic_messages_due",
        "topic_messages",
        ["application_id", "state", "due_at", "id"],
        unique=False,
    )


def _site_builds() -> None:
    op.create_table(
        "site_builds",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("application_id", sa.String(length=36), nullable=False),
        sa.Column("artifact", sa.String(length=71), nullable=False),
        sa.Column("serving", sa.Boolean(), nullable=False),
        sa.Column("used_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("key", "application_id", name=op.f("pk_site_builds")),
    )
