"""The API client a Connector has generated for each of its Deployments (facts 3.4)."""

from connectory.auth import Project
from connectory.auth.scopes import with_project


def scopes_for(declared: tuple[str, ...], project: Project) -> tuple[str, ...]:
    """connect.yaml names scopes without the Project; tokens carry them with it."""
    return with_project(declared, project.key)


def variables(
    client_id: str, secret: str, scopes: tuple[str, ...], project: Project
) -> dict[str, str]:
    """All eight names known from the platform, its documentation and its CLI."""
    scope = " ".join(scopes)
    return {
        "CTP_CLIENT_ID": client_id,
        "CTP_CLIENT_SECRET": secret,
        "CTP_SCOPE": scope,
        "CTP_CLIENT_SCOPE": scope,
        "CTP_PROJECT_KEY": project.key,
        "CTP_CLIENT_REGION": project.region,
        "CTP_API_URL": f"https://api.{project.region}.commercetools.com",
        "CTP_AUTH_URL": f"https://auth.{project.region}.commercetools.com",
    }
