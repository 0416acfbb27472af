"""Names of environment variables that are there without connect.yaml declaring them."""

import re

from connectory.specification import Application, Configuration, Specification

GENERATED = frozenset(
    {
        "CTP_CLIENT_ID",
        "CTP_CLIENT_SECRET",
        "CTP_SCOPE",
        "CTP_CLIENT_SCOPE",
        "CTP_PROJECT_KEY",
        "CTP_CLIENT_REGION",
        "CTP_API_URL",
        "CTP_AUTH_URL",
    }
)
"""From the generated API client (facts 3.4)."""
SUPPLIED = frozenset(
    {
        "CONNECT_SERVICE_URL",
        "CONNECT_SUBSCRIPTION_DESTINATION",
        "CONNECT_GCP_PROJECT_ID",
        "CONNECT_GCP_TOPIC_NAME",
        "CONNECT_AWS_TOPIC_ARN",
        "CONNECT_PROVIDER",
    }
)
"""From the platform, to scripts and applications (facts 5)."""
ALWAYS = re.compile(
    r"^(PORT|NODE_ENV|HOME|PATH|PWD|USER|SHELL|HOSTNAME|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|CI|DEBUG"
    r"|JEST_WORKER_ID|VITEST\w*|K_SERVICE|K_REVISION|K_CONFIGURATION|CONNECT_\w+|npm_\w+|NODE_\w+"
    r"|NO_COLOR|FORCE_COLOR|COLORTERM|TERM|https?_proxy|HTTPS?_PROXY|NO_PROXY|no_proxy"
    r"|GOOGLE_CLOUD_PROJECT|GCLOUD_PROJECT|AWS_(LAMBDA|EXECUTION|REGION|DEFAULT_REGION)\w*"
    r"|LOCALAPPDATA|APPDATA|WINDIR|windir|COMSPEC|ComSpec|PATHEXT)$"
)
"""Set by systems, tools and platforms, or absent without harm; nobody declares them."""
BUNDLED = frozenset({"MODE", "DEV", "PROD", "SSR", "BASE_URL", "PUBLIC_URL", "APPLICATION_URL"})
"""Set by bundlers, and by the platform for Merchant Center builds (facts 4.5)."""
LIBRARIES = re.compile(
    r"^(OTEL_|AWS_|GOOGLE_|GCLOUD_|AZURE_|DD_|NEW_RELIC_|SENTRY_|ELASTIC_|DATADOG_|PG|NODE_|NPM_"
    r"|LOG_|DEBUG|TZ$|NO_PROXY$|HTTPS?_PROXY$|CLOUD_IDENTIFIER$|CUSTOM_APPLICATION_ID$"
    r"|CUSTOM_VIEW_ID$|ENTRY_POINT_URI_PATH$|DATABASE_URL$|REDIS_URL$)"
)
"""Read by packages, not by the application's own code."""


def declared(application: Application, specification: Specification) -> frozenset[str]:
    """Every name an application is given by connect.yaml: its own keys, the shared ones and those
    of the generated API client (facts 3.4)."""
    shared = specification.global_configuration or Configuration()
    generated = GENERATED if specification.api_client_scopes is not None else frozenset()
    return frozenset({*keys(application.configuration), *keys(shared)}) | generated


def keys(configuration: Configuration) -> tuple[str, ...]:
    """The keys of a configuration, the standard ones first."""
    secured = (entry.key for entry in configuration.secured)
    return (*(entry.key for entry in configuration.standard), *secured)


def is_given(name: str) -> bool:
    """Whether an undeclared name may be there all the same."""
    return bool(ALWAYS.match(name)) or name in SUPPLIED or name in BUNDLED
