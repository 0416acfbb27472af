"""A self-hosted, wire-compatible implementation of the commercetools Connect platform."""

__version__ = "0.1.0"
