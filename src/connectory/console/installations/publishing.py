"""A test message as somebody types it. Pure."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Self

from connectory.console.installations.topic import encoded
from connectory.console.visit import Form

TEXT, BASE64 = "text", "base64"
ENCODINGS: Final = ((TEXT, "Text or JSON"), (BASE64, "Base64"))
EXAMPLE: Final = {"data": encoded(b"Hello"), "attributes": {"name": "value"}}
"""To show the shape of the call before anything was typed."""


@dataclass(frozen=True)
class Typed:
    """``attributes``: ``name=value``, one on each line."""

    data: str = ""
    encoding: str = TEXT
    attributes: str = ""

    @classmethod
    def of(cls, form: Form) -> Self:
        encoding = form.text("encoding")
        return cls(
            form.text("data").replace("\r\n", "\n"),
            BASE64 if encoding == BASE64 else TEXT,
            form.text("attributes").replace("\r\n", "\n"),
        )

    @property
    def problem(self) -> str:
        """Why it cannot be sent; empty when it can."""
        if self.encoding == BASE64 and not self._is_base64():
            return "The data is not base64."
        wrong = next((line for line in self._lines() if not line.partition("=")[0].strip()), None)
        wrong = wrong or next((line for line in self._lines() if "=" not in line), None)
        if wrong is not None:
            return f"An attribute is a name, an equals sign and a value: {wrong}"
        if not self.data and not self.attributes.strip():
            return "Give it data, or an attribute at least."
        return ""

    @property
    def message(self) -> dict[str, Any]:
        """As the API takes it."""
        attributes = {name.strip(): value.strip() for name, value in self._pairs()}
        data = "".join(self.data.split()) if self.encoding == BASE64 else self._encoded()
        return {"data": data, **({"attributes": attributes} if attributes else {})}

    def _encoded(self) -> str:
        return encoded(self.data.encode())

    def _is_base64(self) -> bool:
        try:
            base64.b64decode("".join(self.data.split()), validate=True)
        except (binascii.Error, ValueError):
            return False
        return True

    def _lines(self) -> Iterator[str]:
        return (line for line in self.attributes.split("\n") if line.strip())

    def _pairs(self) -> Iterator[tuple[str, str]]:
        for line in self._lines():
            name, _, value = line.partition("=")
            yield name, value
