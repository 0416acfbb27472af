"""A form that is sent twice by a double click does once what it asks for."""

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from connectory.console.visit import Form

T = TypeVar("T")
SUBMISSION: Final = "submission"
"""The hidden field that tells one page with a form from every other."""
KEPT: Final = 500
"""Forms whose outcome is known; the oldest make room."""


@dataclass
class _Sent:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    outcome: Any = None
    done: bool = False


class Once:
    """What became of the forms that were sent lately. In memory: after a restart of the platform a
    browser has no form of it left to send again unseen."""

    def __init__(self) -> None:
        self._sent: OrderedDict[str, _Sent] = OrderedDict()
        self._key = secrets.token_bytes(32)

    async def done(
        self, form: Form, work: Callable[[], Awaitable[T]], keeps: Callable[[T], bool]
    ) -> T:
        """The outcome of ``work``, or what it was when the very same form was sent before, even if
        that is still under way. An outcome that ``keeps`` does not want is tried for again, and so
        is one that raised."""
        if not form.text(SUBMISSION):
            return await work()
        mark = self._mark(form)
        sent = self._sent.setdefault(mark, _Sent())
        while len(self._sent) > KEPT:
            self._sent.popitem(last=False)
        async with sent.lock:
            if not sent.done:
                outcome = await work()
                if not keeps(outcome):
                    return outcome
                sent.outcome, sent.done = outcome, True
        known: T = sent.outcome
        return known

    def _mark(self, form: Form) -> str:
        """Says nothing of what was typed, which may be secret."""
        told = repr(form.fields).encode()
        return hashlib.blake2b(told, key=self._key, digest_size=16).hexdigest()


def submission() -> str:
    """The value of the hidden field for a page that is made now."""
    return secrets.token_urlsafe(12)
