"""What an application is doing now."""

from enum import StrEnum


class ApplicationHaltedError(Exception):
    """Somebody halted the application while its start was awaited; nobody's fault."""


class Phase(StrEnum):
    """Each completes "The application ..."."""

    STARTING = "is starting"
    READY = "is running"
    WAITING = "has stopped and is started again shortly"
    ASLEEP = "is asleep"
    STOPPED = "is not running"
