"""What runs of a Deployment, for those who may see it; the real thing is seen in durability."""

import pytest
from tests.api.conftest import Api
from tests.api.people import administrator, founded
from tests.api.released import deploy, release

from connectory.api.platform.instances import shown
from connectory.deployments.store import deployment_with
from connectory.hosting.instances import ApplicationState, InstanceState, not_running


@pytest.fixture(scope="module")
def deployment(api_server: Api) -> str:
    """Its id."""
    return str(deploy(api_server, release(api_server, api_server.create()))["id"])


def path(deployment: str) -> str:
    return f"/platform/deployments/{deployment}/instances"


def test_what_does_not_run_is_shown_as_not_running(api_server: Api, deployment: str) -> None:
    answer = api_server.send("GET", path(deployment))
    assert answer.status == 200, answer
    (application,) = answer.body["applications"]
    assert application["applicationName"] == "service"
    assert (application["phase"], application["asleep"]) == ("is not running", False)
    assert application["draining"] == 0


def test_somebody_elses_deployment_is_none(api_server: Api, deployment: str) -> None:
    assert administrator(api_server).send("GET", path(deployment)).status == 200
    stranger = founded(api_server, "strangers-of-instances")
    assert stranger.send("GET", path(deployment)).status == 404
    assert api_server.send("GET", path(deployment), token="").status == 401
    unknown = "00000000-0000-4000-8000-000000000000"
    assert api_server.send("GET", path(unknown)).status == 404
    assert api_server.send("GET", path("x")).status == 400


def test_what_runs_is_shown_beside_what_does_not(api_server: Api, deployment: str) -> None:
    stored = api_server.database.read_blocking(lambda c: deployment_with(c, id=deployment))
    instance = InstanceState(
        phase="is running", since="now", restarts=0, crash_loop=False, requests=3
    )
    state = ApplicationState(
        application_name="another",
        phase="is running",
        asleep=False,
        crash_loop=False,
        draining=1,
        instances=(instance,),
    )
    assert shown(stored.deployment, (state,)).applications == (state, not_running("service"))
