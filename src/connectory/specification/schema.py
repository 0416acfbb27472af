"""The schema of connect.yaml, as data.

The order of fields is the order in which the official parser reports their problems.
"""

from connectory.specification import texts
from connectory.specification.agreements import (
    BACKOFF_GROWS,
    GLOBAL_KEYS_ONCE,
    KEYS_ONCE,
    NAMES_ONCE,
)
from connectory.specification.merchant_center import (
    CLOUD_IDENTIFIER,
    CUSTOM_APPLICATION,
    CUSTOM_APPLICATION_ALIAS,
    CUSTOM_VIEW,
    NOTHING_SECURED,
    must_have,
)
from connectory.specification.shapes import Agreement, Choice, Field, Flag, Items, Record, Whole

_DESCRIPTION = Field("description", texts.DESCRIPTION, "what the value is for", required=True)
_REQUIRED = Field("required", Flag(), "whether a Deployment must give a value; false by default")

STANDARD_ENTRY = Record(
    "A standard configuration entry",
    (
        Field("key", texts.STANDARD_KEY, "the environment variable", required=True),
        _DESCRIPTION,
        _REQUIRED,
        Field("default", texts.DEFAULT, "the value of a Deployment that gives none"),
    ),
)
SECURED_ENTRY = Record(
    "A secured configuration entry",
    (
        Field("key", texts.SECURED_KEY, "the environment variable", required=True),
        _DESCRIPTION,
        _REQUIRED,
    ),
)
CONFIGURATION = Record(
    "A configuration",
    (
        Field("standardConfiguration", Items(STANDARD_ENTRY), "values anyone may read"),
        Field("securedConfiguration", Items(SECURED_ENTRY), "values kept secret"),
    ),
    (KEYS_ONCE,),
)
SCRIPTS = Record(
    "The scripts",
    (
        Field("postDeploy", texts.POST_DEPLOY, "the command run after each deploy"),
        Field("preUndeploy", texts.PRE_UNDEPLOY, "the command run before an undeploy"),
    ),
)
HEALTH_CHECK = Record(
    "A health check",
    (
        Field("path", texts.ENDPOINT, "the path asked", required=True),
        Field("intervalSeconds", Whole(1, 20), "seconds between two checks"),
        Field("timeoutSeconds", Whole(1, 20), "seconds to wait for an answer"),
        Field("unhealthyThreshold", Whole(1, 20), "failures in a row that mean unhealthy"),
    ),
)
EXPONENTIAL_BACKOFF = Record(
    "An exponential backoff",
    (
        Field("strategy", texts.EXACT, "`exponential-backoff`", required=True),
        Field("minBackoffSeconds", Whole(1, 600), "seconds before the first retry", required=True),
        Field("maxBackoffSeconds", Whole(1, 600), "seconds between retries at most", required=True),
        Field("maxAttempts", Whole(5, 100), "deliveries after which an event is given up"),
    ),
    (BACKOFF_GROWS,),
)
IMMEDIATE = Record(
    "An immediate retry", (Field("strategy", texts.EXACT, "`immediate`", required=True),)
)
RETRY_POLICY = Choice(
    "strategy",
    {"exponential-backoff": EXPONENTIAL_BACKOFF, "immediate": IMMEDIATE},
    ("exponential-backoff", "immediate"),
    {},
)
JOB_PROPERTIES = Record(
    "The properties of a job",
    (Field("schedule", texts.SCHEDULE, "when the job runs, in UTC", required=True),),
)

_NAME = Field("name", texts.NAME, "the name of the application's folder", required=True)
_ENDPOINT = Field("endpoint", texts.ENDPOINT, "the path the application serves", required=True)
_CONFIGURATION = Field("configuration", CONFIGURATION, "the variables the application reads")
_SCRIPTS = Field("scripts", SCRIPTS, "commands around a deploy")
_TYPE = Field("applicationType", texts.EXACT, "the type", required=True)
_HEALTH_CHECK = Field("healthCheck", HEALTH_CHECK, "how to ask whether it is well")
_RETRY_POLICY = Field("retryPolicy", RETRY_POLICY, "how undelivered events are tried again")
_PROPERTIES = Field("properties", JOB_PROPERTIES, "when the job runs", required=True)


def _application(type_: str, *fields: Field, agreements: tuple[Agreement, ...] = ()) -> Record:
    return Record(f"An application of type {type_}", fields, agreements)


_SERVING = (_NAME, _ENDPOINT, _CONFIGURATION, _SCRIPTS, _TYPE)
_CUSTOMIZING = (_NAME, _CONFIGURATION, _SCRIPTS, _TYPE)
_APPLICATION_KEYS = must_have("Mc app", "CUSTOM_APPLICATION_ID", "ENTRY_POINT_URI_PATH")
_VIEW_KEYS = must_have("Merchant center custom view", "CUSTOM_VIEW_ID")

APPLICATIONS = {
    "service": _application("service", *_SERVING, _HEALTH_CHECK),
    "event": _application("event", *_SERVING, _HEALTH_CHECK, _RETRY_POLICY),
    "job": _application("job", *_SERVING, _PROPERTIES),
    "assets": _application("assets", _NAME, _TYPE),
    CUSTOM_APPLICATION: _application(
        CUSTOM_APPLICATION, *_CUSTOMIZING, agreements=(_APPLICATION_KEYS,)
    ),
    CUSTOM_APPLICATION_ALIAS: _application(
        CUSTOM_APPLICATION_ALIAS, *_CUSTOMIZING, agreements=(_APPLICATION_KEYS,)
    ),
    CUSTOM_VIEW: _application(CUSTOM_VIEW, *_CUSTOMIZING, agreements=(_VIEW_KEYS,)),
}
APPLICATION = Choice(
    "applicationType",
    APPLICATIONS,
    (*APPLICATIONS, "unknown"),
    {"unknown": "Application type 'unknown' cannot be deployed"},
)
API_CLIENT = Record(
    "An API client",
    (
        Field(
            "scopes",
            Items(texts.SCOPE, at_least=1),
            "scopes without the project key, such as manage_orders",
            required=True,
        ),
    ),
)
INHERIT_AS = Record(
    "inheritAs",
    (
        Field("configuration", CONFIGURATION, "variables that every application reads"),
        Field("apiClient", API_CLIENT, "the API client made for each Deployment"),
    ),
)
ROOT = Record(
    "connect.yaml",
    (
        Field("inheritAs", INHERIT_AS, "what all applications share"),
        Field("deployAs", Items(APPLICATION), "the applications", required=True),
    ),
    (NAMES_ONCE, GLOBAL_KEYS_ONCE, CLOUD_IDENTIFIER, NOTHING_SECURED),
)
