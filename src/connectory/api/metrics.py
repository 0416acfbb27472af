"""``/metrics`` in Prometheus' text format: requests, runs, the process itself."""

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from prometheus_client.core import GaugeMetricFamily
from starlette.requests import Request
from starlette.responses import Response

from connectory.api.context import context
from connectory.api.openapi import Access, Operation
from connectory.api.routing import resource
from connectory.durable.runs import count_runs


@Operation(
    "getMetrics",
    "Counters of requests and runs, for Prometheus",
    tag="Platform",
    access=Access.ANYONE,
    produces="text/plain",
)
async def metrics(request: Request) -> Response:
    runs = GaugeMetricFamily("connectory_runs", "Runs by kind and state", labels=["kind", "state"])
    for kind, state, number in await context(request).database.read(count_runs):
        runs.add_metric([kind, state], number)
    text = generate_latest(REGISTRY) + generate_latest(_One(runs))
    return Response(text, headers={"content-type": CONTENT_TYPE_LATEST})


class _One:
    """A registry of one family, read for this answer only."""

    def __init__(self, family: GaugeMetricFamily) -> None:
        self._family = family

    def collect(self) -> list[GaugeMetricFamily]:
        return [self._family]


ROUTES = [resource("/metrics", GET=metrics)]
