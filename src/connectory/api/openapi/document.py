"""The OpenAPI 3.1 document of an application, from its routes."""

import re
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET
from starlette.routing import BaseRoute

from connectory.api.context import KEY, UUID
from connectory.api.openapi import refusals
from connectory.api.openapi.examples import EXAMPLES
from connectory.api.openapi.operation import Access, Operation, Query, declared
from connectory.api.openapi.renaming import Schema
from connectory.api.openapi.schemas import Schemas
from connectory.api.routing import Resource
from connectory.auth.scopes import SCOPES

TAGS = {
    "ConnectorStaged": "The draft of a connector, which its creator edits, previews and publishes.",
    "Connector": "A published version, which never changes.",
    "Deployment": "A Connector running in a Project.",
    "Marketplace": "What everyone may see of public Connectors; not part of the Connect API.",
    "Certification": "The review on the way to a public Connector; not part of the Connect API.",
    "Reports": "All that a preview or a publish found; not part of the Connect API.",
    "Access": "Access tokens for API clients, by OAuth 2.0.",
    "Events": "Messages to event applications; not part of the Connect API.",
    "Instances": "Running applications and how they are; not part of the Connect API.",
    "Jobs": "Runs of job applications, by schedule and by hand; not part of the Connect API.",
    "Logs": "What applications and the platform log; not part of the Connect API.",
    "Runs": "Work in progress and its output, step by step; not part of the Connect API.",
    "Administration": "People, Projects, API clients, the audit log; not part of the Connect API.",
    "Platform": "The platform about itself; not part of the Connect API.",
}
ABOUT = """\
Connectory is a self-hosted, wire-compatible implementation of the commercetools Connect API.

Fetch an access token with the id and secret of an API client, and send it as a bearer token. \
A token belongs to one Project; the scopes named with each operation end in its key, and one of \
them suffices.

Every answer carries an `X-Correlation-ID`: yours, or a new one. An error is an `ErrorResponse`. \
A resource that work is in progress on is answered when the work is done, at most 25 seconds \
later, to a client that sends `Prefer: wait=25`.\
"""
PATH_PARAMETERS: dict[str, tuple[Schema, str]] = {
    "id": (
        {"type": "string", "format": "uuid", "pattern": f"^{UUID.pattern}$"},
        "The id that the platform gave.",
    ),
    "key": ({"type": "string", "pattern": f"^{KEY.pattern}$"}, "The key that the user gave."),
    "projectKey": ({"type": "string", "minLength": 1}, "The key of a Project."),
    "clientId": ({"type": "string", "minLength": 1}, "The id of an API client."),
    "name": ({"type": "string", "minLength": 1}, "The name of a person."),
    "applicationName": ({"type": "string", "minLength": 1}, "The name of an application."),
    "project": ({"type": "string", "minLength": 1}, "The project that a topic is in."),
    "topic": ({"type": "string", "minLength": 1}, "The name of a topic."),
    "messageId": ({"type": "string", "pattern": "^[1-9][0-9]{0,18}$"}, "The id of a message."),
    "revision": (
        {"type": "integer", "minimum": 1, "maximum": 999_999_999},
        "The number of a revision.",
    ),
}
SECURITY_SCHEMES: dict[str, Schema] = {
    "oauth2": {
        "type": "oauth2",
        "description": "Client credentials of an API client.",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "/oauth/token",
                "scopes": {f"{one}:{{projectKey}}": one.replace("_", " ") for one in SCOPES},
            }
        },
    },
    "bearer": {"type": "http", "scheme": "bearer", "description": "An access token."},
    Access.API_CLIENT: {
        "type": "http",
        "scheme": "basic",
        "description": "The id and the secret of an API client.",
    },
    Access.PERSON: {
        "type": "http",
        "scheme": "basic",
        "description": "The name and the password of somebody whose role has one of the scopes.",
    },
}


class Endpoint(NamedTuple):
    """One operation at one address. ``parameters`` are the address's, in order."""

    path: str
    method: str
    parameters: tuple[str, ...]
    operation: Operation


def endpoints(routes: Iterable[BaseRoute]) -> Iterator[Endpoint]:
    """Every declared operation of these routes."""
    for route in routes:
        if isinstance(route, Resource):
            path = re.sub(r"\{(\w+)(:\w+)?\}", lambda found: f"{{{_camel(found[1])}}}", route.path)
            parameters = tuple(re.findall(r"\{(\w+)\}", path))
            for method, handler in route.handlers.items():
                if operation := declared(handler):
                    yield Endpoint(path, method.lower(), parameters, operation)


def document(routes: Iterable[BaseRoute]) -> Schema:
    """The whole description, ready to be encoded as JSON."""
    found = sorted(endpoints(routes), key=lambda one: list(TAGS).index(one.operation.tag))
    schemas = Schemas(_types(one.operation for one in found))
    paths: dict[str, Schema] = {}
    for one in found:
        paths.setdefault(one.path, {})[one.method] = _operation(one, schemas)
    errors = [error for one in found for error in _errors(one)]
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Connectory",
            "version": version("connectory"),
            "summary": "Register, publish and run commerce connectors.",
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": schemas.components | refusals.components(errors),
            "securitySchemes": SECURITY_SCHEMES,
        },
    }


def _types(operations: Iterable[Operation]) -> Iterator[Any]:
    for one in operations:
        shapes = (one.request, one.answer, *one.also.values())
        yield from (shape for shape in shapes if shape is not None)
        yield from (parameter.type for parameter in one.query)


def _errors(endpoint: Endpoint) -> refusals.Errors:
    return refusals.errors_of(endpoint.operation, endpoint.parameters)


def _operation(endpoint: Endpoint, schemas: Schemas) -> Schema:
    said = endpoint.operation
    return {
        "operationId": f"{said.id}ByKey" if "key" in endpoint.parameters else said.id,
        "summary": said.summary,
        **({"description": said.description} if said.description else {}),
        "tags": [said.tag],
        "security": _security(said),
        "parameters": [
            *map(_path_parameter, endpoint.parameters),
            *(_query_parameter(one, schemas) for one in said.query),
        ],
        **({"requestBody": _body(said, schemas)} if said.request else {}),
        "responses": {
            str(said.status): _answer(said, said.answer, schemas),
            **refusals.responses(_errors(endpoint)),
            # what it says itself wins: not every interface has our form of errors
            **{str(code): _answer(said, shape, schemas) for code, shape in said.also.items()},
        },
    }


def _security(said: Operation) -> list[Schema]:
    if said.access is Access.ANYONE:
        return []
    if said.access not in {Access.TOKEN, Access.PERSON}:
        return [{said.access: []}]
    needed = [[f"{scope}:{{projectKey}}"] for scope in said.scopes] or [[]]
    person: list[Schema] = [{said.access: []}] if said.access is Access.PERSON else []
    return [*({"oauth2": scopes} for scopes in needed), {"bearer": []}, *person]


def _path_parameter(name: str) -> Schema:
    schema, meaning = PATH_PARAMETERS[name]
    return {"name": name, "in": "path", "required": True, "description": meaning, "schema": schema}


def _query_parameter(one: Query, schemas: Schemas) -> Schema:
    default = {"default": one.default} if one.default is not None else {}
    schema = schemas.of(one.type) | default
    return {"name": one.name, "in": "query", "description": one.meaning, "schema": schema}


def _body(said: Operation, schemas: Schemas) -> Schema:
    content: Schema = {"schema": schemas.of(said.request)}
    if (example := EXAMPLES.get(said.request, UNSET)) is not UNSET:
        content["example"] = msgspec.to_builtins(example)
    return {"required": True, "content": {said.consumes: content}}


def _answer(said: Operation, shape: Any, schemas: Schemas) -> Schema:
    schema = {"schema": schemas.of(shape)} if shape else {}
    return {"description": said.summary, "content": {said.produces: schema}}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
