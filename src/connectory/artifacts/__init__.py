"""Built connectors as immutable, reproducible OCI images, and the dependencies they share."""

from connectory.artifacts.dependencies import DependencyStore
from connectory.artifacts.model import (
    Artifact,
    ArtifactDamaged,
    ArtifactMissing,
    ArtifactRefused,
    ImageConfig,
    Layer,
)
from connectory.artifacts.store import ArtifactStore

__all__ = [
    "Artifact",
    "ArtifactDamaged",
    "ArtifactMissing",
    "ArtifactRefused",
    "ArtifactStore",
    "DependencyStore",
    "ImageConfig",
    "Layer",
]
