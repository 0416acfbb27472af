"""SLSA provenance v1: from which commit, by which tools, an artifact was built.

https://slsa.dev/spec/v1.0/provenance. No times and no run: the same build of the same commit gives
the same bytes, so a step may run twice.
"""

from dataclasses import dataclass

import msgspec

from connectory.attestations.statement import Resource, Statement, sha256, stated
from connectory.wire import Wire

PROVENANCE = "https://slsa.dev/provenance/v1"
BUILD = "https://connectory.dev/build/v1"
BUILDER = "https://connectory.dev/builder/v1"
SBOM_MEDIA = "application/vnd.cyclonedx+json"


@dataclass(frozen=True)
class Built:
    """What is known of one build. ``tools`` are names and versions such as ``npm 10.8.2``;
    ``parameters`` what else had a say in it: the registry, the platform."""

    artifact: str
    application: str
    type: str
    repository: str
    tag: str
    commit: str
    tree: str
    tools: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]
    version: str
    """The version of Connectory."""


class Asked(Wire):
    """SLSA's externalParameters: what whoever asked for the build chose."""

    repository: str
    tag: str
    application: str
    type: str


class Definition(Wire):
    build_type: str
    external_parameters: Asked
    internal_parameters: dict[str, str] = msgspec.field(default_factory=dict)
    resolved_dependencies: tuple[Resource, ...]


class Builder(Wire):
    id: str
    version: dict[str, str] = msgspec.field(default_factory=dict)


class Details(Wire):
    builder: Builder
    byproducts: tuple[Resource, ...] = ()


class Provenance(Wire):
    """The predicate of ``PROVENANCE``."""

    build_definition: Definition
    run_details: Details

    @property
    def commit(self) -> str:
        """The commit that was built; empty when it does not say."""
        found = [one.digest["gitCommit"] for one in self.build_definition.resolved_dependencies
                 if "gitCommit" in one.digest]  # fmt: skip
        return found[0] if len(found) == 1 else ""

    @property
    def sbom(self) -> str:
        """The digest of the bill of materials made with it; empty when there is none."""
        found = [one.digest.get("sha256", "") for one in self.run_details.byproducts
                 if one.media_type == SBOM_MEDIA]  # fmt: skip
        return f"sha256:{found[0]}" if len(found) == 1 else ""


Proven = Statement[Provenance]


def proven(built: Built, sbom: str) -> Proven:
    """The statement about one build; ``sbom`` is the digest of its bill of materials."""
    subject = (Resource(name=built.application, digest=sha256(built.artifact)),)
    predicate = Provenance(build_definition=_definition(built), run_details=_details(built, sbom))
    return stated(PROVENANCE, subject, predicate)


def _definition(built: Built) -> Definition:
    asked = Asked(
        repository=built.repository,
        tag=built.tag,
        application=built.application,
        type=built.type,
    )
    return Definition(
        build_type=BUILD,
        external_parameters=asked,
        internal_parameters=dict(sorted(built.parameters)),
        resolved_dependencies=(_source(built), *(_tool(one) for one in sorted(set(built.tools)))),
    )


def _source(built: Built) -> Resource:
    digests = {"gitCommit": built.commit} | ({"gitTree": built.tree} if built.tree else {})
    return Resource(uri=f"git+{built.repository}@refs/tags/{built.tag}", digest=digests)


def _tool(named: str) -> Resource:
    name, _, version = named.partition(" ")
    return Resource(name=name, annotations={"version": version})


def _details(built: Built, sbom: str) -> Details:
    materials = Resource(name="sbom", digest=sha256(sbom), media_type=SBOM_MEDIA)
    builder = Builder(id=BUILDER, version={"connectory": built.version})
    return Details(builder=builder, byproducts=(materials,))


def same_source(predicate: Provenance, repository: str, commit: str) -> bool:
    """``repository`` may be empty: a commit's name alone tells its content."""
    asked = predicate.build_definition.external_parameters
    return repository in {"", asked.repository} and predicate.commit == commit
