"""Sites of Deployments: built in real sandboxes, answered by the real gateway."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from tests.hosting.conftest import written

from connectory.artifacts import ArtifactStore, ImageConfig
from connectory.durable import Rejected
from connectory.hosting import Hosting
from connectory.hosting.routes import Wanted, allocate
from connectory.hosting.sites import SitePlacement
from connectory.hosting.sites.model import environment
from connectory.hosting.sites.store import artifacts_in_use, forget_sites
from connectory.hosting.sites.verdict import refusal
from connectory.sandbox import Finished, Limits
from connectory.specification import ApplicationType
from connectory.toolchains import Toolchains

EXAMPLE = Path(__file__).parents[3] / "examples" / "badge"
COMMAND = ("sh", "-c", "node build.js --build-only && node compile-html.js")
SECRET = "s3cret-of-the-deployment"
GIVEN = {
    "CUSTOM_APPLICATION_ID": "the-id",
    "ENTRY_POINT_URI_PATH": "badge",
    "CLOUD_IDENTIFIER": "gcp-eu",
    "APPLICATION_URL": "http://127.0.0.1:1",
}


@pytest.fixture
def toolchains(kept: Path) -> Toolchains:
    return Toolchains(kept)


@pytest.fixture
async def packed(artifacts: ArtifactStore) -> str:
    """The example as it is in a repository: nothing in it needs an install."""
    config = ImageConfig((), "/workspace")
    return (await artifacts.pack(EXAMPLE, prefix="workspace", config=config, annotations={})).digest


def placed(artifact: str, **given: str) -> SitePlacement:
    return SitePlacement(
        application_id="a" * 24,
        deployment_id="d" * 36,
        application_name="badge-settings",
        kind=ApplicationType.MERCHANT_CENTER_CUSTOM_APPLICATION,
        artifact=artifact,
        command=COMMAND,
        directory="badge-settings",
        environment={**GIVEN, **given},
    )


async def opened(hosting: Hosting, placement: SitePlacement) -> str:
    """The address at which the application answers."""
    wanted = Wanted(placement.application_id, placement.application_name, "", "mc-app")
    (route,) = await hosting.database.write(
        lambda c: allocate(c, hosting.settings, placement.deployment_id, [wanted])
    )
    await hosting.listeners.open(route)
    return f"http://127.0.0.1:{route.port}"


async def test_a_page_is_built_once_with_its_configuration_and_served(
    hosting: Hosting, packed: str, artifacts: ArtifactStore
) -> None:
    placement, said = placed(packed), list[str]()
    built = await asyncio.gather(
        *(hosting.sites.build(placement, lambda _, line: said.append(line)) for _ in range(3))
    )
    assert len(set(built)) == 1
    assert said == ["built public/", "compiled public/index.html"]
    address = await opened(hosting, placement)
    async with aiohttp.ClientSession() as client:
        async with client.get(address) as answer:
            assert answer.status == 503
        await hosting.sites.publish(placement.application_id, built[0])
        async with client.get(f"{address}/any/where", headers={"Accept": "text/html"}) as answer:
            page = await answer.text()
            assert (answer.status, answer.content_type) == (200, "text/html")
            length = int(answer.headers["Content-Length"])
        await hosting.sites.withdraw(placement.application_id)
        async with client.get(address) as answer:
            assert answer.status == 503
    assert '"applicationId":"the-id"' in page
    logged = [bytes(one.details) for one in await written(hosting, placement.deployment_id)]
    requests = [json.loads(one) for one in logged if b"requestUrl" in one]
    assert [(one["requestUrl"], one["status"]) for one in requests] == [
        ("/", 503), ("/any/where", 200), ("/", 503),
    ]  # fmt: skip
    assert requests[1]["responseBytes"] == length
    # what is shared by all who build it stayed as it was installed
    assert not (await artifacts.unpack(packed) / "badge-settings" / "public").exists()
    assert [*(hosting.settings.directory / "sites").glob("*")] == []


async def test_another_configuration_is_another_site_and_a_lost_one_is_built_again(
    hosting: Hosting, packed: str, artifacts: ArtifactStore
) -> None:
    first = await hosting.sites.build(placed(packed))
    other = await hosting.sites.build(placed(packed, CUSTOM_APPLICATION_ID="other"))
    assert first != other
    await hosting.sites.publish("a" * 24, first)
    await hosting.database.write(lambda c: forget_sites(c, "2999"))
    kept = await hosting.database.read(artifacts_in_use)
    assert kept == {first}
    await artifacts.sweep({packed, *kept}, grace=-60)
    assert not artifacts.exists(other)
    again = await hosting.sites.build(placed(packed, CUSTOM_APPLICATION_ID="other"))
    assert again == other


async def test_assets_are_served_as_they_were_built(
    hosting: Hosting, artifacts: ArtifactStore, tmp_path: Path
) -> None:
    tree = tmp_path / "tree" / "enabler"
    (tree / "public").mkdir(parents=True)
    (tree / "public" / "enabler.es.js").write_text("export default 1;")
    config = ImageConfig((), "/workspace")
    artifact = await artifacts.pack(
        tree.parent, prefix="workspace", config=config, annotations={}
    )  # fmt: skip
    assets = replace(
        placed(artifact.digest),
        kind=ApplicationType.ASSETS,
        application_name="enabler",
        command=(),
        directory="enabler",
    )
    await hosting.sites.publish("a" * 24, await hosting.sites.build(assets))
    address = await opened(hosting, assets)
    async with aiohttp.ClientSession() as client:
        async with client.get(f"{address}/enabler.es.js") as answer:
            assert await answer.text() == "export default 1;"
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
        async with client.get(f"{address}/x/y", headers={"Accept": "text/html"}) as answer:
            assert answer.status == 404
        async with client.post(address) as answer:
            assert answer.status == 405


async def test_what_a_build_says_against_its_configuration_is_told(
    hosting: Hosting, packed: str
) -> None:
    def masked(text: str) -> str:
        return text.replace(SECRET, "***")

    with pytest.raises(Rejected) as refused:
        await hosting.sites.build(placed(packed, ENTRY_POINT_URI_PATH=f"/{SECRET}"), None, masked)
    cause = 'The build of badge-settings ended with code 1: Invalid "entryPointUriPath": /***'
    assert refused.value.cause == cause
    assert SECRET not in refused.value.message
    assert refused.value.fix == "Correct the configuration that its output names, and redeploy."
    with pytest.raises(Rejected, match=r"left no index\.html in public, dist, build and out"):
        await hosting.sites.build(replace(placed(packed), command=("true",)))


@pytest.mark.parametrize(
    ("finished", "cause"),
    [
        (Finished(124, "timeout", "", 9), "did not finish within 600 seconds."),
        (Finished(137, "memory", "", 9), "used more than 1024 MiB of memory."),
        (Finished(1, "disk", "", 9), "filled more than 2048 MiB of disk."),
        (Finished(1, "exit", "x", 9, refused_hosts=("a.example",)),
         "failed, and tried to reach a.example, which a build may not."),
        (Finished(2, "exit", "x\n\x1b[31mTypeError: no\x1b[0m\n", 9),
         "ended with code 2: no"),
        (Finished(2, "exit", "", 9), "ended with code 2."),
    ],
)  # fmt: skip
def test_each_way_to_fail_has_its_words(finished: Finished, cause: str) -> None:
    refused = refusal(placed("sha256:1"), finished, Limits(), str)
    assert refused.cause == f"The build of badge-settings {cause}"
    assert refused.fix


def test_only_what_decides_the_site_names_it() -> None:
    one = placed("sha256:1")
    assert one.key == placed("sha256:1").key
    assert one.key != placed("sha256:2").key
    assert one.key != placed("sha256:1", CLOUD_IDENTIFIER="gcp-us").key


def test_a_build_has_its_configuration_and_not_our_variables_in_its_stead() -> None:
    given = environment(placed("sha256:1", PATH="/evil", NODE_ENV="x"), "/node", "https://r")
    assert (given["CUSTOM_APPLICATION_ID"], given["CI"]) == ("the-id", "false")
    assert given["NODE_ENV"] == "production"
    assert given["PATH"].startswith("/opt/connectory:/node:")
    with pytest.raises(Rejected, match="zero character"):
        environment(placed("sha256:1", SHOP="\0"), "/node", "https://r")
