"""How many instances an application should have now. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from connectory.hosting.placement import Placement
from connectory.settings import Settings
from connectory.specification import ApplicationType

PATIENCE = 1.0
"""Seconds for which a crowd must last before another instance is begun."""
SPARE = 60.0
"""Seconds for which an instance must have been more than needed before it goes."""
JOB_REQUEST = 1800.0
"""Seconds one run of a job may take (facts 4.4)."""


class Step(StrEnum):
    STAY = "stay"
    SLEEP = "sleep"
    GROW = "grow"
    SHRINK = "shrink"


@dataclass(frozen=True)
class Bounds:
    """``idle``: seconds after which it may sleep, 0 for never. ``concurrency``: requests at the
    same time that one instance is thought to bear. ``most``: instances. ``drain``: seconds an
    instance that is to go has for what it is answering."""

    idle: float = 0.0
    concurrency: int = 80
    most: int = 1
    drain: float = 300.0


@dataclass(frozen=True)
class Load:
    """What is asked of one application. ``instances`` counts also those that are starting."""

    instances: int
    starting: int
    held: int
    idle: float
    """Seconds since anybody called."""
    crowded: float
    """Seconds for which its instances have had more to do than they are thought to bear."""
    spare: float
    """Seconds for which one instance fewer would have done."""


def bounds(placement: Placement, settings: Settings) -> Bounds:
    """A job's runs must not meet beside each other in two instances."""
    job = placement.kind is ApplicationType.JOB
    return Bounds(
        idle=settings.idle_timeout if placement.sleeps else 0.0,
        concurrency=settings.instance_concurrency,
        most=1 if job else settings.most_instances,
        drain=settings.drain_timeout or (JOB_REQUEST if job else settings.request_timeout),
    )


def next_step(load: Load, allowed: Bounds) -> Step:
    if not load.instances or load.starting:
        return Step.STAY
    if allowed.idle and not load.held and load.idle >= allowed.idle:
        return Step.SLEEP
    if load.crowded >= PATIENCE and load.instances < allowed.most:
        return Step.GROW
    if load.instances > 1 and load.spare >= SPARE:
        return Step.SHRINK
    return Step.STAY


def is_crowded(instances: int, held: int, allowed: Bounds) -> bool:
    return held > instances * allowed.concurrency


def is_spare(instances: int, held: int, allowed: Bounds) -> bool:
    """Half of what the others bear: or it would come and go."""
    return instances > 1 and held <= (instances - 1) * allowed.concurrency / 2
