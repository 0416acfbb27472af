"""A real ``connectory up``, the one that the durability suite kills."""

from tests.durability.conftest import platform

__all__ = ["platform"]
