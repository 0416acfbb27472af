"""The workflows of hosting, by the names their runs are requested under."""

from functools import partial

from connectory.durable.engine import Workflow
from connectory.hosting.deploy import crashed_deploy, deploy
from connectory.hosting.host import Hosting
from connectory.hosting.undeploy import crashed_undeploy, undeploy

DEPLOY = "deploy"
UNDEPLOY = "undeploy"


def workflows(hosting: Hosting) -> tuple[Workflow, ...]:
    """``resource_id`` of their runs is the Deployment's id; the request is empty."""
    return (
        Workflow(DEPLOY, partial(deploy, hosting), crashed_deploy),
        Workflow(UNDEPLOY, partial(undeploy, hosting), crashed_undeploy),
    )
