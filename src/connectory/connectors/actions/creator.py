"""Who made a Connector. An empty text clears what is optional."""

from typing import Annotated, Any

from msgspec import Meta

from connectory.connectors.actions.action import Action, edited
from connectory.connectors.model import ConnectorStaged, Email
from connectory.wire import replace


def _with(staged: ConnectorStaged, **changes: Any) -> ConnectorStaged:
    return edited(staged, creator=replace(staged.creator, **changes))


class SetCreatorName(Action, tag="setCreatorName"):
    creator_name: str

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        return _with(staged, name=self.creator_name or None)


class SetCreatorTitle(Action, tag="setCreatorTitle"):
    creator_title: str

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        return _with(staged, title=self.creator_title or None)


class SetCreatorEmail(Action, tag="setCreatorEmail"):
    creator_email: Email

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        return _with(staged, email=self.creator_email)


class SetCreatorCompany(Action, tag="setCreatorCompany"):
    creator_company: str

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        return _with(staged, company=self.creator_company or None)


class SetCreatorLogo(Action, tag="setCreatorLogo"):
    logo_url: str

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        return _with(staged, logo_url=self.logo_url or None)


class SetCreatorNoOfContributors(Action, tag="setCreatorNoOfContributors"):
    creator_no_of_contributors: Annotated[int, Meta(ge=1, le=2**31 - 1)]

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        return _with(staged, no_of_contributors=self.creator_no_of_contributors)


class SetCreatorSupportUrl(Action, tag="setCreatorSupportUrl"):
    creator_support_url: str

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        return _with(staged, support_url=self.creator_support_url or None)
