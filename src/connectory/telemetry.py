"""What the platform writes about itself: one JSON object a line, on standard error."""

import logging
import sys
from contextvars import ContextVar
from typing import Any

import structlog

CORRELATION: ContextVar[str | None] = ContextVar("correlation", default=None)
"""The correlation id of the request that is being answered; every line written meanwhile has it."""


def configure_logging(level: str) -> None:
    """Everything from ``level`` up, ours and the libraries', in the same form."""
    number = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=max(number, logging.WARNING), stream=sys.stderr, format="%(message)s")
    structlog.configure(
        processors=[
            _with_correlation,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            _without_locals,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _with_correlation(_logger: Any, _name: str, event: Any) -> Any:
    if correlation := CORRELATION.get():
        event["correlation"] = correlation
    return event


def _without_locals(_logger: Any, _name: str, event: Any) -> Any:
    """Tracebacks keep their frames, never the values in them: those may be secrets."""
    for exception in event.get("exception", ()) if isinstance(event.get("exception"), list) else ():
        for frame in exception.get("frames", ()):
            frame.pop("locals", None)
    return event
