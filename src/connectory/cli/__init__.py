"""The ``connectory`` command."""

from connectory.cli.app import main

__all__ = ["main"]
