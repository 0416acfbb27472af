"""Who may find and use a Connector."""

from connectory.connectors.actions.action import Action, edited, require_private
from connectory.connectors.model import ConnectorStaged
from connectory.errors import FieldValueNotFoundError, InvalidJsonInputError
from connectory.events import ConnectorUnlisted, Event
from connectory.regions import ProjectIdentifier
from connectory.wire import replace


class AddPrivateProject(Action, tag="addPrivateProject"):
    private_project: ProjectIdentifier

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        require_private(staged)
        if self.private_project in staged.private_projects:
            return staged
        return edited(staged, private_projects=(*staged.private_projects, self.private_project))


class RemovePrivateProject(Action, tag="removePrivateProject"):
    private_project: ProjectIdentifier

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        require_private(staged)
        if self.private_project not in staged.private_projects:
            raise FieldValueNotFoundError("privateProjects", self.private_project)
        rest = tuple(one for one in staged.private_projects if one != self.private_project)
        return edited(staged, private_projects=rest)


class Unlist(Action, tag="unlist"):
    """Take a public Connector off the search (facts 14.1 row 9): it stays certified and public for
    those who know its id, and every Deployment of it goes on."""

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        if not is_listed(staged):
            raise InvalidJsonInputError(
                "The Connector is not listed: only one that is public (published with "
                "certification) and not yet unlisted can be unlisted."
            )
        return replace(staged, already_listed=False)

    def events(self, staged: ConnectorStaged) -> tuple[Event, ...]:
        return (ConnectorUnlisted(staged.id),)


def is_listed(staged: ConnectorStaged) -> bool:
    """Whether everyone finds the published Connector."""
    return staged.already_listed and not staged.private
