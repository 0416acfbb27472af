"""Merchant Center applications and assets, published: what is packed, and what is tried out."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from tests.publishing.conftest import Line, connect_yaml, message, package_json, said
from tests.publishing.found import LOCK, products

from connectory.connectors.model import BuiltApplication, ConnectorStatus
from connectory.connectors.store import connector_with
from connectory.publishing import package
from connectory.publishing.tools import placeholders, scripts

EXAMPLE = Path(__file__).parents[2] / "examples" / "badge"
FAILED = "Application build check failed"
PAGE = "mkdir -p public && echo $APPLICATION_URL $SHOP > public/index.html"
YAML = """\
deployAs:
  - name: settings
    applicationType: merchant-center-custom-application
    configuration:
      standardConfiguration:
        - {key: CUSTOM_APPLICATION_ID, description: Id, required: true}
        - {key: ENTRY_POINT_URI_PATH, description: Path, required: true}
        - {key: CLOUD_IDENTIFIER, description: Cloud, default: gcp-eu}
        - {key: SHOP, description: Shop, required: true}
"""


def settings(build: str, **scripts: str) -> dict[str, str | bytes]:
    """A connector with one Merchant Center application."""
    return {
        "connect.yaml": YAML,
        "settings/package.json": package_json(scripts={"build": build, **scripts}),
        "settings/package-lock.json": LOCK,
        "settings/src/main.js": "console.log(1)",
    }


def example() -> Mapping[str, bytes]:
    files = (path for path in EXAMPLE.rglob("*") if path.is_file())
    return {str(path.relative_to(EXAMPLE)): path.read_bytes() for path in files}


async def applications(line: Line, connector: str) -> dict[str, BuiltApplication]:
    found = await line.publishing.database.read(lambda c: connector_with(c, id=connector))
    assert found is not None
    return {one.name: one for one in found.build.applications}


async def test_the_example_is_published(line: Line) -> None:
    line.twice = True
    staged = await line.published(example())
    assert staged.status is ConnectorStatus.PUBLISHED, staged.publishing_report
    built = await applications(line, staged.id)
    assert built["badge"].command == ()
    files = await line.tree(staged.id, "badge")
    assert (files / "badge" / "public" / "badge.js").is_file()
    # what a Deployment will build is as it was installed: nothing of the trial is in it
    assert "build.js" in built["badge-settings"].command[-1]
    tree = await line.tree(staged.id, "badge-settings") / "badge-settings"
    assert (tree / "src" / "main.js").is_file()
    assert not (tree / "public").exists()


async def test_content_that_was_built_before_is_not_tried_again(line: Line) -> None:
    url = line.repository(settings(PAGE))
    first = await line.publish(await line.draft(url))
    line.before["build"] = lambda: pytest.fail("it was built again")
    second = await line.publish(await line.draft(url))
    assert second.status is ConnectorStatus.PUBLISHED
    one, other = await applications(line, first.id), await applications(line, second.id)
    assert one["settings"].artifact == other["settings"].artifact is not None
    assert len(await products(line)) == 1


async def test_a_build_that_cannot_work_is_told_at_the_preview(line: Line) -> None:
    staged = await line.published(settings("echo no such loader; exit 3"))
    assert staged.status is ConnectorStatus.FAILED
    told = message(staged.publishing_report, FAILED)
    assert told.startswith("The script build of settings ended with code 3.")
    assert "no such loader" in told


async def test_a_build_that_leaves_no_page_is_told(line: Line) -> None:
    staged = await line.published(settings("mkdir public && touch public/main.js"))
    told = message(staged.publishing_report, FAILED)
    assert told.startswith("The build of settings left no index.html in public, dist, build and")


async def test_a_variable_that_nobody_can_set_is_told(line: Line) -> None:
    missing = "Error: Missing environment variable 'TITLE' specified in config as 'env:TITLE'."
    staged = await line.published(settings(f'echo "{missing}"; exit 1'))
    told = message(staged.publishing_report, FAILED)
    assert "The configuration of the application names the variable TITLE, which is not set" in told
    assert "Declare TITLE in connect.yaml" in told


async def test_a_made_up_value_stops_nothing(line: Line) -> None:
    staged = await line.published(settings('echo "SHOP is no address: $SHOP"; exit 1'))
    assert staged.status is ConnectorStatus.PUBLISHED, staged.publishing_report
    (product,) = await products(line)
    (note,) = [one for one in product.findings if one.rule == "build/needs-configuration"]
    assert note.what == "The build of settings failed with a made-up SHOP."


async def test_its_tests_are_run(line: Line) -> None:
    staged = await line.published(settings(PAGE, test="exit 1"))
    titles = said(staged.publishing_report)
    assert ("Warning", "Tests of application settings failed", "settings") in titles


async def test_assets_that_are_none_are_told(line: Line) -> None:
    files = {
        "connect.yaml": connect_yaml("assets:enabler"),
        "enabler/package.json": package_json(scripts={"build": "mkdir public"}),
        "enabler/package-lock.json": LOCK,
    }
    staged = await line.published(files)
    told = message(staged.publishing_report, FAILED)
    assert told.startswith("The build of enabler left nothing to serve: there are no files in pub")


def test_the_page_is_compiled_where_the_build_leaves_that_undone() -> None:
    def line_of(**given: str) -> tuple[str, str] | None:
        return scripts.site(package.parse(msgspec.json.encode({"scripts": given}), "p"))

    assert line_of(build="vite build") == ("build", "vite build")
    name, text = line_of(build="mc-scripts build --build-only") or ("", "")
    assert (name, text.endswith("then mc-scripts compile-html\nfi")) == ("build", True)
    _, text = line_of(build="x", **{"compile-html": "y"}) or ("", "")
    assert text.endswith("then y\nfi")
    assert line_of(start="x") is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ENTRY_POINT_URI_PATH", "placeholder"),
        ("CUSTOM_APPLICATION_ID", "placeholder"),
        ("CLOUD_IDENTIFIER", "gcp-eu"),
        ("RETURN_URL", "https://placeholder.example.org"),
    ],
)
def test_made_up_values_are_what_the_merchant_center_takes(key: str, value: str) -> None:
    assert placeholders.value(key) == value
