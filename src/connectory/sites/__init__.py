"""Where the build of a static site put what is to be served."""

from connectory.sites.files import find, listing
from connectory.sites.output import LOOKED_FOR, PAGE

__all__ = ["LOOKED_FOR", "PAGE", "find", "listing"]
