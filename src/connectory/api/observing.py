"""What is counted of every request."""

from functools import cache

from prometheus_client import Counter, Histogram
from starlette.types import Scope

REQUESTS = Counter("connectory_requests_total", "Requests to the API", ["method", "path", "status"])
SECONDS = Histogram(
    "connectory_request_seconds",
    "Time until the answer's head was sent; held requests count as long as they were held",
    ["method", "path"],
)


def observe(scope: Scope, status: int, seconds: float) -> None:
    """Count one answered request, under its address's pattern: never its ids."""
    requests, times = _series(scope["method"], scope.get("connectory.path", "unknown"), status)
    requests.inc()
    times.observe(seconds)


@cache
def _series(method: str, path: str, status: int) -> tuple[Counter, Histogram]:
    """Kept: looking them up costs more than counting. As many as there are series to read."""
    return REQUESTS.labels(method, path, status), SECONDS.labels(method, path)
