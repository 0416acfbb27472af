"""What the platform writes about itself: one JSON object a line, on standard error."""

import logging
import sys
from typing import Any

import structlog


def configure_logging(level: str) -> None:
    """Everything from ``level`` up, ours and the libraries', in the same form."""
    number = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=max(number, logging.WARNING), stream=sys.stderr, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
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


def _without_locals(_logger: Any, _name: str, event: Any) -> Any:
    """Tracebacks keep their frames, never the values in them: those may be secrets."""
    for exception in event.get("exception", ()) if isinstance(event.get("exception"), list) else ():
        for frame in exception.get("frames", ()):
            frame.pop("locals", None)
    return event
