"""From a document that keeps every rule to the model. It checks nothing itself."""

from connectory.specification.merchant_center import CUSTOM_APPLICATION, CUSTOM_APPLICATION_ALIAS
from connectory.specification.model import (
    Application,
    ApplicationType,
    Configuration,
    ExponentialBackoff,
    HealthCheck,
    Immediate,
    RetryPolicy,
    Scripts,
    SecuredKey,
    Specification,
    StandardKey,
)
from connectory.specification.nodes import Node, Scalar, child, is_true, items, text


def build(root: Node) -> Specification:
    """The specification a valid document describes."""
    scopes = child(root, "inheritAs", "apiClient", "scopes")
    configuration = child(root, "inheritAs", "configuration")
    return Specification(
        applications=tuple(_application(node) for node in items(child(root, "deployAs"))),
        global_configuration=_configuration(configuration) if configuration else None,
        api_client_scopes=tuple(map(text, items(scopes))) if scopes else None,
    )


def _application(node: Node) -> Application:
    type_ = text(child(node, "applicationType"))
    return Application(
        name=text(child(node, "name")),
        type=ApplicationType(CUSTOM_APPLICATION if type_ == CUSTOM_APPLICATION_ALIAS else type_),
        endpoint=_optional(child(node, "endpoint")),
        schedule=_optional(child(node, "properties", "schedule")),
        scripts=_scripts(child(node, "scripts")),
        configuration=_configuration(child(node, "configuration")),
        health_check=_health_check(child(node, "healthCheck")),
        retry_policy=_retry_policy(child(node, "retryPolicy")),
    )


def _configuration(node: Node | None) -> Configuration:
    standard = items(child(node, "standardConfiguration"))
    secured = items(child(node, "securedConfiguration"))
    return Configuration(tuple(map(_standard, standard)), tuple(map(_secured, secured)))


def _standard(entry: Node) -> StandardKey:
    secured = _secured(entry)
    default = _optional(child(entry, "default"))
    return StandardKey(secured.key, secured.description, secured.required, default)


def _secured(entry: Node) -> SecuredKey:
    key, description = text(child(entry, "key")), text(child(entry, "description"))
    return SecuredKey(key, description, is_true(child(entry, "required")))


def _scripts(node: Node | None) -> Scripts:
    return Scripts(_optional(child(node, "postDeploy")), _optional(child(node, "preUndeploy")))


def _health_check(node: Node | None) -> HealthCheck | None:
    if node is None:
        return None
    return HealthCheck(
        path=text(child(node, "path")),
        interval_seconds=_number(child(node, "intervalSeconds")),
        timeout_seconds=_number(child(node, "timeoutSeconds")),
        unhealthy_threshold=_number(child(node, "unhealthyThreshold")),
    )


def _retry_policy(node: Node | None) -> RetryPolicy | None:
    if node is None:
        return None
    least = _number(child(node, "minBackoffSeconds"))
    most = _number(child(node, "maxBackoffSeconds"))
    if least is None or most is None:
        return Immediate()
    return ExponentialBackoff(least, most, _number(child(node, "maxAttempts")))


def _optional(node: Node | None) -> str | None:
    return None if node is None else text(node)


def _number(node: Node | None) -> int | None:
    value = node.value if isinstance(node, Scalar) else None
    return value if isinstance(value, int) else None
