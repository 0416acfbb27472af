"""How long the audit log is kept."""

from sqlalchemy import Connection

from connectory.auth import Project
from connectory.auth.audit import Deed, Target, audit_events, forget_events, keep
from connectory.database import Database


def test_the_log_forgets_what_is_old(database: Database, project: Project) -> None:
    def work(connection: Connection) -> list[str]:
        for action in ("old", "new"):
            target = Target("Project")
            keep(connection, Deed(project.organization_id, "command line", action, target))
        old = audit_events.update().where(audit_events.c.action == "old")
        connection.execute(old.values(moment="2001-01-01T00:00:00.000Z"))
        forget_events(connection, 400)
        return [row.action for row in connection.execute(audit_events.select())]

    assert database.write_blocking(work) == ["new"]
