"""What one public version changes against the one before. Pure."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from connectory.certification.evidence import Change
from connectory.connectors.model import (
    ApplicationConfiguration,
    Build,
    ConfigurationKey,
    Connector,
    GlobalConfiguration,
)
from connectory.marketplace.model import ApplicationChange, Changes, ConfigurationChange

N = TypeVar("N")
Name = tuple[str | None, str]
"""An application, None for all of them, and a key."""


def changes(before: tuple[Connector, Build], after: tuple[Connector, Build]) -> Changes:
    old, new = before[0], after[0]
    old_scopes, new_scopes = _scopes(old), _scopes(new)
    return Changes(
        applications=tuple(
            ApplicationChange(name=name, change=change)
            for name, change in _compared(_running(before[1]), _running(after[1]))
        ),
        configuration=tuple(
            ConfigurationChange(application=name[0], key=name[1], change=change)
            for name, change in _compared(dict(_keys(old)), dict(_keys(new)))
        ),
        scopes_added=tuple(one for one in new_scopes if one not in old_scopes),
        scopes_removed=tuple(one for one in old_scopes if one not in new_scopes),
        regions=new.supported_regions
        if set(new.supported_regions) != set(old.supported_regions)
        else None,
    )


def _compared(before: Mapping[N, object], after: Mapping[N, object]) -> Iterator[tuple[N, Change]]:
    for name in (*before, *(one for one in after if one not in before)):
        if name not in after:
            yield name, Change.REMOVED
        elif name not in before:
            yield name, Change.ADDED
        elif before[name] != after[name]:
            yield name, Change.CHANGED


def _running(build: Build) -> dict[str, object]:
    """What runs, by name: not which artifact, which is another each time."""
    return {one.name: (one.type, one.endpoint, one.schedule) for one in build.applications}


def _keys(connector: Connector) -> Iterator[tuple[Name, tuple[bool, ConfigurationKey]]]:
    """Every configuration key with whether it is secured."""
    shared = connector.global_configuration
    groups: list[tuple[str | None, ApplicationConfiguration | GlobalConfiguration]] = [
        *((one.application_name, one) for one in connector.configurations),
        *([(None, shared)] if shared else []),
    ]
    for name, group in groups:
        yield from (((name, one.key), (False, one)) for one in group.standard_configuration)
        yield from (((name, one.key), (True, one)) for one in group.secured_configuration)


def _scopes(connector: Connector) -> tuple[str, ...]:
    return connector.api_client.scopes if connector.api_client else ()
