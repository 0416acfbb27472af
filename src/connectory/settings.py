"""One frozen object, read once from the environment and ``connectory.toml``.

Every field is a setting: ``CONNECTORY_`` and the upper-case name in the environment, the lower-case
name in the file. The environment wins. An unknown name is an error, so a typo never goes unnoticed.
"""

import ipaddress
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

PREFIX = "CONNECTORY_"
NOT_SETTINGS = {"CONNECTORY_PASSWORD"}
"""Read by the command line alone: the administrator's password on a remote platform."""

Port = Annotated[int, Meta(ge=0, le=65535)]
Positive = Annotated[int, Meta(ge=1)]


class SettingsError(Exception):
    """A setting is unknown or has a value it cannot take."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How this platform runs. Sizes are in MiB, times in seconds."""

    data: str = "./.connectory"
    """The directory that holds everything the platform keeps."""
    host: str = "127.0.0.1"
    """The address to listen on."""
    port: Port = 8080
    """The port of the API, the token endpoint and the pages."""
    database_url: str = ""
    """A ``postgresql://user:password@host/name`` URL; empty: SQLite in the data directory."""
    public_url: str = ""
    """The origin under which clients reach the platform; empty: ``http://{host}:{port}``."""
    domain: str = ""
    """A wildcard domain for applications, such as ``apps.example.org``; empty: a port each."""
    application_ports: str = "20000-29999"
    """The ports that deployed applications are reached on when no domain is set."""
    token_lifetime: Positive = 172_800
    """How long an access token is valid."""
    session_idle: Positive = 28_800
    """The time after which somebody who does nothing is signed out of the console."""
    session_longest: Positive = 86_400
    """The time after which everybody has to sign in to the console again."""
    login_tries: Positive = 10
    """How often a minute somebody may try to sign in with one name."""
    oidc_issuer: str = ""
    """The OpenID Connect provider that people may sign in to the console with; empty: none."""
    oidc_client_id: str = ""
    """What the provider knows this platform as."""
    oidc_client_secret: str = ""
    """The secret that goes with it; empty: a public client."""
    oidc_claim: Literal["email", "preferred_username"] = "email"
    """The claim that is a person's name here: an ``email`` must be verified by the provider, a
    ``preferred_username`` must be one that people cannot choose there themselves."""
    oidc_organization: str = "default"
    """The organization that whoever the provider knows belongs to."""
    oidc_create_members: bool = False
    """Whoever the provider knows, and nobody here does yet, becomes a member."""
    oidc_role: Literal["administrator", "member", "reviewer"] = "member"
    """The role of whoever becomes a member so."""
    git_mirrors: dict[str, str] = {}
    """Prefixes read from elsewhere, ``https://github.com/=/srv/git``: comma separated, or JSON."""
    git_allow_local: bool = False
    """Accept plain paths and ``file:`` URLs as repositories."""
    git_ssh_key: str = ""
    """The private key that reads private repositories."""
    git_known_hosts: str = ""
    """The known_hosts file for Git over SSH; empty: a host key is trusted on first use."""
    git_timeout: Positive = 120
    """The time one Git operation may take."""
    git_max_size: Positive = 512
    """The size one repository may have."""
    npm_registry: str = "https://registry.npmjs.org"
    """The npm registry packages and Node itself come from."""
    toolchains: str = ""
    """Where downloaded Node and package managers are kept; empty: in the data directory."""
    registry_hosts: tuple[str, ...] = ()
    """Further hosts a build may reach, comma separated."""
    isolation: Literal["auto", "bubblewrap", "none"] = "auto"
    """The sandbox: ``none`` runs everything as plain processes, for your own connectors only."""
    reachable_networks: tuple[str, ...] = ()
    """Networks that applications and scripts may reach although they are private or this machine's
    own, such as ``10.1.0.0/16``, comma separated."""
    build_memory: Positive = 4096
    """The memory of one application's build."""
    build_timeout: Positive = 900
    """The time each of install, test and build may take."""
    build_disk: Positive = 4096
    """The disk one application's build may fill."""
    script_timeout: Positive = 600
    """The time one ``postDeploy`` or ``preUndeploy`` script may take."""
    build_processes: Positive = 1024
    """The processes and threads one application's build may have."""
    parallel_builds: Annotated[int, Meta(ge=0)] = 0
    """Applications built at the same time; 0: as many as there are cores."""
    tests_block_certification: bool = True
    """A failing ``test`` script blocks certification."""
    tests_block_publish: bool = False
    """A failing ``test`` script blocks previews and private publishing as well."""
    development_dependencies_block: bool = False
    """A vulnerable dependency that never ships stops a connector too."""
    advisories: str = ""
    """The folder with the local copy of security advisories; empty: in the data directory."""
    advisories_url: str = "https://osv-vulnerabilities.storage.googleapis.com"
    """Where ``connectory advisories update`` gets them: a place laid out as OSV's own."""
    advisories_age: Positive = 30
    """The age in days from which the local copy of advisories is said to be outdated."""
    history_depth: Positive = 500
    """How many commits of a tag's history are searched for secrets."""
    licences_denied: tuple[str, ...] = ()
    """Licences (SPDX) no shipped dependency may have, comma separated; empty: the usual ones."""
    application_memory: Positive = 512
    """The memory of one running application (facts 4.1)."""
    application_cpus: Annotated[float, Meta(gt=0)] = 1.0
    """The processors of one running application."""
    application_processes: Positive = 256
    """The processes and threads one running application may have."""
    job_memory: Positive = 4096
    """The memory of one running job (facts 11)."""
    job_cpus: Annotated[float, Meta(gt=0)] = 2.0
    """The processors of one running job."""
    job_timeout: Positive = 1800
    """The time one run of a job may take (facts 4.4: 30 minutes)."""
    most_instances: Positive = 2
    """How many instances of one application may run at the same time; a job has one."""
    instance_concurrency: Positive = 80
    """The requests at the same time from which another instance of an application is begun."""
    idle_timeout: Annotated[float, Meta(ge=0)] = 900.0
    """The time without calls after which an application of a preview or a sandbox sleeps, until
    the next one; 0: never."""
    drain_timeout: Annotated[float, Meta(ge=0)] = 0.0
    """The time an application that another version has taken over from has for the requests it is
    answering; 0: as long as a request may take."""
    start_timeout: Positive = 60
    """The time an application has to accept its first connection."""
    request_timeout: Positive = 300
    """The time one request to an application may take (facts 4.2: 5 minutes)."""
    topic_concurrency: Positive = 64
    """The messages of one event application that are delivered at the same time, at most."""
    topic_retention_days: Positive = 7
    """How long messages that an application does not take are tried again (facts 11)."""
    dead_letter_retention_days: Positive = 7
    """How long messages that were given up are kept for a person to look at and replay."""
    event_sources: str = ""
    """Queues of Google Pub/Sub or AWS whose messages become events: JSON, or a file that holds it
    (see the guide on events)."""
    topics_require_token: bool = False
    """Publishing takes an access token with ``manage_connectors_deployments`` for the Project."""
    log_retention_days: Positive = 30
    """How long application logs are kept (facts 10)."""
    log_rate: Positive = 1000
    """Entries a second that one application may log over time; ten times as many at once."""
    log_max_size: Positive = 256
    """The size that the log of one Deployment may have: beyond it, the oldest entries go."""
    audit_retention_days: Positive = 400
    """How long the audit log is kept."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """What the platform writes about itself."""

    @property
    def directory(self) -> Path:
        return Path(self.data).resolve()

    @property
    def toolchain_directory(self) -> Path:
        return Path(self.toolchains).resolve() if self.toolchains else self.directory / "toolchains"

    @property
    def advisory_directory(self) -> Path:
        return Path(self.advisories).resolve() if self.advisories else self.directory / "advisories"

    @property
    def output_directory(self) -> Path:
        """What the programs of previews and publishes said."""
        return self.directory / "output"

    @property
    def origin(self) -> str:
        """The URL clients use, without a trailing slash."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def port_range(self) -> range:
        first, last = (int(part) for part in self.application_ports.split("-"))
        return range(first, last + 1)


def load(environment: Mapping[str, str], file: Path | None = None, **given: Any) -> Settings:
    """Settings from ``connectory.toml``, the environment and the caller, the later ones winning.

    Raises ``SettingsError`` naming the setting and what it takes.
    """
    values = _from_file(file) | _from_environment(environment)
    values |= {name: value for name, value in given.items() if value is not None}
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as problem:
        raise SettingsError(str(problem)) from None
    if not re.fullmatch(r"\d{2,5}-\d{2,5}", settings.application_ports):
        raise SettingsError("application_ports takes a range such as 20000-29999")
    _require_networks(settings)
    _require_safe_provider(settings)
    return settings


def _require_networks(settings: Settings) -> None:
    for text in settings.reachable_networks:
        try:
            ipaddress.ip_network(text)
        except ValueError:
            raise SettingsError(
                f"reachable_networks takes networks such as 10.1.0.0/16, not {text[:60]!r}"
            ) from None


def _require_safe_provider(settings: Settings) -> None:
    """What a provider of identities says must not be changed on the way."""
    if not settings.oidc_issuer:
        return
    parts = urlsplit(settings.oidc_issuer)
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "::1", "localhost"}:
        raise SettingsError("oidc_issuer takes an https address")
    if not settings.oidc_client_id:
        raise SettingsError("oidc_issuer takes oidc_client_id as well")


def _from_file(file: Path | None) -> dict[str, Any]:
    if file is None or not file.exists():
        return {}
    values = tomllib.loads(file.read_text())
    _refuse_unknown(values, f"in {file.name}")
    return values


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name not in NOT_SETTINGS
    }
    _refuse_unknown(values, "in the environment", prefix=PREFIX)
    types = {field.name: field.type for field in msgspec.structs.fields(Settings)}
    return {name: _typed(value, types[name]) for name, value in values.items()}


def _refuse_unknown(values: Mapping[str, Any], where: str, prefix: str = "") -> None:
    unknown = sorted(values.keys() - {field.name for field in msgspec.structs.fields(Settings)})
    if unknown:
        names = ", ".join(prefix + (name.upper() if prefix else name) for name in unknown)
        raise SettingsError(f"Unknown setting {where}: {names}. See docs/reference/settings.md.")


def _typed(value: str, kind: Any) -> Any:
    """Text of the environment as the setting's kind: lists by comma, mappings by ``=`` or JSON."""
    if get_origin(kind) is dict:
        return parse_mapping(value)
    if get_origin(kind) is tuple and get_args(kind):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def parse_mapping(text: str) -> dict[str, str]:
    """``prefix=place`` pairs separated by commas, semicolons or white space, or a JSON object."""
    if text.lstrip().startswith("{"):
        try:
            return {str(key): str(value) for key, value in json.loads(text).items()}
        except ValueError as problem:
            raise SettingsError(f"git_mirrors is not a JSON object: {problem}") from None
    pairs = [part for part in re.split(r"[,;\s]+", text) if part]
    if any("=" not in part for part in pairs):
        raise SettingsError("git_mirrors takes pairs such as https://github.com/=/srv/git")
    return dict(part.split("=", 1) for part in pairs)
