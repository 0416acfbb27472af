"""Signing in and out, by forms alone."""

from tests.console.support import Site


def test_whoever_signs_in_is_shown_and_signs_out(site: Site) -> None:
    with site.administrator() as browser:
        page = browser.get("/console/nothing-there")
        assert page.status == 404
        assert "admin" in page.text
        page = browser.submit(page, "Sign out")
        assert page.heading == "Sign in"
        assert browser.get("/console/profile").path == "/console/login"
