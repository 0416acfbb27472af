"""``…/topics``: the topics of event applications, what waits in them, and what was given up."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from connectory.console.calls import Answer, located
from connectory.console.installations import publishing
from connectory.console.installations.installation import MANAGE, SEE, Found, installation_of
from connectory.console.installations.places import offset_of
from connectory.console.installations.problems import told
from connectory.console.installations.publishing import Typed
from connectory.console.installations.topic import Topic, size, topic_of, topics_of
from connectory.console.live import Fragment, live
from connectory.console.rendering import fragment
from connectory.console.visit import context_of

PAGE: Final = 20
STATES: Final = {"waiting": "Waiting", "dead": "Dead letters"}
LOOK_AGAIN: Final = 2.0
"""Seconds; messages come and go without anybody who waits for changes being told."""


async def show(request: Request) -> Response:
    here = await installation_of(request, *SEE)
    return here.visit.page(
        "installations/topics.html",
        installation=here.installation,
        # an application may be called events: its page is below topics/
        events=f"{here.installation.address}/all-topics/events",
        topics=await topics_of(here),
    )


async def events(request: Request) -> Response:
    here = await installation_of(request, *SEE)

    async def render() -> Fragment:
        topics = await topics_of(here)
        html = _block("installations/topics.html#topics", here, topics=topics)
        return Fragment(html, again=LOOK_AGAIN)

    return live(request, render)


async def show_one(request: Request) -> Response:
    here = await installation_of(request, *SEE)
    topic = await topic_of(here, request.path_params["application"])
    return await _page(here, topic, _state(request), Typed())


async def events_of_one(request: Request) -> Response:
    here = await installation_of(request, *SEE)

    async def render() -> Fragment:
        topic = await topic_of(here, request.path_params["application"])
        shown = await _shown(here, topic, _state(request))
        return Fragment(
            _block("installations/topic.html#messages", here, **shown), again=LOOK_AGAIN
        )

    return live(request, render)


async def publish(request: Request) -> Response:
    here = await installation_of(request, *MANAGE)
    form = await here.visit.form()
    topic = await topic_of(here, request.path_params["application"])
    typed = Typed.of(form)
    if problem := typed.problem:
        return await _page(here, topic, "waiting", typed, problem, 400)
    answer = await here.calls.send(topic.publish(typed.message))
    if not answer.ok:
        return await _page(here, topic, "waiting", typed, " ".join(told(answer)), answer.status)
    said = f"Message {answer.document['messageId']} is published. It is gone from here as soon as "
    return here.visit.done(topic.address, answer, said=f"{said}{topic.application} has taken it.")


async def replay_all(request: Request) -> Response:
    here = await installation_of(request, *MANAGE)
    await here.visit.form()
    topic = await topic_of(here, request.path_params["application"])
    answer = await here.calls.send(topic.replay_all())
    return here.visit.done(topic.address, answer, said=_replayed(answer))


def _replayed(answer: Answer) -> str:
    count = answer.document["replayed"] if answer.ok else 0
    return f"{count} message{' is' if count == 1 else 's are'} delivered again."


async def _page(
    here: Found, topic: Topic, state: str, typed: Typed, problem: str = "", status: int = 200
) -> Response:
    shown = await _shown(here, topic, state)
    return here.visit.page(
        "installations/topic.html",
        status,
        installation=here.installation,
        typed=typed,
        problem=problem,
        encodings=publishing.ENCODINGS,
        example=topic.publish(publishing.EXAMPLE),
        origin=context_of(here.visit.request).settings.origin,
        events=located(f"{topic.address}/events", {"state": state, "offset": shown["offset"]}),
        **shown,
    )


async def _shown(here: Found, topic: Topic, state: str) -> dict[str, Any]:
    offset = offset_of(here.visit.request.query_params)
    query = {"state": state, "limit": PAGE, "offset": offset or None}
    page: Mapping[str, Any] = await here.calls.get(f"{topic.path}/messages", query)
    return {
        "topic": topic,
        "state": state,
        "states": STATES,
        "page": page,
        "offset": offset,
        "size": size,
        "may_manage": here.visit.may(*MANAGE),
    }


def _state(request: Request) -> str:
    state = request.query_params.get("state", "")
    return state if state in STATES else "waiting"


def _block(block: str, here: Found, **shown: Any) -> str:
    return fragment(
        block,
        request=here.visit.request,
        path=here.installation.address,
        visit=here.visit,
        installation=here.installation,
        **shown,
    )
