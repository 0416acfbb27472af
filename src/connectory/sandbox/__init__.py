"""One runner that executes, streams, limits and isolates every outside program of a connector."""

from connectory.sandbox.model import (
    Command,
    Finished,
    Limits,
    Mount,
    Network,
    Outlet,
    SandboxSettings,
    SandboxUnavailable,
)
from connectory.sandbox.process import Process
from connectory.sandbox.runner import Sandbox

__all__ = [
    "Command",
    "Finished",
    "Limits",
    "Mount",
    "Network",
    "Outlet",
    "Process",
    "Sandbox",
    "SandboxSettings",
    "SandboxUnavailable",
]
