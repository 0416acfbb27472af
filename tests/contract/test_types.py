"""Every type of the contract has a struct with the same fields, bounds and values.

Where a struct is kinder to clients or says more on purpose, the list below names it with its
reason; docs/parity.md tells people.
"""

from enum import EnumType
from typing import Any, get_args

import msgspec
import pytest
from msgspec import inspect
from tests.contract.conftest import contract

from connectory.api.app import api as application
from connectory.api.deployments import LogAnswer
from connectory.api.openapi.document import document
from connectory.api.openapi.renaming import REF
from connectory.connectors import actions, model
from connectory.deployments import model as deployments
from connectory.errors import ConcurrentModificationError, render
from connectory.hosting.lines import LogType, Severity
from connectory.hosting.logs import DeploymentLog
from connectory.regions import ProjectIdentifier, Region
from connectory.wire import END, Page

TYPES: dict[str, Any] = contract("types")

STRUCTS: dict[str, type] = {
    "ApplicationDeployment": deployments.ApplicationDeployment,
    "CertificationInfo": model.CertificationInfo,
    "CertificationInfoComment": model.CertificationComment,
    "ConfigurationValue": deployments.ConfigurationValue,
    "Connector": model.Connector,
    "ConnectorApiClient": model.ConnectorApiClient,
    "ConnectorConfigurationApplication": model.ApplicationConfiguration,
    "ConnectorGlobalConfiguration": model.GlobalConfiguration,
    "ConnectorReference": deployments.ConnectorReference,
    "ConnectorReport": model.Report,
    "ConnectorReportEntry": model.ReportEntry,
    "ConnectorSearchPagedQueryResponse": Page,
    "ConnectorStaged": model.ConnectorStaged,
    "ConnectorStagedDraft": model.ConnectorStagedDraft,
    "ConnectorStagedPagedQueryResponse": Page,
    "ConnectorUpdate": actions.ConnectorUpdate,
    "Creator": model.Creator,
    "Deployment": deployments.Deployment,
    "DeploymentApiClient": deployments.DeploymentApiClient,
    "DeploymentConfigurationApplication": deployments.ApplicationValues,
    "DeploymentConnector": deployments.DeploymentConnector,
    "DeploymentCreator": model.Creator,
    "DeploymentDetails": deployments.Details,
    "DeploymentDetailsBuild": deployments.DetailsBuild,
    "DeploymentDraft": deployments.DeploymentDraft,
    "DeploymentGlobalConfiguration": deployments.GlobalValues,
    "DeploymentLog": DeploymentLog,
    "DeploymentLogCursorPagedQueryResponse": LogAnswer,
    "DeploymentPagedQueryResponse": Page,
    "DeploymentRedeployAction": deployments.Redeploy,
    "DeploymentReport": model.Report,
    "DeploymentReportEntry": model.ReportEntry,
    "DeploymentUpdate": deployments.DeploymentUpdate,
    "Repository": model.Repository,
    "SecuredConfigurationKey": model.ConfigurationKey,
    "StandardConfigurationKey": model.ConfigurationKey,
}
ENUMS: dict[str, EnumType] = {
    "ConnectorReportEntryType": model.ReportEntryType,
    "ConnectorStatus": model.ConnectorStatus,
    "DeploymentLogSeverity": Severity,
    "DeploymentReportEntryType": model.ReportEntryType,
    "DeploymentStatus": deployments.DeploymentStatus,
    "DeploymentType": deployments.DeploymentType,
    "IntegrationType": model.IntegrationType,
    "IsPreviewable": model.IsPreviewable,
    "Region": Region,
}
NOT_STRUCTS = {
    "Artifact": "nothing of the contract refers to it",
    "ConnectorUpdateAction": "abstract: its members are checked",
    "DeploymentUpdateAction": "abstract: its members are checked",
    "ErrorObject": "rendered from exceptions",
    "ErrorResponse": "rendered from exceptions",
    "ProjectIdentifier": "a text with a pattern",
}
KINDER = {
    ("DeploymentConfigurationApplication", "standardConfiguration"): "facts 2.6: may be left out",
    ("DeploymentConfigurationApplication", "securedConfiguration"): "facts 2.6: may be left out",
    ("DeploymentDetails", "build"): "facts 2.6: empty until the first report",
    ("ConnectorSetRepositoryAction", "url"): "facts 2.5: stays when it is left out",
    ("DeploymentLog", "severity"): "always there; DEFAULT is its own value",
    ("DeploymentRedeployAction", "action"): "required, as on every action",
}
OTHER_TYPE = {
    ("DeploymentDraft", "region"): "any text: DeploymentUnsupportedRegion is its error",
    ("DeploymentRedeployAction", "globalConfiguration"): "facts 2.7: clients send values",
    ("Deployment", "globalConfiguration"): "the same fields, always both in answers",
    ("ConnectorSearchPagedQueryResponse", "results"): "encoded documents",
    ("ConnectorStagedPagedQueryResponse", "results"): "encoded documents",
    ("DeploymentPagedQueryResponse", "results"): "encoded documents",
}
MORE = {
    ("SecuredConfigurationKey", "default"): "one struct for both kinds; never set",
    ("ConnectorReportEntry", "application"): "one struct for both reports",
    ("DeploymentConfigurationApplication", "retryPolicy"): "docs 2026-10-23",
    ("ApplicationDeployment", "retryPolicy"): "docs 2026-10-23",
    ("Deployment", "rollbackRevision"): "docs 2026-10-23",
    ("DeploymentRedeployAction", "action"): "its name, as on every action",
}


def action_structs() -> dict[str, type]:
    """By wire name."""
    return {one.__struct_config__.tag: one for one in get_args(actions.UpdateAction)}


def struct_of(name: str) -> type | None:
    if name in STRUCTS:
        return STRUCTS[name]
    wire = TYPES[name].get("discriminatorValue")
    return action_structs().get(wire) if wire else None


def fields(struct: type) -> dict[str, inspect.Field]:
    shape = inspect.type_info(struct)
    assert isinstance(shape, inspect.StructType)
    return {one.encode_name: one for one in shape.fields}


def plain(shape: inspect.Type) -> inspect.Type:
    """Without ``| None``."""
    if isinstance(shape, inspect.UnionType):
        rest = [one for one in shape.types if not isinstance(one, inspect.NoneType)]
        return rest[0] if len(rest) == 1 else shape
    return shape


def differs(said: dict[str, Any], shape: inspect.Type) -> str:
    """How ``shape`` is not what the contract says; empty when it is."""
    kind, shape = said["type"], plain(shape)
    if kind == "any":
        return ""
    if kind.endswith("[]"):
        return _list_differs(said, {"type": kind.removesuffix("[]")}, shape)
    if kind == "array":
        return _list_differs(said, None, shape)
    if kind in ENUMS:
        same = isinstance(shape, inspect.EnumType) and shape.cls is ENUMS[kind]
        return "" if same else f"is no {kind}"
    if kind in STRUCTS:
        same = isinstance(shape, inspect.StructType) and shape.cls is STRUCTS[kind]
        return "" if same else f"is no {kind}"
    if kind == "ProjectIdentifier":
        return differs(TYPES[kind], shape)
    return _scalar_differs(kind, said, shape)


def _list_differs(said: dict[str, Any], item: dict[str, Any] | None, shape: inspect.Type) -> str:
    if not isinstance(shape, inspect.VarTupleType):
        return "is no list"
    if said.get("minItems") != shape.min_length and "minItems" in said:
        return "has another minItems"
    return differs(item, shape.item_type) if item else ""


def _scalar_differs(kind: str, said: dict[str, Any], shape: inspect.Type) -> str:
    if "enum" in said:
        if not isinstance(shape, inspect.EnumType):
            return "is no enumeration"
        return "" if set(shape.cls) == set(said["enum"]) else "has other values"
    if kind in {"string", "datetime"}:
        if not isinstance(shape, inspect.StrType):
            return "is no text"
        return _text_differs(said, shape)
    if kind in {"integer", "number"}:
        if not isinstance(shape, inspect.IntType):
            return "is no whole number"
        return "" if "minimum" not in said or shape.ge == said["minimum"] else "has another minimum"
    assert kind == "boolean", kind
    return "" if isinstance(shape, inspect.BoolType) else "is no boolean"


def _text_differs(said: dict[str, Any], shape: inspect.StrType) -> str:
    if (
        "pattern" in said
        and (shape.pattern or "").replace(r"\-", "-").replace(END, "$") != said["pattern"]
    ):
        return f"has another pattern: {shape.pattern}"
    for ours, theirs in ((shape.min_length, "minLength"), (shape.max_length, "maxLength")):
        if theirs in said and ours != said[theirs]:
            return f"has another {theirs}"
    return ""


@pytest.mark.parametrize("name", sorted(TYPES))
def test_every_type_is_there(name: str) -> None:
    assert name in NOT_STRUCTS or name in ENUMS or struct_of(name) is not None


@pytest.mark.parametrize("name", [one for one in sorted(TYPES) if "fields" in TYPES[one]])
def test_fields_are_the_contracts(name: str) -> None:
    struct = struct_of(name)
    if struct is None:
        assert name in NOT_STRUCTS
        return
    ours, said = fields(struct), TYPES[name]["fields"]
    assert set(said) - set(ours) == set()
    assert {(name, one) for one in set(ours) - set(said)} <= set(MORE)
    wrong = {
        field: problem
        for field in said
        if (name, field) not in OTHER_TYPE and (problem := differs(said[field], ours[field].type))
    }
    assert wrong == {}
    less = [
        field
        for field in said
        if said[field]["required"] and not ours[field].required and (name, field) not in KINDER
    ]
    assert less == []


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    """What ``/openapi.json`` shows clients."""
    routes: Any = application(None, lambda: True).routes  # type: ignore[arg-type]
    described: dict[str, Any] = document(routes)["components"]["schemas"]
    return described


@pytest.mark.parametrize("name", sorted(set(TYPES) - {"Artifact"}))
def test_the_description_has_it_under_its_name(schemas: dict[str, Any], name: str) -> None:
    """And its fields refer to the contract's types, so that generated clients have them too."""
    said, schema = TYPES[name], schemas[name]
    assert set(schema.get("enum", ())) == set(said.get("enum", ()))
    if "discriminator" in said:
        return
    for field, one in said.get("fields", {}).items():
        shown, kind = schema["properties"][field], one["type"].removesuffix("[]")
        if kind in TYPES and (name, field) not in OTHER_IN_REQUESTS:
            assert f"'{REF}{kind}'" in str(shown), field


OTHER_IN_REQUESTS = {
    one for one in OTHER_TYPE if one[0] in {"DeploymentDraft", "DeploymentRedeployAction"}
}


REQUESTS = ["ConnectorStagedDraft", "DeploymentDraft", "ConnectorUpdate", "DeploymentUpdate",
            "DeploymentConfigurationApplication", "DeploymentGlobalConfiguration",
            "ConnectorReference", "Creator", "Repository", "DeploymentRedeployAction",
            *(one for one in sorted(TYPES) if TYPES[one].get("discriminatorValue"))]  # fmt: skip


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_needs_nothing_the_contract_makes_optional(name: str) -> None:
    struct = struct_of(name)
    assert struct is not None
    said = TYPES[name].get("fields", {})
    asked = [field for field, ours in fields(struct).items() if ours.required]
    more = [one for one in asked if not said.get(one, {}).get("required")]
    assert [one for one in more if (name, one) not in KINDER] == []


@pytest.mark.parametrize("name", sorted(ENUMS))
def test_values_are_the_contracts(name: str) -> None:
    assert [str(one) for one in ENUMS[name]] == TYPES[name]["enum"]  # type: ignore[var-annotated]


def test_log_types_are_the_contracts() -> None:
    assert {str(one) for one in LogType} == set(TYPES["DeploymentLog"]["fields"]["type"]["enum"])


def test_the_actions_are_the_contracts_and_no_more() -> None:
    said = {
        one["discriminatorValue"] for one in TYPES.values()
        if one.get("type") == "ConnectorUpdateAction"
    }  # fmt: skip
    assert len(said) == 19
    assert set(action_structs()) == said


def test_a_project_identifier_has_the_pattern() -> None:
    assert differs(TYPES["ProjectIdentifier"], inspect.type_info(ProjectIdentifier)) == ""


def test_the_redeploy_action_is_named_as_on_the_wire() -> None:
    body = b'{"version": 1, "actions": [{"action": "redeploy"}]}'
    assert msgspec.json.decode(body, type=deployments.DeploymentUpdate).actions[0].skip_scripts is (
        False
    )


def test_errors_have_the_shape_of_the_contract() -> None:
    _, document = render(ConcurrentModificationError("id", "key", 1, 2))
    response, error = TYPES["ErrorResponse"]["fields"], TYPES["ErrorObject"]["fields"]
    assert set(document) == set(response)
    assert set(error) <= set(document["errors"][0])
