import pytest

from connectory.errors import (
    AuthorizationError,
    ConcurrentModificationError,
    DuplicateFieldError,
    InvalidTokenError,
    ResourceNotFoundError,
    render,
)


def test_one_error_is_rendered_in_the_contracts_shape() -> None:
    status, body = render(DuplicateFieldError("key", "tax"))
    assert status == 400
    assert body == {
        "statusCode": 400,
        "message": "A duplicate value tax exists for field key.",
        "errors": [
            {
                "code": "DuplicateField",
                "message": "A duplicate value tax exists for field key.",
                "field": "key",
                "duplicateValue": "tax",
            }
        ],
    }


def test_several_errors_keep_their_order_and_the_first_gives_the_message() -> None:
    status, body = render(
        ExceptionGroup("x", [AuthorizationError(), ResourceNotFoundError("Connector", id="7")])
    )
    assert (status, body["message"]) == (403, "Access denied")
    assert [error["code"] for error in body["errors"]] == ["AuthorizationError", "ResourceNotFound"]


def test_a_stale_version_names_both_versions() -> None:
    _, body = render(ConcurrentModificationError("7", None, 1, 2))
    assert body["errors"][0] == {
        "code": "ConcurrentModification",
        "message": "Object id=7 or key=null has a different version than expected. "
        "Expected: 1 - Actual: 2)",
        "expectedVersion": 1,
        "currentVersion": 2,
    }


def test_a_401_repeats_its_code_as_error() -> None:
    status, body = render(InvalidTokenError())
    assert (status, body["error"], body["errors"][0]["code"]) == (
        401,
        "invalid_token",
        "invalid_token",
    )


def test_what_is_not_for_clients_is_not_rendered() -> None:
    with pytest.raises(ZeroDivisionError):
        render(ZeroDivisionError())
