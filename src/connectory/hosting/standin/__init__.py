"""A stand-in for the commerce API: programs of a Project reach it at the real hosts' names."""

from connectory.hosting.standin.stand_ins import StandIns
from connectory.hosting.standin.surroundings import NOTHING, Surroundings

__all__ = ["NOTHING", "StandIns", "Surroundings"]
