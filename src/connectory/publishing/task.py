"""One application in one run, with the tools it is built with."""

from dataclasses import dataclass

from connectory.durable import Rejected, Run
from connectory.publishing.content import Folder, Subject
from connectory.publishing.context import Publishing
from connectory.publishing.model import Plan
from connectory.publishing.workspace import RunFolder, Workspace
from connectory.toolchains import Node, PackageManager, Toolchains, UnsupportedVersion
from connectory.toolchains.managers import Kind, Manager


@dataclass(frozen=True)
class Tools:
    """``npm`` is always there: it runs the install scripts, whichever manager installed."""

    node: Node
    npm: PackageManager
    others: tuple[PackageManager, ...]
    """The manager of each of the subject's folders, in their order."""

    def of(self, subject: Subject, folder: Folder) -> PackageManager:
        return self.others[subject.folders.index(folder)]

    @property
    def names(self) -> tuple[str, ...]:
        managers = (self.npm, *self.others)
        return (f"node {self.node.version}", *(f"{one.name} {one.version}" for one in managers))


@dataclass(frozen=True)
class Task:
    """What the steps of one application are given."""

    publishing: Publishing
    run: Run
    plan: Plan
    owner: str
    subject: Subject
    tools: Tools

    @property
    def name(self) -> str:
        return self.subject.application.name

    @property
    def folder(self) -> RunFolder:
        return self.publishing.folder(self.run.id)

    @property
    def workspace(self) -> Workspace:
        return self.folder.workspace(self.name)


async def gather_tools(toolchains: Toolchains, subject: Subject) -> Tools:
    """Raises ``Rejected`` for versions that do not exist; other failures are the platform's."""
    try:
        node = await toolchains.node(subject.package.node)
        npm = await toolchains.npm(node)
        others = [await manager_of(toolchains, one.manager, npm) for one in subject.folders]
    except UnsupportedVersion as unsupported:
        raise Rejected(
            str(unsupported),
            fix=f"Change engines.node or packageManager in {subject.application.name}/package.json"
            " to a version that exists.",
        ) from None
    return Tools(node, npm, tuple(others))


async def manager_of(
    toolchains: Toolchains, manager: Manager, npm: PackageManager
) -> PackageManager:
    """The program of a package manager; ``npm`` is the one that fits the Node.js in use."""
    if manager.kind is Kind.NPM:
        return npm
    if manager.kind is Kind.PNPM:
        return await toolchains.pnpm(manager.version)
    return await toolchains.yarn(manager.version)
