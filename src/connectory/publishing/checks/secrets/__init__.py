"""Secrets in the files of a commit and in what led to it."""

from connectory.publishing.checks.secrets.check import IN_HISTORY, IN_TREE, Secrets
from connectory.publishing.checks.secrets.engine import ScannerFailed, warm

__all__ = ["IN_HISTORY", "IN_TREE", "ScannerFailed", "Secrets", "warm"]
