"""What people, Projects and API clients are refused for."""

from connectory.errors import ConnectError


class PasswordNotAcceptedError(ConnectError):
    """12 to 128 characters, and not the person's name (NIST SP 800-63B)."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"This password is not accepted. {reason}")


class PasswordIncorrectError(ConnectError):
    """The old password of somebody who sets a new one."""

    def __init__(self) -> None:
        super().__init__("The old password is wrong.")


class LastAdministratorError(ConnectError):
    """Somebody must be left who can let others in."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is the only administrator of the organization who can sign in. "
            "Make somebody else administrator first."
        )


class ScopeNotHeldError(ConnectError):
    """Nobody gives what they do not have."""

    status = 403

    def __init__(self, what: str) -> None:
        super().__init__(
            f"You cannot give or take {what}: it allows more than you may do yourself."
        )


class ApiClientInUseError(ConnectError):
    """It goes with its Deployment, and only then."""

    status = 409

    def __init__(self, deployment_id: str) -> None:
        super().__init__(f"The Deployment {deployment_id} uses this API client. Undeploy it first.")


class TooManyTriesError(ConnectError):
    """Wrong passwords for this name, or from this address."""

    status = 429

    def __init__(self) -> None:
        super().__init__("Too many tries. Wait a minute, then try again.")
