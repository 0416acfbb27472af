from connectory.hosting.gateway.headers import downstream, upstream


def cookies(*values: bytes) -> list[str]:
    scope = {"headers": [(b"cookie", value) for value in values]}
    return upstream(scope, "http").getall("cookie", [])


def test_no_application_gets_the_cookie_of_the_console() -> None:
    assert cookies(b"a=1; connectory=secret; b=2") == ["a=1; b=2"]
    assert cookies(b"connectory=secret") == []
    assert cookies(b"connectory=x", b"a=connectory=x") == ["a=connectory=x"]
    assert cookies(b"connectory2=kept;connectory =gone") == ["connectory2=kept"]


def test_no_application_sets_the_cookie_of_the_console() -> None:
    set_by_it = [
        (b"Set-Cookie", b"connectory=planted; Path=/"),
        (b"Set-Cookie", b"mine=1; Path=/"),
        (b"set-cookie", b" connectory=again"),
    ]
    assert downstream(set_by_it) == [(b"set-cookie", b"mine=1; Path=/")]
