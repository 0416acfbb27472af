"""Answering requests for the files of a site."""

from connectory.hosting.sites.serving.index import Index, read_index
from connectory.hosting.sites.serving.site import Site

__all__ = ["Index", "Site", "read_index"]
