"""A tag that has moved since the draft was saved (facts 1.7: tags are mutable input)."""

from msgspec.structs import replace

from connectory.connectors.model import ConnectorStaged, source
from connectory.specification import Specification


def reread(staged: ConnectorStaged, commit: str, specification: Specification) -> ConnectorStaged:
    """The draft with what connect.yaml says at the commit that is really built."""
    said = source(commit, specification)
    return replace(  # type: ignore[type-var]  # mypy loses the base class across packages
        staged,
        version=staged.version + 1,
        configurations=said.configurations,
        global_configuration=said.global_configuration,
        api_client=said.api_client,
    )
