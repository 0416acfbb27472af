"""PostgreSQL's text cannot hold the character zero: whoever sends one is answered, not failed."""

import pytest

from connectory.auth import audit
from connectory.auth.audit import Wanted
from connectory.auth.users import account_with_name, person_with_name
from connectory.database import Database


def test_nobody_has_a_zero_in_the_name(database: Database) -> None:
    assert database.write_blocking(lambda c: account_with_name(c, "ad\0min")) is None
    assert database.write_blocking(lambda c: person_with_name(c, "\0")) is None


@pytest.mark.parametrize("wanted", [Wanted("a\0"), Wanted(who="\0"), Wanted(target="x\0y")])
def test_no_event_has_one_either(database: Database, wanted: Wanted) -> None:
    found = database.write_blocking(lambda c: audit.select_events(c, "o", wanted, 10, 0))
    assert (found.events, found.total) == ((), 0)
