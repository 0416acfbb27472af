"""Made-up configuration with which an application can be started to see whether it can be. Pure."""

import re

from connectory.specification import Configuration, Specification

REGION = "europe-west1.gcp"
CLIENT_ID = "placeholder-client-id-00"
CLIENT_SECRET = "placeholder-client-secret-000000"  # noqa: S105 - nobody's
"""As long as the platform's own: 24 and 32 characters, which templates insist on."""
GENERATED = {
    "CTP_CLIENT_ID": CLIENT_ID,
    "CTP_CLIENT_SECRET": CLIENT_SECRET,
    "CTP_SCOPE": "manage_project:placeholder",
    "CTP_CLIENT_SCOPE": "manage_project:placeholder",
    "CTP_CLIENT_REGION": REGION,
    "CTP_PROJECT_KEY": "placeholder",
    "CTP_API_URL": f"https://api.{REGION}.commercetools.com",
    "CTP_AUTH_URL": f"https://auth.{REGION}.commercetools.com",
}
"""What a generated API client comes with (facts 3.4)."""
PLATFORM = {
    "CONNECT_SERVICE_URL": "https://placeholder.example.org/service",
    "CONNECT_PROVIDER": "GCP",
}
SITE = {"APPLICATION_URL": "https://placeholder.example.org"}
"""What the platform adds when it builds a Merchant Center application (facts 4.5)."""


def _named(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|_)(?:{pattern})(?:_|$)", re.IGNORECASE)


VALUES = (
    # what the Merchant Center knows an application by, and where
    (_named("CLOUD_IDENTIFIER"), "gcp-eu"),
    (_named("ENTRY_POINT(?:_URI_PATH)?|PROJECT_KEY|(?:APPLICATION|VIEW)_ID"), "placeholder"),
    (_named("CLIENT_?ID"), CLIENT_ID),
    (_named("CLIENT_?SECRET"), CLIENT_SECRET),
    (_named("REGION"), REGION),
    (_named("AUTH_?URL|AUTH_?URI|OAUTH_?URL"), GENERATED["CTP_AUTH_URL"]),
    (_named("API_?URL|API_?HOST_?URL"), GENERATED["CTP_API_URL"]),
    (_named("URLS?|URIS?|ENDPOINT|ISSUER|ORIGINS?|WEBHOOK"), "https://placeholder.example.org"),
    (_named("HOST|HOSTNAME|DOMAIN"), "placeholder.example.org"),
    (_named("PORT"), "8080"),
    (_named("E?MAIL"), "placeholder@example.org"),
    (_named("SCOPES?"), GENERATED["CTP_SCOPE"]),
    (_named("JSON|CONFIG|CONFIGURATION|MAPPINGS?|RULES"), "{}"),
    (_named("ENABLED?|DISABLED?|IS|HAS|USE|DEBUG|DRY_?RUN|FLAG|ALLOW"), "false"),
    (_named("TIMEOUT|LIMIT|COUNT|INTERVAL|SIZE|MAX|MIN|SECONDS|MINUTES|HOURS|DAYS|TTL|NUMBER"),
     "10"),
    (_named("LOG_?LEVEL|LEVEL"), "info"),
    (_named("ENVIRONMENT|ENV|MODE"), "test"),
    (_named("LOCALES?|LANGUAGES?"), "en"),
    (_named("COUNTRY|COUNTRIES"), "DE"),
    (_named("CURRENCY|CURRENCIES"), "EUR"),
    (_named("CRON|SCHEDULE"), "0 0 * * *"),
    (_named("UUID|GUID"), "00000000-0000-4000-8000-000000000000"),
    (_named("SECRET|TOKEN|PASSWORD|PASSPHRASE|SALT"), CLIENT_SECRET),
)  # fmt: skip
OTHERWISE = "placeholder"


def value(key: str) -> str:
    """What a key of that name may plausibly hold."""
    return next((text for named, text in VALUES if named.search(key)), OTHERWISE)


def environment(specification: Specification, application: str) -> tuple[dict[str, str], set[str]]:
    """All that a Deployment could set, and the names of what is made up: no default was given."""
    own = [one.configuration for one in specification.applications if one.name == application]
    shared = specification.global_configuration
    given = dict(PLATFORM)
    if specification.api_client_scopes is not None:
        given |= GENERATED
    made_up = set[str]()
    for configuration in (*((shared,) if shared else ()), *own):
        given |= _values(configuration)
        made_up |= _without_default(configuration)
    return given, made_up


def _values(configuration: Configuration) -> dict[str, str]:
    standard = {one.key: one.default or value(one.key) for one in configuration.standard}
    return standard | {one.key: value(one.key) for one in configuration.secured}


def _without_default(configuration: Configuration) -> set[str]:
    standard = {one.key for one in configuration.standard if one.default is None}
    return standard | {one.key for one in configuration.secured}
