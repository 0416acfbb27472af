"""The ``connectory`` command."""

import gc

# starting makes many objects and little garbage: looking for it costs a tenth of the time
gc.disable()

from connectory.cli.app import main  # noqa: E402

__all__ = ["main"]
