"""Every error code of the contract, caused for real: status, message template, extra fields."""

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from tests.api.released import DEPLOYMENTS, PROJECT, deploy, draft, redeploy, release, values
from tests.contract.conftest import contract

from connectory.api.envelope import Envelope
from connectory.api.routing import Addresses, resource
from connectory.errors import render
from connectory.hosting.gateway.errors import ApplicationUnreachableError

ERRORS: dict[str, Any] = contract("errors")
DRAFTS = "/connectors/drafts"
WORDED_DIFFERENTLY = {
    # the template's own example stands for every resource
    "ResourceNotFound": r"\w+ with id=.+ or key=.+ does not exist",
    # the template lists every type where the message names the allowed ones
    "DeploymentInvalidType": r"The Connector id=.+ or key=.+ cannot be deployed as a "
    r"'(preview|sandbox|production)' type\. Only ('(preview|sandbox|production)'(, )?)+ types are "
    r"allowed\.",
    # the template is one example of three
    "DeploymentInvalidStatusTransition": r"Invalid status change: "
    r"Already (queued|deploying|undeploying)",
}


def authentication(api: Any) -> Any:
    wrong = {"Authorization": "Basic YWRtaW46d3Jvbmc="}
    return api.send("POST", "/platform/projects", {"key": "other"}, headers=wrong)


def authorization(api: Any) -> Any:
    reader = api.caller("demo", "view_connectors")
    return api.send("POST", DRAFTS, api.draft(), token=reader)


def concurrent_modification(api: Any) -> Any:
    staged = api.create()
    return api.update(staged | {"version": 9}, {"action": "setName", "name": "x"})


def public(api: Any, **changes: Any) -> dict[str, Any]:
    """A certified, listed Connector with its draft as the review leaves it."""
    return release(api, api.create(**changes), public=True)


def already_certified(api: Any) -> Any:
    return api.update(public(api), {"action": "publish", "certification": True})


def under_review(api: Any) -> dict[str, Any]:
    """A draft whose automatic checks have passed."""
    staged: dict[str, Any] = api.create()

    def work(connection: Any) -> None:
        from connectory.connectors import store
        from connectory.connectors.progress import ready_for_certification

        before = store.staged_with_id(connection, staged["id"]).staged
        ready = ready_for_certification(before)
        store.save_staged(connection, ready, expected=before.version)

    api.database.write_blocking(work)
    return staged | {"version": staged["version"] + 1}


def in_certification(api: Any) -> Any:
    return api.update(under_review(api), {"action": "publish", "certification": True})


def reference_not_found(api: Any) -> Any:
    return api.send("POST", DEPLOYMENTS, draft({"id": str(uuid.uuid4())}))


def repository(tag: str) -> Callable[[Any], Any]:
    def create(api: Any) -> Any:
        wanted = api.draft(repository={"url": str(api.repository), "tag": tag})
        return api.send("POST", DRAFTS, wanted)

    return create


def not_previewable(api: Any) -> Any:
    staged = api.create(privateProjects=[PROJECT])
    reference = {"id": staged["id"], "staged": True}
    return api.send("POST", DEPLOYMENTS, draft(staged, connector=reference))


def not_private(api: Any) -> Any:
    return api.update(public(api), {"action": "addPrivateProject", "privateProject": PROJECT})


def preview_under_process(api: Any) -> Any:
    pending = api.update(api.create(), {"action": "updatePreviewable"}).body
    return api.update(pending, {"action": "updatePreviewable"})


def create_deployment(**changes: Any) -> Callable[[Any], Any]:
    def create(api: Any) -> Any:
        many = {"url": str(api.repository), "tag": "many"}
        connector = release(api, api.create(repository=many))
        shared = {"standardConfiguration": [{"key": "REGION", "value": "eu"}]}
        body = draft(connector, **({"globalConfiguration": shared} | changes))
        return api.send("POST", DEPLOYMENTS, body)

    return create


def redeployed(**action: Any) -> Callable[[Any], Any]:
    return lambda api: redeploy(api, deploy(api, release(api, api.create())), **action)


def update_failure(api: Any) -> Any:
    staged = release(api, api.create(privateProjects=[PROJECT]))
    deployment = deploy(api, staged, connector={"id": staged["id"], "staged": True})
    api.update(staged, {"action": "setRepository", "tag": "2.0.0"})
    return redeploy(api, deployment, updateConnector=True)


def status_transition(api: Any) -> Any:
    deployment = deploy(api, release(api, api.create()))
    return redeploy(api, redeploy(api, deployment).body)


def logs(query: str, region: str = "europe-west1.gcp") -> Callable[[Any], Any]:
    def read(api: Any) -> Any:
        deployment = deploy(api, release(api, api.create()), region=region)
        return api.send("GET", f"{DEPLOYMENTS}/{deployment['id']}/logs{query}")

    return read


def duplicate_field(api: Any) -> Any:
    staged = api.create()
    return api.send("POST", DRAFTS, api.draft(key=staged["key"]))


def field_value_not_found(api: Any) -> Any:
    return api.update(api.create(), {"action": "removePrivateProject", "privateProject": PROJECT})


def rollback_not_allowed(api: Any) -> Any:
    deployment = deploy(api, release(api, api.create()))
    return api.send("POST", f"{DEPLOYMENTS}/{deployment['id']}/revisions/1/rollback")


def get(path: str) -> Callable[[Any], Any]:
    return lambda api: api.send("GET", path)


CASES: dict[str, Callable[[Any], Any]] = {
    "AuthenticationError": authentication,
    "AuthorizationError": authorization,
    "ConcurrentModification": concurrent_modification,
    "ConnectorAlreadyCertified": already_certified,
    "ConnectorReferenceNotFound": reference_not_found,
    "ConnectorSpecificationFileNotFound": repository("empty"),
    "ConnectorSpecificationFileNotValid": repository("broken"),
    "ConnectorStagedInCertification": in_certification,
    "ConnectorStagedNotPreviewable": not_previewable,
    "ConnectorStagedNotPrivate": not_private,
    "ConnectorStagedPreviewRequestUnderProcess": preview_under_process,
    "DeploymentApplicationDoNotBelong": redeployed(
        configurationValues=[{"applicationName": "other"}]
    ),
    "DeploymentApplicationDoesNotExist": logs("?applicationName=other"),
    "DeploymentApplicationRequired": create_deployment(configurations=[]),
    "DeploymentConnectorUpdateFailure": update_failure,
    "DeploymentEmptyRequiredGlobalConfigurationKey": create_deployment(
        globalConfiguration={"standardConfiguration": [{"key": "REGION", "value": ""}]}
    ),
    "DeploymentInvalidRetryPolicy": create_deployment(
        configurations=[
            {"applicationName": "listener", "retryPolicy": {"strategy": "exponential-backoff"}}
        ]
    ),
    "DeploymentInvalidStatusTransition": status_transition,
    "DeploymentInvalidType": create_deployment(type="preview"),
    "DeploymentLogInvalidDate": logs("?startDate=yesterday"),
    "DeploymentLogInvalidPageToken": logs("?pageToken=nonsense"),
    "DeploymentLogMissingApplicationName": logs("", region="eu-central-1.aws"),
    "DeploymentMissingGlobalConfigurationKey": create_deployment(globalConfiguration={}),
    "DeploymentProductionDeactivated": create_deployment(type="production"),
    "DeploymentRetryPolicyOverrideNotAllowed": create_deployment(
        configurations=[values(retryPolicy={"strategy": "immediate"})]
    ),
    "DeploymentRollbackNotAllowed": rollback_not_allowed,
    "DeploymentUnknownApplicationConfiguration": create_deployment(
        configurations=[{"applicationName": "other"}]
    ),
    "DeploymentUnknownApplicationConfigurationKey": create_deployment(
        configurations=[values(standardConfiguration=[{"key": "NOPE", "value": "x"}])]
    ),
    "DeploymentUnknownGlobalConfigurationKey": create_deployment(
        globalConfiguration={
            "standardConfiguration": [
                {"key": "REGION", "value": "eu"},
                {"key": "NOPE", "value": "x"},
            ]
        }
    ),
    "DeploymentUnsupportedRegion": create_deployment(region="mars"),
    "DuplicateField": duplicate_field,
    "FieldValueNotFound": field_value_not_found,
    "GitRepositoryNotReachable": repository("no-such-tag"),
    "InvalidJsonInput": lambda api: api.send("POST", DRAFTS, data=b"{"),
    "InvalidPathParam": get(f"{DRAFTS}/nonsense"),
    "InvalidQueryParam": get(f"{DRAFTS}?limit=501"),
    "ResourceNotFound": get(f"{DEPLOYMENTS}/key=nobody"),
}
TYPES = {"number": int, "string": str, "any": object}


def pattern(code: str) -> str:
    """The contract's message template as a regular expression."""
    if code in WORDED_DIFFERENTLY:
        return WORDED_DIFFERENTLY[code]
    template = ERRORS[code]["message"]
    if template is None:
        return ".+"  # the contract has published no text
    text = re.sub(r"\\\$\w+", ".+", re.escape(template))
    return text.replace(r"\(secret\|standard\)", "(secret|standard)")


def test_every_code_of_the_contract_has_its_case() -> None:
    assert set(CASES) | {"General", "BadGateway"} == set(ERRORS)


@pytest.mark.parametrize("code", sorted(CASES))
def test_the_error_is_the_contracts(api: Any, code: str) -> None:
    said, answer = ERRORS[code], CASES[code](api)
    assert answer.codes == [code], answer
    assert answer.status == said["status"]
    assert answer.body["statusCode"] == answer.status
    error = answer.body["errors"][0]
    assert answer.body["message"] == error["message"]
    assert re.fullmatch(pattern(code), error["message"], re.DOTALL), error["message"]
    for name, field in said["extra_fields"].items():
        if field["required"]:
            assert isinstance(error[name], TYPES[field["type"]])
    known = {"code", "message", "detailedErrorMessage", *said["extra_fields"]}
    assert set(error) <= known
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-correlation-id"]


def test_several_problems_come_in_one_answer(api: Any) -> None:
    wrong = create_deployment(
        region="mars",
        configurations=[values(securedConfiguration=[]), {"applicationName": "other"}],
        globalConfiguration={"standardConfiguration": [{"key": "NOPE", "value": "x"}]},
    )
    answer = wrong(api)
    assert answer.codes == [
        "DeploymentUnsupportedRegion",
        "DeploymentMissingApplicationConfigurationKey",
        "DeploymentUnknownApplicationConfiguration",
        "DeploymentUnknownGlobalConfigurationKey",
        "DeploymentMissingGlobalConfigurationKey",
    ]
    assert answer.body["message"] == answer.body["errors"][0]["message"]


def test_a_draft_under_review_is_not_deleted(api: Any) -> None:
    path = f"{DRAFTS}/{under_review(api)['id']}"
    refused = api.send("DELETE", path)
    assert (refused.status, refused.codes) == (400, ["ConnectorStagedInCertification"])
    assert api.send("GET", path).body["status"] == "ReadyForCertification"


def test_a_bad_token_is_the_401_of_the_platform(api: Any) -> None:
    answer = api.send("GET", DRAFTS, token="nonsense")
    assert answer.status == 401
    assert answer.body["error"] == "invalid_token"
    assert answer.codes == ["invalid_token"]


async def test_our_own_fault_is_general_and_tells_nothing() -> None:
    sent = list[dict[str, Any]]()

    async def fails(_request: Any) -> Any:
        raise RuntimeError("secret details")

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    addresses = Addresses([resource("/", GET=fails)])
    await Envelope(addresses, None)(scope, receive, send)  # type: ignore[arg-type]
    document = json.loads(sent[1]["body"])
    assert sent[0]["status"] == document["statusCode"] == ERRORS["General"]["status"]
    assert document["message"] == ERRORS["General"]["message"]
    assert [one["code"] for one in document["errors"]] == ["General"]
    assert b"secret" not in sent[1]["body"]


def test_an_application_that_does_not_answer_is_a_bad_gateway() -> None:
    # tests/hosting/test_gateway.py meets it over real sockets
    status, document = render(ApplicationUnreachableError("service", "closed the connection"))
    assert status == ERRORS["BadGateway"]["status"]
    assert [one["code"] for one in document["errors"]] == ["BadGateway"]
