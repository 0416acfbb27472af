"""``/marketplace``: what is listed, searched and filtered by the query of its address."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from connectory.connectors.model import IntegrationType
from connectory.console.calls import Call, located
from connectory.console.marketplace.caching import page
from connectory.console.visit import stranger
from connectory.regions import Region

API = "/platform/marketplace/connectors"
LIMIT = 24
ONE = ("text", "creator", "certified", "sort")
SEVERAL = ("integrationTypes", "region")
TYPES = {
    IntegrationType.TAX: "Tax",
    IntegrationType.MARKETPLACE: "Marketplace",
    IntegrationType.OMS: "Order management",
    IntegrationType.PSP: "Payment",
    IntegrationType.PIM: "Product information",
    IntegrationType.PROMOTION: "Promotion",
    IntegrationType.SEARCH: "Search",
    IntegrationType.ERP: "Enterprise resources",
    IntegrationType.CRM: "Customer relations",
    IntegrationType.EMAIL: "E-mail",
    IntegrationType.ANALYTICS: "Analytics",
    IntegrationType.SHIPPING: "Shipping",
    IntegrationType.GIFTCARD: "Gift cards",
    IntegrationType.OTHER: "Other",
}
SORTS = (("", "Best match"), ("newest", "Newest"), ("name", "Name"))


async def show(request: Request) -> Response:
    asked = asked_for(request.query_params.multi_items())
    offset = request.query_params.get("offset", "")
    call = Call("GET", located(API, {**asked, "limit": LIMIT, "offset": offset}))
    found = await stranger(request).get(call.path)
    return await page(
        request, "marketplace/search.html", page=found, asked=asked, call=call,
        filtered=any(asked[one] for one in asked if one != "sort"),
        types=TYPES, sorts=SORTS, regions=tuple(Region),
    )  # fmt: skip


def asked_for(given: list[tuple[str, str]]) -> Mapping[str, Any]:
    """The filters of an address: unknown names are nobody's, empty ones ask for nothing."""
    one = {name: _last(given, name).strip() for name in ONE}
    return one | {name: tuple(v for n, v in given if n == name and v) for name in SEVERAL}


def _last(given: list[tuple[str, str]], name: str) -> str:
    return next((value for key, value in reversed(given) if key == name), "")
