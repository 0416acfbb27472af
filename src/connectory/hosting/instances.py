"""What is to be seen of running applications: their phase, instances, health and restarts."""

from connectory.wire import Wire


class InstanceState(Wire):
    """One instance. ``since``: when it came into its ``phase`` (a sentence's end, as in "is
    running"). ``health``: how its declared health check was answered last; None without one, and
    before the first. ``lastFailure`` completes "The application ...". ``requests``: under way."""

    phase: str
    since: str
    healthy: bool | None = None
    health: str | None = None
    restarts: int
    crash_loop: bool
    last_failure: str | None = None
    requests: int


class ApplicationState(Wire):
    """One application of a Deployment. ``asleep``: nobody calls it; the next call wakes it.
    ``crashLoop``: an instance ends again and again. ``draining``: instances of versions before
    that still answer what they had begun to."""

    application_name: str
    phase: str
    asleep: bool
    crash_loop: bool
    draining: int
    instances: tuple[InstanceState, ...] = ()


def not_running(application_name: str) -> ApplicationState:
    """Of an application that nothing keeps: not deployed yet, failed, or no program at all."""
    return ApplicationState(
        application_name=application_name,
        phase="is not running",
        asleep=False,
        crash_loop=False,
        draining=0,
    )
