"""Addresses and tags that lead somewhere else, or into a program's options."""

from tests.hostile.case import REPOSITORY, Asked, Case, Refused

FORM, OWN, CREDENTIALS = "must look like", "own machine", "contains credentials"
ODD, LOCAL, TAG = "spaces or control", "own disk", "The tag must begin"


def url(name: str, tries: str, address: str, says: str = FORM) -> Case:
    return Case("addresses", name, tries, Asked(address), Refused(REPOSITORY, says))


def tag(name: str, tries: str, text: str) -> Case:
    return Case("tags", name, tries, Asked(tag=text), Refused(REPOSITORY, TAG))


CASES = (
    url("ext transport", "a transport that is a shell command", "ext::sh -c id%", ODD),
    url("ext transport without spaces", "the same, escaped", "ext::sh%20-c%20id"),
    url("fd transport", "an open descriptor of the platform", "fd::17"),
    url("upload-pack option", "an option of git fetch", "--upload-pack=id"),
    url("ssh option as host", "an option of ssh", "ssh://-oProxyCommand=id/x"),
    url("ssh option as host with user", "an option of ssh behind a user", "git@-oProxyCommand=id:x"),  # noqa: E501
    url("ssh option as user", "an option of ssh as the user", "-oProxyCommand=id@github.com:o/r"),
    url("option as path", "an option of the remote program", "git@github.com:-x"),
    url("file URL", "the platform's disk", "file:///etc", LOCAL),
    url("plain path", "the platform's disk, by a path", "/etc", LOCAL),
    url("relative path", "the platform's working directory", "data/x"),
    url("git protocol", "a transport without any check of who answers", "git://github.com/o/r.git"),
    url("http", "a transport that anybody on the way can change", "http://github.com/o/r.git"),
    url("password", "to have a password kept and shown",
        "https://someone:@SECRET@@github.com/o/r.git", CREDENTIALS),
    url("token", "to have a token kept and shown", "https://@SECRET@@github.com/o/r.git",
        CREDENTIALS),
    url("loopback", "the platform's own services", "https://127.0.0.1/o/r.git", OWN),
    url("loopback by name", "the same by name", "https://localhost:8443/o/r.git", OWN),
    url("loopback by ssh", "the platform's ssh", "git@127.0.0.1:o/r.git", OWN),
    url("decimal loopback", "the same as one number", "https://2130706433/o/r.git", OWN),
    url("hexadecimal loopback", "the same in hexadecimal", "https://0x7f.1/o/r.git", OWN),
    url("octal loopback", "the same in octal", "https://0177.0.0.1/o/r.git", OWN),
    url("short loopback", "the same, shortened", "https://127.1/o/r.git", OWN),
    url("any address", "the same by the address of all interfaces", "https://0.0.0.0/o/r", OWN),
    url("IPv6 loopback", "the same in IPv6", "https://[::1]/o/r.git"),
    url("mapped loopback", "the same mapped into IPv6", "https://[::ffff:127.0.0.1]/o/r.git"),
    url("metadata", "the cloud's secrets", "https://169.254.169.254/latest/r.git", OWN),
    url("metadata by ssh", "the cloud's secrets by ssh", "ssh://git@169.254.169.254/r.git", OWN),
    url("decimal metadata", "the cloud's secrets as one number", "https://2852039166/r.git", OWN),
    url("homograph", "a host that looks like another", "https://g\u0456thub.com/o/r.git"),
    url("direction override", "a path that reads backwards", "https://github.com/o/\u202etig.r",
        ODD),
    url("line break", "a second header", "https://github.com/o/r\r\nHost: x", ODD),
    url("very long", "to fill memory and logs", f"https://github.com/{'x' * 100_000}", "longer"),
    url("dots", "a folder above", "https://github.com/o/../../etc/r.git", r"'\.\.'"),
    url("escaped dots", "a folder above, escaped", "https://github.com/%2e%2e/%2e%2e/etc"),
    url("backslash", "another host than it shows", "https://github.com\\@evil.example/x", CREDENTIALS),  # noqa: E501
    url("query", "another address than the path says", "https://github.com/o/r?x=/etc"),
    url("shell words", "a command of the shell", "https://github.com/o/$(id).git"),
    tag("option tag", "an option of git", "-x"),
    tag("upload-pack tag", "a program of its own", "--upload-pack=id"),
    tag("parent tag", "a ref outside of the tags", "../heads/main"),
    tag("climbing tag", "a file above", "v/../../../../etc/passwd"),
    tag("reflog tag", "an expression instead of a name", "v1@{1}"),
    tag("wildcard tag", "every ref there is", "v*"),
    tag("lock tag", "a file that Git takes for its own lock", "v1.lock"),
    tag("homograph tag", "a tag that looks like another", "v\u0131"),
    tag("line break tag", "a second command", "v1\nrefs/heads/main"),
    tag("long tag", "a name no file can have", "v" * 300),
)  # fmt: skip
