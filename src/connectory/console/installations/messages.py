"""``…/topics/{application}/messages/{message}``: one message, what its attempts were answered with,
and what can be done with it."""

from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from connectory.console.calls import Answer, CallRefused
from connectory.console.installations.installation import (
    GONE,
    MANAGE,
    SEE,
    Found,
    installation_of,
)
from connectory.console.installations.topic import Topic, readable, size, topic_of
from connectory.console.installations.topics import LOOK_AGAIN
from connectory.console.live import Fragment, live
from connectory.console.rendering import fragment

TEMPLATE: Final = "installations/message.html"
TAKEN: Final = "It is not there any more: its application has taken it, or somebody discarded it."


async def show(request: Request) -> Response:
    here, topic = await _topic(request, SEE)
    shown = await _shown(here, topic)
    events = f"{topic.message(shown['message']['messageId'])}/events"
    return here.visit.page(TEMPLATE, installation=here.installation, events=events, **shown)


async def events(request: Request) -> Response:
    """The message, until it is taken."""
    here, topic = await _topic(request, SEE)

    async def render() -> Fragment:
        try:
            shown = await _shown(here, topic)
        except HTTPException:
            return Fragment(_block(here, "taken", topic=topic, said=TAKEN), over=True)
        return Fragment(_block(here, "message", **shown), again=LOOK_AGAIN)

    return live(request, render)


async def replay(request: Request) -> Response:
    here = await installation_of(request, *MANAGE)
    await here.visit.form()
    topic = await topic_of(here, request.path_params["application"])
    id_ = request.path_params["message"]
    answer = await here.calls.send(topic.replay(id_))
    return _done(here, topic, answer, f"Message {id_} is delivered again.")


async def ask(request: Request) -> Response:
    here, topic = await _topic(request, MANAGE)
    shown = await _shown(here, topic)
    return here.visit.page(
        "installations/discard.html",
        installation=here.installation,
        call=topic.discard(shown["message"]["messageId"]),
        **shown,
    )


async def discard(request: Request) -> Response:
    here = await installation_of(request, *MANAGE)
    await here.visit.form()
    topic = await topic_of(here, request.path_params["application"])
    id_ = request.path_params["message"]
    answer = await here.calls.send(topic.discard(id_))
    return _done(here, topic, answer, f"Message {id_} is discarded.")


async def _topic(request: Request, scopes: tuple[str, ...]) -> tuple[Found, Topic]:
    here = await installation_of(request, *scopes)
    return here, await topic_of(here, request.path_params["application"])


async def _shown(here: Found, topic: Topic) -> dict[str, Any]:
    """Raises a 404 for a message that is gone."""
    id_ = here.visit.request.path_params["message"]
    try:
        message = await here.calls.get(topic.message_path(id_))
    except CallRefused as refused:
        if refused.answer.status == GONE:
            raise HTTPException(GONE, TAKEN) from None
        raise
    return {
        "topic": topic,
        "message": message,
        "data": readable(message["data"]),
        "size": size,
        "may_manage": here.visit.may(*MANAGE),
        "replay": topic.replay(message["messageId"]),
    }


def _done(here: Found, topic: Topic, answer: Answer, said: str) -> Response:
    """Back to the topic: what was taken meanwhile needs nothing any more."""
    if answer.status == GONE:
        here.visit.tell(TAKEN)
        return here.visit.done(topic.address)
    return here.visit.done(topic.address, answer, said=said)


def _block(here: Found, name: str, **shown: Any) -> str:
    return fragment(
        f"{TEMPLATE}#{name}",
        request=here.visit.request,
        path=here.installation.address,
        visit=here.visit,
        installation=here.installation,
        **shown,
    )
