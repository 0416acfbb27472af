"""The way in: public addresses to running applications."""

from connectory.hosting.gateway.gateway import Gateway
from connectory.hosting.gateway.listeners import Listeners
from connectory.hosting.gateway.open_routes import OpenRoutes

__all__ = ["Gateway", "Listeners", "OpenRoutes"]
