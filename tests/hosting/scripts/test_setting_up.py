"""What scripts are for: something of the connector's own in the commerce Project."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import web
from tests.hosting.conftest import HELLO, Pack
from tests.hosting.deployments import App, ask_for_deploy, ask_for_undeploy, stored
from tests.hosting.test_pipelines import current, ended

from connectory.auth.administration import set_up
from connectory.auth.model import StandIn
from connectory.auth.store import set_stand_in
from connectory.database import Database
from connectory.durable import RunState
from connectory.durable.engine import Engine
from connectory.sandbox import Sandbox
from connectory.sealing import Seal
from connectory.specification import ApplicationType

SET_UP = """
const region = 'europe-west1.gcp', given = process.env;
async function call(method, host, path, body) {
  const answer = await fetch(`https://${host}.${region}.commercetools.com/${path}`, {
    method, headers: {'Content-Type': 'application/json'}, body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}`);
}
const kind = given.CONNECT_GCP_TOPIC_NAME ? 'subscriptions' : 'extensions';
const what = kind === 'extensions' ? {url: given.CONNECT_SERVICE_URL} : {
  type: given.CONNECT_SUBSCRIPTION_DESTINATION,
  projectId: given.CONNECT_GCP_PROJECT_ID, topic: given.CONNECT_GCP_TOPIC_NAME,
};
(async () => {
  await call('POST', 'auth', 'oauth/token', {secret: given.CTP_CLIENT_SECRET});
  if (process.argv[2] === 'up') await call('POST', 'api', `demo/${kind}`, {key: kind, ...what});
  else await call('DELETE', 'api', `demo/${kind}/key=${kind}`);
})();
"""


@dataclass
class Shop:
    """A commerce API as small as can be; keeps what is created."""

    url: str = ""
    things: dict[str, Any] = field(default_factory=dict)
    logins: list[Any] = field(default_factory=list)

    async def answer(self, request: web.BaseRequest) -> web.Response:
        if request.path == "/oauth/token":
            self.logins.append(await request.json())
        elif request.method == "POST":
            created = await request.json()
            self.things[f"{request.path}/key={created.pop('key')}"] = created
        elif self.things.pop(request.path, None) is None:
            return web.Response(status=404)
        return web.json_response({})


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    made = Shop()
    server = web.ServerRunner(web.Server(made.answer, access_log=None))
    await server.setup()
    site = web.TCPSite(server, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{server.addresses[0][1]}"
    yield made
    await server.cleanup()


async def test_scripts_create_and_remove_what_applications_need(
    engine: Engine, sandbox: Sandbox, database: Database, seal: Seal, pack: Pack, shop: Shop
) -> None:
    if not sandbox.outlets:
        pytest.skip("programs share this machine's network")
    digest = await pack(HELLO, **{"setup.js": SET_UP})
    up, down = "node setup.js up", "node setup.js down"
    service = App("service", digest, post_deploy=up, pre_undeploy=down)
    event = replace(service, name="event", type=ApplicationType.EVENT, endpoint="/event")
    await database.write(set_up)
    await database.write(lambda c: set_stand_in(c, "demo", StandIn(api_url=shop.url)))
    deployment, run = ask_for_deploy(database, seal, service, event)

    assert await ended(database, run) is RunState.SUCCEEDED

    done = current(database, deployment)
    build = done.details.build
    assert build is None or build.report is None, build
    url, topic = done.applications[0].url, done.applications[1].topic
    assert shop.things == {
        "/demo/extensions/key=extensions": {"url": url},
        "/demo/subscriptions/key=subscriptions": {
            "type": "GoogleCloudPubSub",
            "projectId": "connectory-demo",
            "topic": topic,
        },
    }
    assert all(login["secret"] for login in shop.logins)

    assert await ended(database, ask_for_undeploy(database, deployment.id)) is RunState.SUCCEEDED
    assert shop.things == {}
    assert stored(database, deployment.id) is None
