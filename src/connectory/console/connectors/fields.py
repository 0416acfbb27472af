"""The fields a draft is described with (facts 9.2), and the body that they make. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from connectory.auth import Project
from connectory.connectors.model import IntegrationType
from connectory.console.visit import Form
from connectory.regions import Region

Problems = dict[str, tuple[str, ...]]
"""What is wrong, by the name of the field; of the whole form under the empty name."""

REGIONS: Final = tuple(one.value for one in Region)
NAMES: Final = {"oms": "OMS", "psp": "Payment (PSP)", "pim": "PIM", "erp": "ERP", "crm": "CRM"}
INTEGRATIONS: Final = tuple(one.value for one in IntegrationType)
LABELS: Final = {
    "email": "Contact email",
    "title": "Title",
    "creatorName": "Contact name",
    "company": "Company name",
    "contributors": "Number of developers",
    "supportUrl": "Support URL",
    "logoUrl": "Logo URL",
    "name": "Name",
    "description": "Description",
    "url": "Repository URL",
    "tag": "Repository tag",
    "key": "Connector key",
    "integrationTypes": "Integration types",
    "regions": "Supported regions",
    "documentationUrl": "Documentation URL",
    "primaryProject": "Primary project",
    "audience": "Supported projects",
    "projects": "Supported projects",
}
STEPS: Final = {
    "creator": ("email", "title", "creatorName", "company", "contributors", "supportUrl",
                "logoUrl"),
    "connector": ("name", "description", "url", "tag", "key", "integrationTypes", "regions",
                  "documentationUrl"),
    "project": ("primaryProject", "audience", "projects"),
}  # fmt: skip
TITLES: Final = {
    "creator": "Creator Details",
    "connector": "Connector Details",
    "project": "Project Details",
}
CREATOR: Final = {
    "email": "email",
    "title": "title",
    "creatorName": "name",
    "company": "company",
    "contributors": "noOfContributors",
    "supportUrl": "supportUrl",
    "logoUrl": "logoUrl",
}
"""Form field to the field of ``creator``."""
REQUIRED: Final = frozenset({"email", "name", "url", "tag"})

_PATTERNS: Final = {
    "email": (r"[^\s@]+@[^\s@]+\.[^\s@]+", "Write an e-mail address, such as ada@example.org."),
    "key": (r"[A-Za-z0-9_-]{2,256}", "A key has 2 to 256 letters, digits, '_' or '-'."),
    "contributors": (r"[1-9][0-9]{0,8}", "Write a whole number from 1 on."),
    "documentationUrl": (r"https?://\S+", "Write an address that begins with https://."),
    "supportUrl": (r"https?://\S+", "Write an address that begins with https://."),
    "logoUrl": (r"https?://\S+", "Write an address that begins with https://."),
}


def choices() -> dict[str, Any]:
    """What the templates of a draft's form offer to choose from: pairs of value and label."""
    return {
        "labels": LABELS,
        "regions": [(one, one) for one in REGIONS],
        "integrations": [(one, NAMES.get(one, one.capitalize())) for one in INTEGRATIONS],
    }


def missing(form: Form, names: Iterable[str]) -> Problems:
    """What can be told before anybody is asked; the API has the last word."""
    found = Problems()
    for name in names:
        value = form.text(name).strip()
        pattern, said = _PATTERNS.get(name, (r"[\s\S]*", ""))
        if not value and name in REQUIRED:
            found[name] = (f"{LABELS[name]} is needed.",)
        elif value and not re.fullmatch(pattern, value):
            found[name] = (said,)
    return found


def body(form: Form, projects: Iterable[Project]) -> dict[str, Any]:
    """The ConnectorStagedDraft that the filled-in form describes; what is empty is left out."""
    given = {name: unbroken(form.text(name)).strip() for name in LABELS}
    optional = {
        "key": given["key"],
        "description": given["description"],
        "integrationTypes": list(form.all("integrationTypes")),
        "supportedRegions": list(form.all("regions")),
        "privateProjects": list(supported(form, projects)),
        "documentationUrl": given["documentationUrl"],
    }
    return {
        "name": given["name"],
        "creator": _creator(given),
        "repository": {"url": given["url"], "tag": given["tag"]},
        **{name: value for name, value in optional.items() if value},
    }


def supported(form: Form, projects: Iterable[Project]) -> tuple[str, ...]:
    """The Projects that may use it, as ``privateProjects`` names them."""
    if form.text("audience", "all") == "all":
        return tuple(one.identifier for one in projects)
    return form.all("projects")


def unbroken(text: str) -> str:
    """With line ends as everywhere else: browsers send those of a network protocol."""
    return text.replace("\r\n", "\n")


def number(text: str) -> int | str:
    """A number where it is one; the API says what is wrong with anything else."""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else text


def _creator(given: Mapping[str, str]) -> dict[str, Any]:
    return {
        wire: number(given[name]) if name == "contributors" else given[name]
        for name, wire in CREATOR.items()
        if given[name]
    }
