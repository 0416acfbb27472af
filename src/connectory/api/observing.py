"""What is counted of every request."""

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
    path = str(scope.get("connectory.path", "unknown"))
    REQUESTS.labels(scope["method"], path, status).inc()
    SECONDS.labels(scope["method"], path).observe(seconds)
