"""From a Git tag to a published Connector: the pipelines of preview and publish."""

from connectory.publishing.context import Publishing
from connectory.publishing.pipelines import workflows

__all__ = ["Publishing", "workflows"]
