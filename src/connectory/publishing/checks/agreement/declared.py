"""What connect.yaml declares that cannot work, or works otherwise than its author thinks."""

from collections.abc import Iterator

from connectory.findings import Finding, Rule, Severity
from connectory.publishing.checks.agreement.found import found
from connectory.publishing.checks.agreement.lines import FILE, Written
from connectory.publishing.checks.agreement.variables import GENERATED, SUPPLIED, keys
from connectory.specification import Application, ApplicationType, Configuration, Specification

SUPPLIED_KEY = Rule(
    "specification/supplied-key",
    Severity.MAJOR,
    "A configuration key is declared that the platform sets itself",
    "The platform gives this variable to the application. A key of the same name in connect.yaml "
    "asks whoever installs the connector for a value, and the two values are in conflict.",
    "Remove the key from connect.yaml; the variable is there without it.",
)
UNKNOWN_SCOPE = Rule(
    "specification/unknown-scope",
    Severity.MAJOR,
    "A scope of the generated API client cannot be granted",
    "The API client is created when the connector is deployed. A scope that does not exist makes "
    "that fail. Scopes are named without the Project, as in manage_orders.",
    "Correct the scope under inheritAs.apiClient.scopes.",
)
DEPRECATED_TYPE = Rule(
    "specification/deprecated-type",
    Severity.INFO,
    "An application type has a newer name",
    "mc-app is the old name of merchant-center-custom-application. It still works.",
    "Write applicationType: merchant-center-custom-application.",
)
NO_SUBSCRIPTION = Rule(
    "specification/no-subscription",
    Severity.INFO,
    "An event application subscribes to nothing",
    "The platform gives an event application a topic, but no messages: its postDeploy script "
    "creates the Subscription that sends them. This application has no such script.",
    "Create the Subscription in a postDeploy script, from the CONNECT_ variables it is given.",
)
RULES = (SUPPLIED_KEY, UNKNOWN_SCOPE, DEPRECATED_TYPE, NO_SUBSCRIPTION)
NO_SCOPES = {
    "view_extensions": "manage_extensions",
    "view_subscriptions": "manage_subscriptions",
}
"""Names that look right and are no scopes of Composable Commerce (facts 3.3)."""


def findings(specification: Specification, written: Written) -> Iterator[Finding]:
    generated = specification.api_client_scopes is not None
    for scope in specification.api_client_scopes or ():
        yield from _scope(scope, written)
    shared = specification.global_configuration or Configuration()
    yield from _supplied(None, shared, written, generated=generated)
    for application in specification.applications:
        yield from _supplied(application, application.configuration, written, generated=generated)
        yield from _type(application, written)
        yield from _subscription(application, written)


def _scope(scope: str, written: Written) -> Iterator[Finding]:
    right = scope.partition(":")[0] if ":" in scope else NO_SCOPES.get(scope)
    if right:
        yield found(
            UNKNOWN_SCOPE,
            f"{scope} is no scope that inheritAs.apiClient can name.",
            path=FILE,
            line=written.scope(scope),
            about=scope,
            fix=f"Write {right} in place of {scope}.",
        )


def _supplied(
    application: Application | None,
    configuration: Configuration,
    written: Written,
    *,
    generated: bool,
) -> Iterator[Finding]:
    name = application.name if application else None
    for key in keys(configuration):
        reason = _reason(key, application, generated=generated)
        if reason:
            yield found(
                SUPPLIED_KEY,
                f"{key} is declared, but {reason}.",
                application=name,
                path=FILE,
                line=written.key(name, key),
                about=key,
                fix=f"Remove {key} from the configuration of {name or 'inheritAs'}.",
            )


def _reason(key: str, application: Application | None, *, generated: bool) -> str | None:
    if generated and key in GENERATED:
        return "inheritAs.apiClient generates it"
    if key in SUPPLIED:
        return "the platform sets it"
    customization = application is not None and application.type.startswith("merchant-center")
    return "the platform sets it" if customization and key == "APPLICATION_URL" else None


def _type(application: Application, written: Written) -> Iterator[Finding]:
    if written.type_of(application.name) == "mc-app":
        yield found(
            DEPRECATED_TYPE,
            f"{application.name} has the type mc-app, which is called "
            "merchant-center-custom-application now.",
            application=application.name,
            path=FILE,
            line=written.line(application.name, "applicationType"),
        )


def _subscription(application: Application, written: Written) -> Iterator[Finding]:
    if application.type is ApplicationType.EVENT and not application.scripts.post_deploy:
        yield found(
            NO_SUBSCRIPTION,
            f"{application.name} has no postDeploy script, so nothing subscribes it to messages.",
            application=application.name,
            path=FILE,
            line=written.line(application.name),
        )
