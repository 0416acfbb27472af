"""What the steps of preview and publish hand to each other: frozen data that is kept as JSON."""

from enum import StrEnum

import msgspec

from connectory.certification.evidence import Trial
from connectory.connectors.model import BuiltApplication, RetryPolicy
from connectory.findings import Finding
from connectory.repositories import Revision
from connectory.specification import SERVED, ApplicationType, HealthCheck

BUILT_PER_DEPLOYMENT = frozenset(
    {
        ApplicationType.MERCHANT_CENTER_CUSTOM_APPLICATION,
        ApplicationType.MERCHANT_CENTER_CUSTOM_VIEW,
    }
)
"""Types whose build reads the configuration of the Deployment it is for."""
TESTED = SERVED | BUILT_PER_DEPLOYMENT
"""Types whose ``test`` script is run: those with code of their own at run time."""


class PlannedApplication(msgspec.Struct, frozen=True):
    """One entry of ``deployAs``, as far as publishing and hosting need it."""

    name: str
    type: ApplicationType
    endpoint: str | None = None
    schedule: str | None = None
    post_deploy: str | None = None
    pre_undeploy: str | None = None
    retry_policy: RetryPolicy | None = None
    health_check: HealthCheck | None = None


class Plan(msgspec.Struct, frozen=True):
    """What a run builds: one commit of one repository, and the applications in it."""

    url: str
    tag: str
    commit: str
    tree: str
    applications: tuple[PlannedApplication, ...]

    @property
    def revision(self) -> Revision:
        return Revision(self.url, self.tag, self.commit, self.tree)

    def application(self, name: str) -> PlannedApplication:
        return next(one for one in self.applications if one.name == name)


class SuiteVerdict(StrEnum):
    """How the ``test`` script ended; NONE when there is nothing to run."""

    NONE = "none"
    PASSED = "passed"
    FAILED = "failed"


class Suite(msgspec.Struct, frozen=True):
    """``message`` is the report's text of a failure: its cause, then the tail of the output.
    ``findings`` name what failed."""

    verdict: SuiteVerdict = SuiteVerdict.NONE
    message: str = ""
    findings: tuple[Finding, ...] = ()


class Product(msgspec.Struct, frozen=True):
    """What the content of one application was built to, the same for every connector, and what
    was found out on the way: ``findings`` hold those of ``tests`` too. ``command`` starts it, or
    builds it for a Deployment."""

    artifact: str | None
    command: tuple[str, ...]
    node: str | None
    tests: Suite
    lockfile: bool = True
    """False when the versions of the dependencies were not pinned."""
    findings: tuple[Finding, ...] = ()
    """What showed when it was installed, tested, built and started."""
    trial: Trial | None = None
    """Its first start; None for a type that is not started."""


class Outcome(msgspec.Struct, frozen=True):
    """The end of one application's branch."""

    application: BuiltApplication | None
    """None when it could not be built: a finding says why."""
    tests: Suite
    findings: tuple[Finding, ...] = ()
    trial: Trial | None = None


class Prepared(msgspec.Struct, frozen=True):
    """What is known of an application before anything of it runs: what the same content was built
    to before."""

    known: Product | None = None


class Installed(msgspec.Struct, frozen=True):
    """``restored`` counts the folders whose dependencies were kept from an earlier install."""

    folders: int
    restored: int
