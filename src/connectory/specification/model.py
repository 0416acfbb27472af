"""What a valid connect.yaml says, as frozen data."""

from dataclasses import dataclass
from enum import StrEnum


class ApplicationType(StrEnum):
    """The kinds of application; `mc-app` in a file is read as its modern name."""

    SERVICE = "service"
    EVENT = "event"
    JOB = "job"
    ASSETS = "assets"
    MERCHANT_CENTER_CUSTOM_APPLICATION = "merchant-center-custom-application"
    MERCHANT_CENTER_CUSTOM_VIEW = "merchant-center-custom-view"


SERVED = frozenset({ApplicationType.SERVICE, ApplicationType.EVENT, ApplicationType.JOB})
"""Types that are started as a program and answer requests (facts 4.1)."""


@dataclass(frozen=True, slots=True)
class StandardKey:
    """A variable anyone may read. `default` is None where the file gives none."""

    key: str
    description: str
    required: bool = False
    default: str | None = None


@dataclass(frozen=True, slots=True)
class SecuredKey:
    """A variable kept secret; it has no default."""

    key: str
    description: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Configuration:
    """The variables of an application, or of all of them, in the order of the file."""

    standard: tuple[StandardKey, ...] = ()
    secured: tuple[SecuredKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Scripts:
    """Commands run after each deploy and before an undeploy, in the application's folder."""

    post_deploy: str | None = None
    pre_undeploy: str | None = None


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """How to ask an application whether it is well; None leaves the choice to the platform."""

    path: str
    interval_seconds: int | None = None
    timeout_seconds: int | None = None
    unhealthy_threshold: int | None = None


@dataclass(frozen=True, slots=True)
class Immediate:
    """Undelivered events are tried again at once."""


@dataclass(frozen=True, slots=True)
class ExponentialBackoff:
    """Undelivered events are tried again after growing delays, in seconds.

    `max_attempts` is None when an event is never given up for its number of deliveries.
    """

    min_backoff_seconds: int
    max_backoff_seconds: int
    max_attempts: int | None = None


RetryPolicy = Immediate | ExponentialBackoff


@dataclass(frozen=True, slots=True)
class Application:
    """One entry of `deployAs`.

    `endpoint` is None for types that serve no path; `schedule` is None for all but jobs, and
    `retry_policy` for all but events that set one.
    """

    name: str
    type: ApplicationType
    endpoint: str | None = None
    schedule: str | None = None
    scripts: Scripts = Scripts()
    configuration: Configuration = Configuration()
    health_check: HealthCheck | None = None
    retry_policy: RetryPolicy | None = None


@dataclass(frozen=True, slots=True)
class Specification:
    """A connector as its connect.yaml describes it.

    `global_configuration` and `api_client_scopes` are None where `inheritAs` has none.
    """

    applications: tuple[Application, ...]
    global_configuration: Configuration | None = None
    api_client_scopes: tuple[str, ...] | None = None
