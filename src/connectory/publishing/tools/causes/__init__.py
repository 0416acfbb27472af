"""Failures that are known by what programs say, in the order in which they are looked for."""

from connectory.publishing.tools.causes.compiling import COMPILING
from connectory.publishing.tools.causes.installing import INSTALLING
from connectory.publishing.tools.causes.model import Cause
from connectory.publishing.tools.causes.running import RUNNING
from connectory.publishing.tools.causes.testing import TESTING

KNOWN = (*INSTALLING, *TESTING, *COMPILING, *RUNNING)

__all__ = ["KNOWN", "Cause"]
