"""Which handler an address leads to."""

from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from connectory.api.app import api
from connectory.api.routing import Addresses, by_id_and_key, resource
from connectory.errors import EndpointNotFoundError


async def first(_request: Request) -> Response:
    return Response("first")


async def second(_request: Request) -> Response:
    return Response("second")


def found(addresses: Addresses, path: str, method: str = "GET") -> tuple[str, Any, dict[str, str]]:
    resource, values = addresses.find(path, method)
    return resource.path, resource.handler(method), values


def test_a_key_is_told_from_an_id() -> None:
    things = Addresses(by_id_and_key("/things", "/logs", GET=first))
    assert found(things, "/things/7/logs") == ("/things/{id}/logs", first, {"id": "7"})
    assert found(things, "/things/key=7/logs") == ("/things/key={key}/logs", first, {"key": "7"})


def test_where_several_fit_the_first_is_meant() -> None:
    things = Addresses(
        [resource("/{project}/things", GET=first), resource("/{id}/{x}", GET=second)]
    )
    assert found(things, "/demo/things")[1] is first
    assert found(things, "/demo/other")[1] is second


def test_one_that_knows_the_method_comes_before_one_that_does_not() -> None:
    things = Addresses([resource("/things", POST=first), resource("/{id}", GET=second)])
    assert found(things, "/things")[1] is second
    assert found(things, "/things", "POST")[1] is first


def test_a_wrong_method_names_the_right_ones_of_the_first() -> None:
    things = Addresses([resource("/things", GET=first, POST=first), resource("/{id}", GET=second)])
    path, handler, _ = found(things, "/things", "PUT")
    assert (path, handler, things.find(path, "PUT")[0].allowed) == (
        "/things",
        None,
        "GET, POST, HEAD",
    )


def test_head_is_answered_where_get_is() -> None:
    things = Addresses([resource("/things", GET=first), resource("/others", POST=first)])
    assert found(things, "/things", "HEAD")[1] is first
    assert found(things, "/others", "HEAD")[1] is None


@pytest.mark.parametrize(
    "path", ["", "/", "/thing", "/things/", "/things\n", "/thingsX", "//things"]
)
def test_what_is_not_an_address_is_not_found(path: str) -> None:
    with pytest.raises(EndpointNotFoundError):
        Addresses([resource("/things", GET=first)]).find(path, "GET")


def test_a_point_in_an_address_is_a_point() -> None:
    with pytest.raises(EndpointNotFoundError):
        Addresses([resource("/openapi.json", GET=first)]).find("/openapiXjson", "GET")


@pytest.mark.parametrize(
    ("path", "method", "leads_to"),
    [
        ("/connectors/deployments", "GET", "/{project_key}/deployments"),
        ("/connectors/drafts", "GET", "/connectors/drafts"),
        ("/connectors/drafts", "POST", "/connectors/drafts"),
        ("/connectors/drafts/7", "GET", "/connectors/drafts/{id}"),
        ("/connectors/search", "GET", "/connectors/search"),
        ("/connectors/key=search", "GET", "/connectors/key={key}"),
        ("/connectors/7", "GET", "/connectors/{id}"),
        ("/demo/deployments/key=7", "GET", "/{project_key}/deployments/key={key}"),
    ],
)
def test_every_address_of_the_api_leads_where_it_says(
    path: str, method: str, leads_to: str
) -> None:
    routes = api(None, lambda: True).routes  # type: ignore[arg-type]
    assert found(Addresses(routes), path, method)[0] == leads_to
