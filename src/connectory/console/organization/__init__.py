"""An organization's own pages: Projects, API clients, members, the audit log, one's profile."""

from starlette.routing import BaseRoute

from connectory.console.organization import api_clients, audit_log, members, profile, projects

ROUTES: list[BaseRoute] = [
    *projects.ROUTES,
    *api_clients.ROUTES,
    *members.ROUTES,
    *audit_log.ROUTES,
    *profile.ROUTES,
]
