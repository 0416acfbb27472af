"""Something behind every page: connectors in each state, reviews, installations."""

import json
from dataclasses import dataclass, field
from functools import cached_property

from tests.browser.repository import BROKEN, README, SERVER, Repository, busy_files
from tests.browser.stage import REGION, Stage
from tests.durability.platform import Document

CRASH = """\
if (process.env.GREETING === 'crash') {
  process.stderr.write('no such table: currencies\\n');
  process.exit(1);
}
"""
Draft = tuple[Repository, Document]


@dataclass(frozen=True)
class Words:
    """What creators and clients write. ``files`` are those of every repository."""

    name: str = "Greeting"
    description: str = "Greets everybody who asks for it, in every language that it is given."
    company: str = "Engines"
    comment: str = "Which languages does it greet in?"
    caller: str = "Ada"
    error: str = BROKEN
    changed: str = "Call its URL with a `name`, and with a `language`."
    fields: "dict[str, object]" = field(default_factory=dict)
    files: "dict[str, str]" = field(default_factory=dict)


class World:
    """All of it belongs to the organization ``default``."""

    def __init__(self, stage: Stage, words: "Words | None" = None) -> None:
        self.stage = stage
        self.words = words or Words()
        self._build()

    def _build(self) -> None:
        self.listed = self._draft("greeting")
        self.private = self._draft("private")
        self.red = self._draft("red", {"service/build.js": self.words.error})
        self.new = self._draft("new")
        stage = self.stage
        self.granted = stage.certify(self.listed[1])
        stage.publish(self.private[1])
        stage.preview(self.red[1])
        self.works = self._deploy("works", self.private[1], 1, "Hello")
        self._change(self.private, "1.1.0", {"service/server.js": CRASH + SERVER})
        stage.publish(self.private[1])
        self.crashed = self._deploy("crashed", self.private[1], 2, "crash")
        self._change(self.listed, "1.1.0", {"README.md": self._readme(self.words.changed)})
        self.review = stage.ask_for_certification(self.listed[1])
        self._say_something()

    @cached_property
    def certification(self) -> str:
        return f"/platform/certifications/{self.review['id']}"

    @cached_property
    def busy(self) -> Document:
        made = deploy_busy(self.stage, self.words)
        self.stage.run(made, "nightly")
        return made

    @cached_property
    def letters(self) -> dict[str, str]:
        """Two messages that were refused once: one waits for its next attempt in ten minutes, one
        was given up."""
        said = json.dumps({"notificationType": "Message", "say": self.words.caller})
        names = ("waiting", "dead")
        found = {name: self.stage.publish_event(self.busy, "listener", said) for name in names}
        self.stage.refused(self.busy, "listener", len(found))
        self.stage.give_up(found["dead"])
        return found

    @cached_property
    def red_run(self) -> str:
        found = self.stage.get(f"/platform/runs?resourceId={self.red[1]['id']}")
        return str(found["results"][0]["id"])

    def _draft(self, key: str, files: "dict[str, str] | None" = None) -> Draft:
        repository = self.stage.repository(key)
        given = {"README.md": self._readme(), **self.words.files, **(files or {})}
        repository.push("1.0.0", given)
        words = self.words
        creator = {"email": "ada@example.org", "name": "Ada", "company": words.company,
                   "title": "Engineer", "noOfContributors": 2}  # fmt: skip
        fields = {"description": words.description, "creator": creator, **words.fields}
        return repository, self.stage.create(repository, f"{words.name} {key}", **fields)

    def _readme(self, usage: str = "Call its URL with a `name`.") -> str:
        given = self.words.files.get("README.md", README)
        return given.replace("Call its URL with a `name`.", usage)

    def _change(self, of: Draft, tag: str, files: dict[str, str]) -> None:
        repository, draft = of
        repository.push(tag, files)
        self.stage.request(draft, "setRepository", tag=tag)

    def _deploy(self, key: str, draft: Document, version: int, greeting: str) -> Document:
        values = {
            "applicationName": "service",
            "standardConfiguration": [{"key": "GREETING", "value": greeting}],
            "securedConfiguration": [{"key": "SIGNING_KEY", "value": "a-signing-key"}],
        }
        body = {
            "key": key,
            "connector": {"id": draft["id"], "version": version},
            "region": REGION,
            "configurations": [values],
        }
        made = self.stage.ask("POST", "/demo/deployments", body)
        assert made.status == 201, made
        return self.stage.deployed(made.body)

    def _say_something(self) -> None:
        """Comments in the review, lines in the log."""
        path = f"{self.certification}/comments"
        said = self.stage.ask("POST", path, {"comment": self.words.comment})
        assert said.status == 200, said
        self.stage.call(self.works["applications"][0]["url"], self.words.caller)


def deploy_busy(stage: Stage, words: Words) -> Document:
    """A Deployment with an event application that takes nothing and a job, redeployed once."""
    repository = stage.repository("busy")
    repository.push("1.0.0", {**words.files, **busy_files(words.caller)})
    draft = stage.create(repository, f"{words.name} busy", **words.fields)
    stage.publish(draft)
    body = {
        "key": "busy",
        "connector": {"id": draft["id"]},
        "region": REGION,
        "configurations": [{"applicationName": name} for name in ("listener", "nightly")],
    }
    made = stage.ask("POST", "/demo/deployments", body)
    assert made.status == 201, made
    known = stage.deployed(made.body)
    other = {"applicationName": "nightly", "schedule": "@yearly"}
    action = {"action": "redeploy", "configurationValues": [other]}
    changed = {"version": known["version"], "actions": [action]}
    again = stage.ask("POST", f"/demo/deployments/{known['id']}", changed)
    assert again.status == 201, again
    done = stage.deployed(again.body)
    assert done["status"] == "Deployed", done["details"]
    return done
