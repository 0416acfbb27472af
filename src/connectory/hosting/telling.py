"""What is written into an application's log about its ends and starts, and of what it says."""

import structlog

from connectory.durable import Rejected
from connectory.hosting.lines import Severity
from connectory.hosting.logbook import LogBook, Source
from connectory.hosting.placement import Placement
from connectory.hosting.restarts import Pace, Restarts

log = structlog.get_logger()


class Telling:
    """The log of one application, for who keeps it."""

    def __init__(self, placement: Placement, logbook: LogBook) -> None:
        self._placement = placement
        self._logbook = logbook
        self._source = Source(placement.deployment_id, placement.application_name)

    def line(self, stream: str, line: str) -> None:
        """What the application says."""
        self._logbook.line(self._source, stream, line)

    def masked(self, text: str) -> str:
        """Without the secrets of its Deployment."""
        return self._logbook.masking(self._placement.deployment_id).masked(text)

    def ended(self, trouble: str, before: Restarts, now: Restarts, pace: Pace) -> None:
        """One more end; ``trouble`` completes "The application ..."."""
        self._note(f"The application {trouble}. It is started again in {now.delay:g} s.")
        if now.looping and not before.looping:
            self._note(
                f"The application keeps ending: {pace.loop_ends} times within "
                f"{pace.loop_window / 60:g} minutes. It is still started again, after "
                f"{pace.longest_delay:g} s at most each time."
            )

    def steady(self) -> None:
        """A crash loop is over."""
        self._note("The application runs steadily again.", Severity.INFO)

    def _note(self, message: str, severity: Severity = Severity.ERROR) -> None:
        name = self._placement.application_id
        log.warning("application.restarts", application=name, reason=self.masked(message))
        self._logbook.note(self._source, message, severity)


def cause(failure: Exception) -> str:
    """Completes "The application ...": ours and the connector's failures in their own words."""
    if isinstance(failure, Rejected):
        return f"could not be started: {failure.cause}"
    log.error("application.not_started", exc_info=failure)
    return "could not be started because the platform failed"
