"""Merchant Center applications and assets: built, packed and served as static sites."""

from connectory.hosting.sites.model import SiteInterrupted, SitePlacement
from connectory.hosting.sites.serving import Site
from connectory.hosting.sites.sites import Sites

__all__ = ["Site", "SiteInterrupted", "SitePlacement", "Sites"]
