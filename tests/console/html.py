"""A page as a person without JavaScript has it: what it says, its links, its forms."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple

VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "path",
        "rect",
        "source",
        "track",
        "wbr",
    ]
)
UNSEEN = frozenset({"script", "style", "title", "template"})


class Element:
    """An element with what is in it; a ``str`` child is text."""

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[Element | str] = []

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def find_all(self, *tags: str, **attributes: str) -> "Iterator[Element]":
        """Everything below with one of these tags; ``class_`` is one class of several."""
        for child in self.children:
            if isinstance(child, Element):
                if (not tags or child.tag in tags) and child._has(attributes):
                    yield child
                yield from child.find_all(*tags, **attributes)

    def find(self, *tags: str, **attributes: str) -> "Element":
        """The first of them; an ``AssertionError`` says what is missing."""
        found = next(self.find_all(*tags, **attributes), None)
        assert found is not None, f"no {tags} {attributes} in: {self.text[:2000]}"
        return found

    @property
    def text(self) -> str:
        """What a person reads, with single spaces."""
        return " ".join(" ".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in UNSEEN:
                yield from child._texts()

    def _has(self, attributes: dict[str, str]) -> bool:
        return all(
            value in self.get("class").split() if name == "class_" else self.get(name) == value
            for name, value in attributes.items()
        )


class Control(NamedTuple):
    """What a form would send for one field."""

    name: str
    value: str


class Form:
    """A form of a page: where it goes and what it holds."""

    def __init__(self, element: Element) -> None:
        self.element = element
        self.action = element.get("action")
        self.method = element.get("method", "get").upper()

    @property
    def controls(self) -> list[Control]:
        return [one for field in self.element.find_all() for one in _controls(field)]

    @property
    def names(self) -> set[str]:
        fields = self.element.find_all("input", "select", "textarea", "button")
        return {one.get("name") for one in fields if one.get("name")}

    @property
    def button(self) -> str:
        return next((one.text for one in self.element.find_all("button")), "")

    def filled(self, **given: "str | list[str]") -> list[tuple[str, str]]:
        """The fields as a browser sends them after somebody has filled in ``given``. An unknown
        name is refused: nobody can type into a field that is not there."""
        assert set(given) <= self.names, f"{set(given) - self.names} not in {sorted(self.names)}"
        kept = [(one.name, one.value) for one in self.controls if one.name not in given]
        typed = [
            (name, one)
            for name, value in given.items()
            for one in ([value] if isinstance(value, str) else value)
        ]
        return [*kept, *typed]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(made)
        if tag not in VOID:
            self._open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)

    def finished(self) -> Element:
        assert len(self._open) == 1, f"<{self._open[-1].tag}> is never closed"
        return self.root


def parse(text: str) -> Element:
    """Refuses what is not well nested."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.finished()


def _controls(field: Element) -> Iterator[Control]:
    name, kind = field.get("name"), field.get("type", "text")
    if not name or "disabled" in field.attributes:
        return
    if field.tag == "input" and kind not in {"submit", "button", "file"}:
        if kind not in {"checkbox", "radio"}:
            yield Control(name, field.get("value"))
        elif "checked" in field.attributes:
            yield Control(name, field.get("value", "on"))
    elif field.tag == "textarea":
        yield Control(name, "".join(one for one in field.children if isinstance(one, str)))
    elif field.tag == "select":
        yield from _chosen(field)


def _chosen(field: Element) -> Iterator[Control]:
    options = list(field.find_all("option"))
    chosen = [one for one in options if "selected" in one.attributes]
    if not chosen and "multiple" not in field.attributes:
        chosen = options[:1]
    for one in chosen:
        yield Control(field["name"], one.get("value", one.text))
