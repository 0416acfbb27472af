"""``/platform/deployments/{id}/instances``: what runs of a Deployment, and how it is."""

from starlette.requests import Request
from starlette.responses import Response

from connectory.api.answers import answer
from connectory.api.context import context, path_id
from connectory.api.openapi import Access, Operation
from connectory.api.platform.asking import asker
from connectory.api.platform.seen_deployments import deployment_seen
from connectory.api.routing import resource
from connectory.auth.scopes import VIEW_DEPLOYMENTS
from connectory.deployments.model import Deployment
from connectory.errors import ResourceNotFoundError
from connectory.hosting.instances import ApplicationState, not_running
from connectory.wire import Wire


class InstancesShown(Wire):
    """One entry for each application, by name. Those of the kinds that are served as files have no
    instances and are never running."""

    applications: tuple[ApplicationState, ...]


@Operation(
    "getInstances",
    "See the instances of a Deployment's applications: phase, health, restarts",
    tag="Instances",
    access=Access.PERSON,
    scopes=VIEW_DEPLOYMENTS,
    answer=InstancesShown,
    errors=(ResourceNotFoundError,),
)
async def read(request: Request) -> Response:
    who, id_ = await asker(request, VIEW_DEPLOYMENTS), path_id(request)
    known = context(request)
    stored = await known.database.read(lambda c: deployment_seen(c, who, id_))
    states = await known.supervisor.states(id_) if known.supervisor is not None else ()
    return answer(shown(stored.deployment, states))


def shown(deployment: Deployment, states: tuple[ApplicationState, ...]) -> InstancesShown:
    """What runs, and what of the Deployment does not."""
    running = {one.application_name: one for one in states}
    named = {one.application_name for one in deployment.applications} | running.keys()
    return InstancesShown(
        applications=tuple(running.get(name) or not_running(name) for name in sorted(named))
    )


ROUTES = [resource("/platform/deployments/{id}/instances", GET=read)]
