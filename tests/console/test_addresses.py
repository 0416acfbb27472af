import pytest

from connectory.console import is_page
from connectory.console.calls import located
from connectory.console.rendering import web
from connectory.console.visit import local


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/console", True),
        ("/console/", True),
        ("/console/connectors/new", True),
        ("/marketplace", True),
        ("/marketplace/key=tax", True),
        # Projects may be called so, and these are the Connect API's
        ("/console/deployments", False),
        ("/console/deployments/key=one", False),
        ("/marketplace/deployments/x/logs", False),
        ("/consoles", False),
        ("/connectors/drafts", False),
        ("/platform/members", False),
    ],
)
def test_a_project_may_be_called_like_a_page(path: str, page: bool) -> None:
    assert is_page(path) is page


@pytest.mark.parametrize("path", ["/console", "/console/connectors?sort=name", "/marketplace/x"])
def test_the_way_back_leads_to_a_page_of_ours(path: str) -> None:
    assert local(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "", "//evil.example/console", "https://evil.example/console", "/console//evil.example",
        "\\\\evil.example", "/\\evil.example", "/console\\..\\x", "/console\r\nSet-Cookie: a=b",
        "javascript:alert(1)", "/oauth/token", "console", "/\t/evil.example",
    ],
)  # fmt: skip
def test_the_way_back_never_leads_to_another_site(path: str) -> None:
    assert local(path) == "/console"


def test_only_addresses_of_the_web_become_links() -> None:
    assert web("https://example.org/docs") == "https://example.org/docs"
    for url in ("javascript:alert(1)", "data:text/html,x", "//example.org", "ftp://x", "", None):
        assert web(url) == ""


def test_a_query_leaves_out_what_was_not_asked() -> None:
    query = {"text": "tax & duty", "limit": 0, "state": ["a", "b"], "sort": "", "other": None}
    assert located("/x", query) == "/x?text=tax+%26+duty&limit=0&state=a&state=b"
    assert located("/x", {}) == "/x"
