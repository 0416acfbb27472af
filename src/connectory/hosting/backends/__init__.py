"""Where applications run. A backend is finished when the promises suite passes over it."""

from connectory.hosting.backends.model import Backend, Door, Ended, Instance, Say
from connectory.hosting.backends.processes import Processes

__all__ = ["Backend", "Door", "Ended", "Instance", "Processes", "Say"]
