"""What a Java application asks for: gradle.lockfile, and the direct dependencies of a pom.xml."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from connectory.publishing.checks.dependencies.lockfiles.model import (
    Importer,
    Lock,
    Package,
    Unreadable,
    Wish,
    bounded,
)

GRADLE = re.compile(r"^([^:#\s]+:[^:\s]+):([^=\s]+)=(\S+)$", re.MULTILINE)
PROPERTY = re.compile(r"^\$\{([^}]+)\}$")
LARGEST_POM = 2 << 20
NOT_SHIPPED = {"test", "provided"}


def read_gradle(data: bytes, _manifests: Mapping[str, Any]) -> Lock:
    """All packages, as if each were asked for directly: the file does not say by whom."""
    lines = GRADLE.findall(data.decode("utf-8", "replace"))
    bounded(len(lines))
    packages = {
        f"{name}:{version}": Package(
            name, version, "Maven", mark=f"{name}:{version}=", dev=_only_tests(configurations)
        )
        for name, version, configurations in lines
    }
    return Lock(packages, {"": _importer(packages)})


def read_maven(data: bytes, _manifests: Mapping[str, Any]) -> Lock:
    """The direct dependencies whose version stands in the file. Raises ``Unreadable``."""
    text = data.decode("utf-8", "replace")
    if len(data) > LARGEST_POM or "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Unreadable("it is larger than any pom.xml, or has a document type")
    try:
        # As text: what it says of its encoding could hide a document type.
        project = ET.fromstring(text)  # noqa: S314 - no document type, no entities
    except (ET.ParseError, RecursionError, ValueError) as problem:
        raise Unreadable(f"it is not valid XML: {problem}") from None
    for element in project.iter():
        element.tag = str(element.tag).rpartition("}")[2]
    properties = {one.tag: one.text or "" for one in project.findall("properties/*")}
    properties["project.version"] = project.findtext("version") or ""
    managed = dict(_versions(project, "dependencyManagement/dependencies/dependency", properties))
    asked = list(_versions(project, "dependencies/dependency", properties))
    scopes = [one.findtext("scope") or "" for one in project.findall("dependencies/dependency")]
    packages = {
        f"{name}:{version or managed.get(name, '')}": Package(
            name,
            version or managed.get(name, ""),
            "Maven",
            mark=f"<artifactId>{name.partition(':')[2]}</artifactId>",
            dev=scope in NOT_SHIPPED,
        )
        for (name, version), scope in zip(asked, scopes, strict=True)
    }
    known = {key: package for key, package in packages.items() if package.version}
    return Lock(known, {"": _importer(known)}, unknown=len(packages) - len(known))


def _versions(
    project: ET.Element, path: str, properties: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Name and version; the version is empty when another file has it."""
    for one in project.findall(path):
        group, artifact = one.findtext("groupId") or "", one.findtext("artifactId") or ""
        version = (one.findtext("version") or "").strip()
        match = PROPERTY.match(version)
        version = properties.get(match[1], "").strip() if match else version
        yield f"{group.strip()}:{artifact.strip()}", "" if "${" in version else version


def _only_tests(configurations: str) -> bool:
    return all(name.startswith("test") for name in configurations.split(","))


def _importer(packages: Mapping[str, Package]) -> Importer:
    wishes = [(Wish(one.name, "", key), one.dev) for key, one in packages.items()]
    return Importer(
        shipped=tuple(wish for wish, dev in wishes if not dev),
        dev=tuple(wish for wish, dev in wishes if dev),
    )
