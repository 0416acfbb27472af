"""What a ConnectorReference means for one Project: visible, previewable, allowed."""

from sqlalchemy import Connection

from connectory.auth import Project
from connectory.connectors import store
from connectory.connectors.model import IsPreviewable
from connectory.connectors.store import StoredStaged
from connectory.deployments.errors import (
    ConnectorReferenceNotFoundError,
    ConnectorStagedNotPreviewableError,
)
from connectory.deployments.model import (
    ConnectorReference,
    Deployable,
    from_connector,
    from_staged,
)
from connectory.errors import (
    AuthorizationError,
    InvalidJsonInputError,
    ResourceNotFoundError,
)


def resolve(connection: Connection, reference: ConnectorReference, project: Project) -> Deployable:
    """The Connector version or draft that is meant, with what was built of it.

    Raises ``ConnectorReferenceNotFoundError`` for what does not exist or is not open to the
    Project, ``ConnectorStagedNotPreviewableError``, and ``AuthorizationError`` for a draft whose
    ``privateProjects`` does not name the Project (facts 1.5).
    """
    if not reference.id and not reference.key:
        raise InvalidJsonInputError("connector needs an id or a key.")
    if reference.staged:
        return _draft(connection, reference, project)
    return _published(connection, reference, project)


def _published(
    connection: Connection, reference: ConnectorReference, project: Project
) -> Deployable:
    found = store.connector_with(
        connection, id=reference.id, key=reference.key, version=reference.version
    )
    if (
        found is None
        or (reference.key and found.connector.key != reference.key)
        or (
            found.connector.private
            and not store.may_use(connection, project, found.organization_id, found.connector.id)
        )
    ):
        raise _not_found(reference)
    return from_connector(found.connector, found.build)


def _draft(connection: Connection, reference: ConnectorReference, project: Project) -> Deployable:
    stored = _stored_draft(connection, reference)
    staged = stored.staged
    # the version moves with every report entry: an older one still means this draft
    if (reference.version or 0) > staged.version or (
        stored.organization_id != project.organization_id
        and not store.is_listed(connection, project, staged.id)
    ):
        raise _not_found(reference)
    if not store.is_listed(connection, project, staged.id):
        raise AuthorizationError
    if staged.is_previewable is not IsPreviewable.TRUE or stored.preview is None:
        raise ConnectorStagedNotPreviewableError(staged.id, staged.key, staged.version)
    return from_staged(staged, stored.preview)


def _stored_draft(connection: Connection, reference: ConnectorReference) -> StoredStaged:
    try:
        if reference.id:
            stored = store.staged_with_id(connection, reference.id)
        else:
            stored = store.staged_with_key(connection, str(reference.key))
    except ResourceNotFoundError:
        raise _not_found(reference) from None
    if reference.key and stored.staged.key != reference.key:
        raise _not_found(reference)
    return stored


def _not_found(reference: ConnectorReference) -> ConnectorReferenceNotFoundError:
    return ConnectorReferenceNotFoundError(str(reference.id or reference.key), reference.version)
