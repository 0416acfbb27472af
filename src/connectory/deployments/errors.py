"""What can be wrong with a Deployment (errors.json, facts 2.10)."""

from connectory.errors import ConnectError, identity


class ConnectorReferenceNotFoundError(ConnectError):
    def __init__(self, identifier: str, version: int | None) -> None:
        super().__init__(f"Connector '{identifier}' with version {version or 'latest'} not found")


class ConnectorStagedNotPreviewableError(ConnectError):
    def __init__(self, id: str, key: str | None, version: int) -> None:  # noqa: A002
        super().__init__(f"Connector {identity(id, key)} with version {version} is not previewable")


class DeploymentUnsupportedRegionError(ConnectError):
    def __init__(self, region: str) -> None:
        super().__init__(f"Deployment unsupported region {region}")


class DeploymentInvalidTypeError(ConnectError):
    def __init__(self, id: str, key: str | None, type: str, allowed: tuple[str, ...]) -> None:  # noqa: A002
        types = ", ".join(f"'{one}'" for one in allowed)
        super().__init__(
            f"The Connector {identity(id, key)} cannot be deployed as a '{type}' type. "
            f"Only {types} types are allowed."
        )


class DeploymentProductionDeactivatedError(ConnectError):
    def __init__(self) -> None:
        super().__init__(
            "Deployments to production are disabled for this Project. "
            "Please contact support to enable production deployments."
        )


class DeploymentApplicationRequiredError(ConnectError):
    def __init__(self) -> None:
        super().__init__("A Deployment requires at least one application")


class DeploymentUnknownApplicationConfigurationError(ConnectError):
    def __init__(self, application: str) -> None:
        super().__init__(
            f"Deployment does not require configuration for application named '{application}'."
        )


class DeploymentUnknownApplicationConfigurationKeyError(ConnectError):
    """``kind`` is ``secret`` or ``standard``, here and below."""

    def __init__(self, kind: str, key: str, application: str) -> None:
        super().__init__(
            f"Deployment does not require {kind} configuration with key {key} "
            f"for application named {application}."
        )


class DeploymentMissingApplicationConfigurationKeyError(ConnectError):
    """Our own code: the contract has none for a missing required value (facts 14.1 row 15)."""

    def __init__(self, kind: str, key: str, application: str) -> None:
        super().__init__(
            f"Deployment requires {kind} configuration with key {key} "
            f"for application named {application}."
        )


class DeploymentUnknownGlobalConfigurationKeyError(ConnectError):
    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"Deployment global configuration does not require {kind} with key {key}.")


class DeploymentMissingGlobalConfigurationKeyError(ConnectError):
    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"Deployment global configuration requires {kind} with key {key}.")


class DeploymentEmptyRequiredGlobalConfigurationKeyError(ConnectError):
    def __init__(self, kind: str, key: str) -> None:
        super().__init__(
            f"Deployment requires a non empty value for {kind} global configuration with key {key}."
        )


class DeploymentApplicationDoNotBelongError(ConnectError):
    def __init__(self, id: str, key: str | None, application: str) -> None:  # noqa: A002
        super().__init__(
            f"Deployment with {identity(id, key)} does not include application: {application}"
        )


class DeploymentConnectorUpdateFailureError(ConnectError):
    """``id`` and ``key`` of the Deployment, then those of its Connector."""

    def __init__(
        self,
        id: str,  # noqa: A002
        key: str | None,
        connector_id: str,
        connector_key: str | None,
        cause: str,
    ) -> None:
        super().__init__(
            f"Deployment with {identity(id, key)} failed while trying to update "
            f"Connector {identity(connector_id, connector_key)} (cause: {cause})"
        )


class DeploymentInvalidRetryPolicyError(ConnectError):
    """The contract publishes no text for this and the next two (docs 2026-10-23)."""

    def __init__(self, application: str, cause: str) -> None:
        super().__init__(
            f"The retry policy for application named {application} is not valid: {cause}"
        )


class DeploymentRetryPolicyOverrideNotAllowedError(ConnectError):
    def __init__(self, application: str) -> None:
        super().__init__(
            f"The retry policy of application named {application} cannot be overridden. Only event "
            "applications whose connect.yaml has a retryPolicy allow it."
        )


class DeploymentRollbackNotAllowedError(ConnectError):
    def __init__(self, id: str, key: str | None, revision: int, cause: str) -> None:  # noqa: A002
        super().__init__(
            f"Deployment with {identity(id, key)} cannot be rolled back to revision {revision}: "
            f"{cause}"
        )


class DeploymentInvalidStatusTransitionError(ConnectError):
    def __init__(self, reason: str) -> None:
        super().__init__(f"Invalid status change: {reason}")


class DeploymentApplicationDoesNotExistError(ConnectError):
    def __init__(self, application: str) -> None:
        super().__init__(f"Deployment does not have an application named {application}.")


class DeploymentLogInvalidDateError(ConnectError):
    def __init__(self) -> None:
        super().__init__("Invalid start/end date")


class DeploymentLogInvalidPageTokenError(ConnectError):
    def __init__(self, token: str) -> None:
        super().__init__(f"Invalid page token: {token}")


class DeploymentLogMissingApplicationNameError(ConnectError):
    def __init__(self) -> None:
        super().__init__("Missing application name when fetching deployment logs")
