"""What a Deployment may be given, and what it is given."""

import pytest

from connectory.auth import Project
from connectory.connectors.model import (
    ApplicationConfiguration,
    Build,
    ConfigurationKey,
    Creator,
    GlobalConfiguration,
    IntegrationType,
    Repository,
)
from connectory.deployments.create import check, create
from connectory.deployments.model import Deployable, DeploymentConnector, DeploymentDraft
from connectory.errors import flatten
from connectory.regions import Region
from connectory.specification import ApplicationType
from connectory.wire import convert, encode

PROJECT = Project("demo", "o", "europe-west1.gcp", production=False)


def key(name: str, *, default: str | None = None, required: bool = False) -> ConfigurationKey:
    return ConfigurationKey(key=name, description="d", default=default, required=required)


def target(*, staged: bool = False, regions: tuple[Region, ...] = ()) -> Deployable:
    connector = DeploymentConnector(
        id="c-1",
        key="tax",
        version=3,
        name="Tax",
        integration_types=(IntegrationType.TAX,),
        creator=Creator(email="ada@example.org"),
        repository=Repository(url="u", tag="t"),
        configurations=(
            ApplicationConfiguration(
                application_name="service",
                application_type=ApplicationType.SERVICE,
                standard_configuration=(key("MODE", default="fast"), key("NAME", required=True)),
                secured_configuration=(key("TOKEN", required=True), key("OPTIONAL")),
            ),
        ),
        global_configuration=GlobalConfiguration(
            standard_configuration=(key("REGION", required=True),),
            secured_configuration=(),
        ),
        certified=False,
        supported_regions=regions,
    )
    return Deployable(connector, Build("c" * 40, "t" * 40, ()), (), staged)


def draft(**changes: object) -> DeploymentDraft:
    application = {
        "applicationName": "service",
        "standardConfiguration": [{"key": "NAME", "value": "n"}],
        "securedConfiguration": [{"key": "TOKEN", "value": "hunter2"}],
    }
    document = {
        "connector": {"id": "c-1"},
        "region": "europe-west1.gcp",
        "configurations": [application],
        "globalConfiguration": {"standardConfiguration": [{"key": "REGION", "value": "eu"}]},
    }
    return convert(document | changes, DeploymentDraft)


def codes(wanted: DeploymentDraft, deployable: Deployable, project: Project = PROJECT) -> list[str]:
    with pytest.raises(ExceptionGroup) as refused:
        check(wanted, deployable, project)
    return [error.code for error in flatten(refused.value)]


def application(standard: list[object], secured: list[object], name: str = "service") -> object:
    return [
        {
            "applicationName": name,
            "standardConfiguration": standard,
            "securedConfiguration": secured,
        }
    ]


def test_a_complete_draft_becomes_a_sandbox_deployment_with_masked_secrets() -> None:
    assert check(draft(), target(), PROJECT) == "sandbox"
    new = create("d-1", draft(), target(), check(draft(), target(), PROJECT), None, {})
    made = new.deployment.applications[0]
    assert {(one.key, one.value) for one in made.standard_configuration} == {
        ("NAME", "n"),
        ("MODE", "fast"),
    }
    assert [(one.key, one.value) for one in made.secured_configuration] == [("TOKEN", "*" * 7)]
    assert b"hunter2" not in encode(new.deployment)
    assert (new.deployment.status, new.deployment.details.build) == ("Deploying", None)
    assert new.secrets.applications[0].variables == {
        "MODE": "fast",
        "NAME": "n",
        "TOKEN": "hunter2",
        "REGION": "eu",
    }


def test_every_problem_is_told_at_once() -> None:
    wanted = draft(
        region="mars",
        type="preview",
        configurations=application([{"key": "TOKEN", "value": "x"}], []),
        globalConfiguration={"standardConfiguration": [{"key": "REGION", "value": ""}]},
    )
    assert codes(wanted, target()) == [
        "DeploymentInvalidType",
        "DeploymentUnsupportedRegion",
        "DeploymentUnknownApplicationConfigurationKey",
        "DeploymentMissingApplicationConfigurationKey",
        "DeploymentMissingApplicationConfigurationKey",
        "DeploymentEmptyRequiredGlobalConfigurationKey",
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"configurations": []}, ["DeploymentApplicationRequired"]),
        (
            {"configurations": application([], [], "other")},
            ["DeploymentUnknownApplicationConfiguration"],
        ),
        ({"globalConfiguration": {}}, ["DeploymentMissingGlobalConfigurationKey"]),
        (
            {
                "globalConfiguration": {
                    "standardConfiguration": [{"key": "REGION", "value": "eu"}],
                    "securedConfiguration": [{"key": "NOPE", "value": "x"}],
                }
            },
            ["DeploymentUnknownGlobalConfigurationKey"],
        ),
        ({"type": "production"}, ["DeploymentProductionDeactivated"]),
    ],
)
def test_one_problem_has_its_own_code(changes: dict[str, object], expected: list[str]) -> None:
    assert codes(draft(**changes), target()) == expected


def test_the_same_application_or_key_twice_is_refused() -> None:
    twice = application([{"key": "NAME", "value": "n"}] * 2, [{"key": "TOKEN", "value": "t"}])
    assert codes(draft(configurations=twice), target()) == ["InvalidJsonInput"]


@pytest.mark.parametrize(
    ("staged", "kind", "allowed"),
    [
        (True, None, "preview"),
        (True, "preview", "preview"),
        (True, "sandbox", None),
        (True, "production", None),
        (False, None, "sandbox"),
        (False, "sandbox", "sandbox"),
        (False, "production", "production"),
        (False, "preview", None),
    ],
)
def test_a_draft_is_previewed_and_a_connector_is_not(
    staged: bool, kind: str | None, allowed: str | None
) -> None:
    project = Project("live", "o", "europe-west1.gcp", production=True)
    wanted = draft(**({"type": kind} if kind else {}))
    if allowed:
        assert check(wanted, target(staged=staged), project) == allowed
    else:
        assert codes(wanted, target(staged=staged), project) == ["DeploymentInvalidType"]


def test_a_region_counts_when_the_connector_supports_it() -> None:
    assert codes(draft(), target(regions=(Region.US_EAST_2_AWS,))) == [
        "DeploymentUnsupportedRegion"
    ]


def test_an_entry_with_only_a_name_is_an_application() -> None:
    bare = draft(configurations=[{"applicationName": "service"}])
    assert codes(bare, target()) == ["DeploymentMissingApplicationConfigurationKey"] * 2
