"""What Merchant Center customizations must and must not configure."""

from collections.abc import Iterable

from connectory.specification.agreements import entries_of
from connectory.specification.nodes import Mapping, Node, child, is_true, items, text
from connectory.specification.shapes import Agreement, Finding

CUSTOM_APPLICATION = "merchant-center-custom-application"
CUSTOM_APPLICATION_ALIAS = "mc-app"
CUSTOM_VIEW = "merchant-center-custom-view"

_CALLED = {
    CUSTOM_APPLICATION: "custom application",
    CUSTOM_APPLICATION_ALIAS: "custom application",
    CUSTOM_VIEW: "custom view",
}


def must_have(whose: str, *keys: str) -> Agreement:
    """Each key is in `standardConfiguration`, with `required: true`."""

    def findings(application: Mapping) -> Iterable[Finding]:
        standard = _standard(application)
        for key in keys:
            entry = next((entry for entry in standard if _key(entry) == key), None)
            if not is_true(child(entry, "required")):
                hint = f"Add {key} to standardConfiguration, with 'required: true'."
                place = (entry or application).place
                yield Finding(f"{whose} must have {key}", place, hint=hint)

    listed = ", ".join(f"`{key}`" for key in keys)
    return Agreement(f"`standardConfiguration` has {listed}, with `required: true`.", findings)


def _standard(application: Node) -> list[Node]:
    return items(child(application, "configuration", "standardConfiguration"))


def _key(entry: Node) -> str:
    return text(child(entry, "key"))


def _customizations(root: Mapping) -> Iterable[tuple[Node, str]]:
    for application in items(child(root, "deployAs")):
        called = _CALLED.get(text(child(application, "applicationType")))
        if called is not None:
            yield application, called


def _cloud_identifier(root: Mapping) -> Iterable[Finding]:
    inherited = entries_of(child(root, "inheritAs", "configuration"))
    if any(_is_cloud(entry) and is_true(child(entry, "required")) for entry in inherited):
        return
    for application, _ in _customizations(root):
        if not any(_is_cloud(entry) and _has_value(entry) for entry in _standard(application)):
            name = text(child(application, "name"))
            message = f"Application {name} is missing CLOUD_IDENTIFIER configuration."
            yield Finding(message, application.place, hint=_CLOUD_HINT)


def _is_cloud(entry: Node) -> bool:
    return _key(entry) == "CLOUD_IDENTIFIER"


def _has_value(entry: Node) -> bool:
    return is_true(child(entry, "required")) or text(child(entry, "default")) != ""


def _nothing_secured(root: Mapping) -> Iterable[Finding]:
    for application, called in _customizations(root):
        secured = child(application, "configuration", "securedConfiguration")
        if secured is not None and items(secured):
            message = f"Secured configuration is not allowed in merchant center {called}."
            yield Finding(message, secured.place, hint=_SECURED_HINT)


_CLOUD_HINT = (
    "Add CLOUD_IDENTIFIER with 'required: true' to its standardConfiguration, or to that of "
    "inheritAs."
)
_SECURED_HINT = "It runs in the browser of its users, where nothing stays secret."

CLOUD_IDENTIFIER = Agreement(
    "For each Merchant Center application and view, `CLOUD_IDENTIFIER` is in `inheritAs` with "
    "`required: true`, or in its own `standardConfiguration` with `required: true` or a default.",
    _cloud_identifier,
)
NOTHING_SECURED = Agreement(
    "No secured configuration for Merchant Center applications and views.", _nothing_secured
)
