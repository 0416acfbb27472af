"""Which sites were built, and which of them are served. Plain functions over a connection."""

from sqlalchemy import Boolean, Column, Connection, String, Table, delete, insert, select, update

from connectory.database.schema import metadata
from connectory.wire import now, timestamp

site_builds = Table(
    "site_builds",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("application_id", String(36), primary_key=True),
    Column("artifact", String(71), nullable=False),
    Column("serving", Boolean, nullable=False),
    Column("used_at", String(24), nullable=False),
)


def site_of(connection: Connection, key: str) -> str | None:
    """The digest of what ``key`` was built to, for whichever application."""
    found = select(site_builds.c.artifact).where(site_builds.c.key == key)
    return connection.execute(found.order_by(site_builds.c.used_at.desc())).scalar()


def keep_site(connection: Connection, key: str, application_id: str, artifact: str) -> None:
    """The application uses what ``key`` was built to, from now on."""
    table, moment = site_builds, timestamp(now())
    mine = (table.c.key == key) & (table.c.application_id == application_id)
    values = {"artifact": artifact, "used_at": moment}
    if connection.execute(update(table).where(mine).values(values)).rowcount:
        return
    row = {"key": key, "application_id": application_id, "serving": False, **values}
    connection.execute(insert(table).values(row))


def mark_serving(connection: Connection, application_id: str, artifact: str | None) -> None:
    """This is what the application serves, and nothing else; None: nothing at all."""
    table = site_builds
    mine = update(table).where(table.c.application_id == application_id)
    connection.execute(mine.values(serving=table.c.artifact == (artifact or "")))


def artifacts_in_use(connection: Connection) -> frozenset[str]:
    """The digests of all sites that are kept."""
    return frozenset(connection.execute(select(site_builds.c.artifact).distinct()).scalars())


def forget_sites(connection: Connection, before: str) -> None:
    """Sites that nobody has used since that moment, and that are not served, are built again when
    they are asked for."""
    table = site_builds
    unused = table.c.serving.is_(False) & (table.c.used_at < before)
    connection.execute(delete(table).where(unused))
