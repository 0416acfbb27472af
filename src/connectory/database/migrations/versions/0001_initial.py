"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TERMS = {
    "sqlite": """
        CREATE VIRTUAL TABLE IF NOT EXISTS connector_terms USING fts5(
            terms, detail=none, prefix='3 4', tokenize='unicode61 remove_diacritics 0')
    """,
    "postgresql": """
        CREATE TABLE IF NOT EXISTS connector_terms (number BIGINT PRIMARY KEY, terms TSVECTOR);
        CREATE INDEX IF NOT EXISTS ix_connector_terms_terms ON connector_terms USING GIN (terms);
    """,
}

APPEND_ONLY = {
    "sqlite": (
        """
        CREATE TRIGGER IF NOT EXISTS attestation_log_update BEFORE UPDATE ON attestation_log
        BEGIN SELECT RAISE(ABORT, 'attestation_log is append-only'); END
        """,
        """
        CREATE TRIGGER IF NOT EXISTS attestation_log_delete BEFORE DELETE ON attestation_log
        BEGIN SELECT RAISE(ABORT, 'attestation_log is append-only'); END
        """,
    ),
    "postgresql": (
        """
        CREATE OR REPLACE FUNCTION attestation_log_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'attestation_log is append-only'; END $$
        """,
        """
        CREATE OR REPLACE TRIGGER attestation_log_append_only
        BEFORE UPDATE OR DELETE OR TRUNCATE ON attestation_log
        FOR EACH STATEMENT EXECUTE FUNCTION attestation_log_refuse()
        """,
    ),
}


def upgrade() -> None:
    op.create_table(
        "attestation_log",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("nodes", sa.String(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_attestation_log")),
    )
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)
    op.create_table(
        "audit_events",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("moment", sa.String(length=24), nullable=False),
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("who", sa.String(length=256), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("target_type", sa.String(length=64), nullable=False),
        sa.Column("target_id", sa.String(length=256), nullable=False),
        sa.Column("target_key", sa.String(length=256), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("correlation", sa.String(length=256), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_events")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_events_moment"), "audit_events", ["moment"])
    op.create_index(
        "ix_audit_events_organization_id_number", "audit_events", ["organization_id", "number"]
    )
    op.create_table(
        "build_results",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_build_results")),
    )
    op.create_table(
        "connector_presentations",
        sa.Column("connector_id", sa.String(length=36), nullable=False),
        sa.Column("commit", sa.String(length=64), nullable=False),
        sa.Column("readme_path", sa.String(), nullable=True),
        sa.Column("readme", sa.String(), nullable=True),
        sa.Column("logo_type", sa.String(length=16), nullable=True),
        sa.Column("logo_digest", sa.String(length=64), nullable=True),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("findings", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("connector_id", "commit", name=op.f("pk_connector_presentations")),
    )
    op.create_table(
        "certificates",
        sa.Column("review_id", sa.String(length=36), nullable=False),
        sa.Column("connector_id", sa.String(length=36), nullable=False),
        sa.Column("connector_version", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issued_at", sa.String(length=24), nullable=False),
        sa.Column("grounds", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_certificates")),
    )
    op.create_index(
        "ix_certificates_connector_id", "certificates", ["connector_id", "connector_version"]
    )
    op.create_table(
        "connector_projects",
        sa.Column("connector_id", sa.String(length=36), nullable=False),
        sa.Column("project", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("connector_id", "project", name=op.f("pk_connector_projects")),
    )
    op.create_index(
        "ix_connector_projects_project", "connector_projects", ["project"], unique=False
    )
    create_search()
    op.create_table(
        "deployment_logs",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("deployment_id", sa.String(length=36), nullable=False),
        sa.Column("application_name", sa.String(length=256), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("timestamp", sa.String(length=24), nullable=False),
        sa.Column("details", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment_logs")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_deployment_logs_deployment_id_id",
        "deployment_logs",
        ["deployment_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_deployment_logs_timestamp"), "deployment_logs", ["timestamp"], unique=False
    )
    op.create_table(
        "deployment_revisions",
        sa.Column("deployment_id", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("build", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("deployment_id", "revision", name=op.f("pk_deployment_revisions")),
    )
    op.create_table(
        "organizations",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=256), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
        sa.UniqueConstraint("key", name=op.f("uq_organizations_key")),
    )
    op.create_table(
        "publishing_builds",
        sa.Column("connector_id", sa.String(length=36), nullable=False),
        sa.Column("build", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("connector_id", name=op.f("pk_publishing_builds")),
    )
    op.create_table(
        "publishing_plans",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_publishing_plans")),
    )
    op.create_table(
        "validation_reports",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("connector_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_validation_reports")),
    )
    op.create_index(
        op.f("ix_validation_reports_connector_id"), "validation_reports", ["connector_id"]
    )
    op.create_table(
        "reviews",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("connector_id", sa.String(length=36), nullable=False),
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("tag_commit", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("requested_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index(op.f("ix_reviews_connector_id"), "reviews", ["connector_id"])
    op.create_index("ix_reviews_state_requested_at", "reviews", ["state", "requested_at"])
    op.create_table(
        "review_evidence",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_review_evidence")),
    )
    op.create_table(
        "review_events",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("review_id", sa.String(length=36), nullable=False),
        sa.Column("moment", sa.String(length=24), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_review_events")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_review_events_review_id"), "review_events", ["review_id"])
    op.create_table(
        "routes",
        sa.Column("application_id", sa.String(length=36), nullable=False),
        sa.Column("deployment_id", sa.String(length=36), nullable=False),
        sa.Column("application_name", sa.String(length=256), nullable=False),
        sa.Column("label", sa.String(length=63), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_routes")),
        sa.UniqueConstraint("label", name=op.f("uq_routes_label")),
        sa.UniqueConstraint("port", name=op.f("uq_routes_port")),
    )
    op.create_index(op.f("ix_routes_deployment_id"), "routes", ["deployment_id"], unique=False)
    op.create_table(
        "run_steps",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=320), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.String(length=24), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "name", name=op.f("pk_run_steps")),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("workflow", sa.String(length=64), nullable=False),
        sa.Column("resource_id", sa.String(length=36), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("finished_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_index(op.f("ix_runs_resource_id"), "runs", ["resource_id"], unique=False)
    op.create_index("ix_runs_state_created_at", "runs", ["state", "created_at"], unique=False)
    op.create_table(
        "connectors",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=256), nullable=True),
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("latest", sa.Boolean(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("build", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
        ),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_connectors")),
    )
    op.create_index(op.f("ix_connectors_key"), "connectors", ["key"], unique=False)
    op.create_table(
        "projects",
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("production", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_projects")),
    )
    op.create_table(
        "users",
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_users")),
        sa.UniqueConstraint("id", name=op.f("uq_users_id")),
    )
    op.create_index(op.f("ix_users_organization_id"), "users", ["organization_id"])
    op.create_table(
        "console_sessions",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=256), nullable=False),
        sa.Column("data", sa.String(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_console_sessions")),
    )
    op.create_index(op.f("ix_console_sessions_person"), "console_sessions", ["person"])
    op.create_index(op.f("ix_console_sessions_expires_at"), "console_sessions", ["expires_at"])
    op.create_table(
        "api_clients",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("project_key", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("secret_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_key"],
            ["projects.key"],
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_clients")),
    )
    op.create_table(
        "connectors_staged",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=256), nullable=True),
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("project_key", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("integration_types", sa.String(), nullable=False),
        sa.Column("commit", sa.String(length=64), nullable=False),
        sa.Column("preview", sa.String(), nullable=True),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("last_modified_at", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
        ),
        sa.ForeignKeyConstraint(
            ["project_key"],
            ["projects.key"],
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connectors_staged")),
        sa.UniqueConstraint("key", name=op.f("uq_connectors_staged_key")),
    )
    op.create_index(
        op.f("ix_connectors_staged_organization_id"),
        "connectors_staged",
        ["organization_id"],
        unique=False,
    )
    op.create_table(
        "deployments",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("project_key", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=256), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("connector_id", sa.String(length=36), nullable=False),
        sa.Column("integration_types", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("build", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("last_modified_at", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_key"],
            ["projects.key"],
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployments")),
        sa.UniqueConstraint("project_key", "key", name=op.f("uq_deployments_project_key")),
    )
    op.create_index(
        op.f("ix_deployments_connector_id"), "deployments", ["connector_id"], unique=False
    )
    op.create_index(op.f("ix_deployments_status"), "deployments", ["status"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["api_clients.id"],
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_tokens")),
    )


def create_search() -> None:
    op.create_table(
        "connector_search",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("connector_id", sa.String(length=36), nullable=False),
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "sort_name",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("key", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("last_modified_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_connector_search")),
        sa.UniqueConstraint("connector_id", name=op.f("uq_connector_search_connector_id")),
    )
    op.create_index("ix_connector_search_sort_name", "connector_search", ["sort_name", "number"])
    op.create_table(
        "connector_words",
        sa.Column(
            "word",
            sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_connector_words")),
    )
    op.execute(TERMS[op.get_bind().dialect.name])
