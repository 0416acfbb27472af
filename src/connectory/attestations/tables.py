"""The log's one table. Rows are only ever added; the databases themselves refuse the rest."""

from sqlalchemy import BigInteger, Column, Connection, Integer, String, Table, event, text

from connectory.database.schema import metadata

attestation_log = Table(
    "attestation_log",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True,
           autoincrement=False),
    Column("entry", String, nullable=False),
    Column("nodes", String, nullable=False),
    Column("head", String, nullable=False),
)  # fmt: skip
"""``nodes`` are the hashes of the full subtrees that end with this entry, in hexadecimal, the
smallest first; ``head`` is the signed head of the tree that ends with it."""

UPDATE = """
    CREATE TRIGGER IF NOT EXISTS attestation_log_update BEFORE UPDATE ON attestation_log
    BEGIN SELECT RAISE(ABORT, 'attestation_log is append-only'); END
"""
DELETE = """
    CREATE TRIGGER IF NOT EXISTS attestation_log_delete BEFORE DELETE ON attestation_log
    BEGIN SELECT RAISE(ABORT, 'attestation_log is append-only'); END
"""
REFUSE = """
    CREATE OR REPLACE FUNCTION attestation_log_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'attestation_log is append-only'; END $$
"""
EITHER = """
    CREATE OR REPLACE TRIGGER attestation_log_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON attestation_log
    FOR EACH STATEMENT EXECUTE FUNCTION attestation_log_refuse()
"""
REFUSALS = {"sqlite": (UPDATE, DELETE), "postgresql": (REFUSE, EITHER)}
"""Against accidents and careless repairs: who owns the database can still drop them, and is
found out by the signed heads."""


@event.listens_for(attestation_log, "after_create")
def _refuse_changes(_target: object, connection: Connection, **_options: object) -> None:
    for statement in REFUSALS[connection.dialect.name]:
        connection.execute(text(statement))
