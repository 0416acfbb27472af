"""Starting deliveries, so many of each topic at a time and every topic in its turn."""

import asyncio
import time
from collections.abc import Callable

import structlog
from msgspec import structs

from connectory.hosting.lines import Severity
from connectory.hosting.logbook import LogBook, Source
from connectory.hosting.topics.connections import Connections
from connectory.hosting.topics.delivery import Delivered, Doors, NobodyThereError, deliver
from connectory.hosting.topics.line import Line
from connectory.hosting.topics.model import Attempt, Held
from connectory.hosting.topics.outcomes import Outcomes
from connectory.hosting.topics.policy import State, Verdict, after_failure
from connectory.hosting.topics.queue import Failure

log = structlog.get_logger()

TOGETHER = 1024
"""Deliveries under way at the same time, of all topics; each in turn when there are more."""
LAST_ANSWERS = 2.0
"""Seconds for answers under way when the platform stops."""


class Dispatcher:
    """Home loop only. ``hungry`` is called when a topic has room for messages that are in the
    table, or when one may be called again."""

    def __init__(
        self,
        doors: Doors,
        connections: Connections,
        outcomes: Outcomes,
        logbook: LogBook,
        hungry: Callable[[], None],
    ) -> None:
        self._doors = doors
        self._connections = connections
        self._outcomes = outcomes
        self._logbook = logbook
        self._hungry = hungry
        self._stopped = False
        self._ready: dict[Line, None] = {}
        """Those that may start a delivery, in the order of their turns."""
        self.under_way: set[asyncio.Task[None]] = set()

    def offer(self, line: Line) -> None:
        """Start what may be started, of every topic in turn."""
        if line.can_start:
            self._ready.setdefault(line)
        while self._ready and len(self.under_way) < TOGETHER and not self._stopped:
            first = next(iter(self._ready))
            del self._ready[first]
            if first.can_start:
                self._start(first)
            if first.can_start:
                self._ready[first] = None

    def drop(self, line: Line) -> None:
        """Its topic is gone: nothing more of it is started."""
        line.waiting.clear()
        self._ready.pop(line, None)

    async def stop(self) -> None:
        """Nothing is under way when this returns."""
        self._stopped = True
        if self.under_way:
            await asyncio.wait(self.under_way, timeout=LAST_ANSWERS)
        left = tuple(self.under_way)
        for delivery in left:
            delivery.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        self._connections.close()

    def _start(self, line: Line) -> None:
        delivery = asyncio.create_task(self._deliver(line, line.start()))
        self.under_way.add(delivery)
        delivery.add_done_callback(self.under_way.discard)

    async def _deliver(self, line: Line, held: Held) -> None:
        try:
            delivered = await deliver(self._doors, self._connections, line, held)
            self._decided(line, held, delivered)
        except NobodyThereError:
            self._wait(line, held)
        except Exception:
            log.exception("topics.not_delivered", application=line.topic.application_id)
            self._wait(line, held)
        finally:
            line.end()
        self.offer(line)
        if line.more and line.room:
            self._hungry()

    def _wait(self, line: Line, held: Held) -> None:
        """The message is next again, once there may be somebody to take it."""
        line.give_back(held)
        if not line.resting:
            asyncio.get_running_loop().call_later(line.rest(), self._go_on, line)

    def _go_on(self, line: Line) -> None:
        line.go_on()
        if not self._stopped:
            self.offer(line)
            self._hungry()

    def _decided(self, line: Line, held: Held, delivered: Delivered) -> None:
        line.reached()
        if delivered.attempt is None:
            line.pace.taken()
            self._outcomes.taken(line.topic.application_id, held.id)
        else:
            (line.pace.refused if delivered.answered else line.pace.broken)()
            self._failed(line, held, delivered.attempt)

    def _failed(self, line: Line, held: Held, raw: Attempt) -> None:
        topic, attempt = line.topic, self._masked(line, raw)
        verdict = after_failure(topic.retry_policy, held.attempts + 1, time.time())
        failure = Failure(topic.application_id, held, attempt, verdict.state, verdict.due)
        self._outcomes.failed(failure)
        severity = Severity.ERROR if verdict.state is State.DEAD else Severity.WARNING
        source = Source(topic.deployment_id, topic.application_name)
        self._logbook.note(source, _note(held, attempt, verdict), severity)

    def _masked(self, line: Line, attempt: Attempt) -> Attempt:
        """An application's answer may show a secret."""
        masking = self._logbook.masking(line.topic.deployment_id)
        return structs.replace(attempt, said=masking.masked(attempt.said))


def _note(held: Held, attempt: Attempt, verdict: Verdict) -> str:
    what = f"The application {attempt.what} to message {held.id}, attempt {held.attempts + 1}."
    if verdict.state is State.DEAD:
        return f"{what} It is given up and kept as a dead letter."
    return f"{what} It is delivered again in {max(0.0, verdict.due - time.time()):.1f} s."
