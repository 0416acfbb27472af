"""Many running applications, and a platform that is killed: all of them answer again, and nothing
of the life before is left."""

import threading
import time
import urllib.error
import urllib.request
from http.client import HTTPException

import pytest
from tests.durability.leftovers import assert_tidy
from tests.durability.platform import Document, Platform

pytestmark = [pytest.mark.registry, pytest.mark.timeout(600)]

DEPLOYMENTS = 12
"""Of two applications each."""


def patient_answer(url: str, answered: dict[str, float]) -> None:
    """Asks from before anybody listens; a request that is taken is answered, however early."""
    while url not in answered:
        try:
            with urllib.request.urlopen(url, timeout=300) as response:
                assert response.status == 200
                answered[url] = time.monotonic()
        except urllib.error.HTTPError:
            raise
        except (OSError, HTTPException):
            time.sleep(0.01)


def all_answer(urls: list[str]) -> tuple[list[threading.Thread], dict[str, float]]:
    answered: dict[str, float] = {}
    asking = [threading.Thread(target=patient_answer, args=(url, answered)) for url in urls]
    for one in asking:
        one.start()
    return asking, answered


def addresses(deployments: list[Document]) -> list[str]:
    return [one["url"] for each in deployments for one in each["applications"]]


def test_two_dozen_applications_answer_again_after_a_kill(platform: Platform) -> None:
    draft = platform.published(
        platform.request(platform.draft("many"), "publish", certification=False)
    )
    begun = [platform.deploy(draft, f"many-{number}") for number in range(DEPLOYMENTS)]
    deployments = [platform.deployed(one) for one in begun]
    urls = addresses(deployments)
    assert len(urls) == 24
    platform.kill()
    platform.outlived_by_nothing()
    asking, answered = all_answer(urls)
    began = time.monotonic()
    platform.start()
    ready = time.monotonic()
    for one in asking:
        one.join(300)
    assert answered.keys() == set(urls)
    last = max(answered.values())
    print(
        f"24 applications: {last - began:.2f} s after the start, {last - ready:.2f} s after ready"
    )
    for deployment in deployments:
        platform.answers(deployment, "many")
    shown = platform.ask("GET", f"/platform/deployments/{deployments[0]['id']}/instances").body
    assert [one["phase"] for one in shown["applications"]] == ["is running"] * 2
    assert_tidy(platform, deployments=DEPLOYMENTS)
