"""What a caller of an application is told when the application cannot answer."""

from connectory.errors import BadGatewayError


class ApplicationUnreachableError(BadGatewayError):
    """It runs, but did not speak HTTP with us."""

    code = "BadGateway"

    def __init__(self, application: str, why: str) -> None:
        super().__init__(f"The application {application} {why}.")


class ApplicationUnavailableError(BadGatewayError):
    """It does not run now."""

    status = 503
    code = "BadGateway"

    def __init__(self, application: str, phase: str) -> None:
        super().__init__(f"The application {application} {phase}.")


class ApplicationTimeoutError(BadGatewayError):
    """Facts 4.2: a request may take 5 minutes."""

    status = 504
    code = "BadGateway"

    def __init__(self, application: str, seconds: float) -> None:
        super().__init__(
            f"The application {application} did not answer within {seconds:g} seconds."
        )
