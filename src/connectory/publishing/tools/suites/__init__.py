"""What the output of a test runner says: which tests failed, with which message, and where."""

from connectory.publishing.tools.suites.model import Failed, Reading
from connectory.publishing.tools.suites.reading import read

__all__ = ["Failed", "Reading", "read"]
