"""Where the YAML scanner of the library and YAML 1.2 differ about blanks.

The library refuses tabs between tokens, and control characters anywhere; YAML 1.2 allows the
first and the official parser both. The library lets a quoted text go on at any column; YAML 1.2
asks for more indentation than its parent has. The library lets a comment touch what it follows.
"""

from typing import Any

from ruamel.yaml.reader import Reader
from ruamel.yaml.scanner import Scanner, ScannerError

_BLANK = " \t"
_BREAK = "\r\n"
_END = "\0 \t\r\n"

LONGEST_TAG = 1_024


class AnyCharacter(Reader):
    """A reader that lets control characters through; the rules of each field judge them."""

    def check_printable(self, data: Any) -> None:
        """Accept every character."""


class TabTolerant(Scanner):
    """A scanner that takes a tab for a blank wherever it is not indentation."""

    def scan_to_next_token(self) -> None:
        """Skip blanks, comments and line breaks up to the next token."""
        self._refuse_attached_comment()
        super().scan_to_next_token()
        while self.reader.peek() == "\t" and not self._indents():
            self._skip_blanks()
            super().scan_to_next_token()

    def scan_tag(self) -> Any:
        """A tag, unless it is so long that the library would take minutes over it."""
        start = self.reader.get_mark()
        if not set(self.reader.prefix(LONGEST_TAG)) & set(_END):
            said = f"found a tag of more than {LONGEST_TAG} characters"
            raise ScannerError("while scanning a tag", start, said, start)
        return super().scan_tag()

    def scan_plain_spaces(self, indent: Any, start_mark: Any) -> list[str]:  # noqa: ARG002
        """The blanks or folded line breaks inside a plain scalar; none where it ends."""
        blanks = self._skip_blanks()
        if self.reader.peek() not in _BREAK:
            return [blanks] if blanks else []
        self.allow_simple_key = True
        breaks: list[str] = []
        while self.reader.peek() in _BREAK:
            breaks.append(str(self.scan_line_break()))
            if self._at_document_marker():
                return []
            self._skip_indentation()
        return breaks[1:] or [" "]

    def scan_block_scalar_ignored_line(self, start_mark: Any) -> Any:
        """The rest of the line that opens a block scalar."""
        self._skip_blanks()
        return super().scan_block_scalar_ignored_line(start_mark)

    def scan_block_scalar_indentation(self) -> Any:
        """The empty lines that open a block scalar, and the column of its first text.

        The library refuses empty lines of different lengths there.
        """
        breaks, deepest, end = [], 0, self.reader.get_mark()
        self._skip(" ")
        while self.reader.peek() in _BREAK:
            deepest = max(deepest, self.reader.column)
            breaks.append(self.scan_line_break())
            end = self.reader.get_mark()
            self._skip(" ")
        if deepest > self.reader.column > self.indent and self.reader.peek() != "\0":
            said = "found an empty line longer than the indentation of the text after it"
            raise ScannerError("while scanning a block scalar", end, said, end)
        return breaks, self.reader.column, end

    def scan_flow_scalar_breaks(self, double: Any, start_mark: Any) -> Any:
        """The line breaks inside a quoted scalar."""
        breaks = super().scan_flow_scalar_breaks(double, start_mark)
        if self.reader.column <= self.indent and self.reader.peek() != "\0":
            said = "expected the quoted text to go on further to the right, or a closing quote"
            mark = self.reader.get_mark()
            raise ScannerError("while scanning a quoted scalar", start_mark, said, mark)
        return breaks

    def _refuse_attached_comment(self) -> None:
        text, here = self.reader.buffer, self.reader.pointer
        if text[here] == "#" and here > 0 and text[here - 1] not in " \t\n":
            mark = self.reader.get_mark()
            said = "found a comment without a blank before it"
            raise ScannerError("while scanning for the next token", mark, said, mark)

    def _indents(self) -> bool:
        """Whether the tab ahead stands between the start of the line and a token on it."""
        text, here = self.reader.buffer, self.reader.pointer
        before = text[text.rfind("\n", 0, here) + 1 : here]
        return not before.strip(_BLANK) and self._next_visible(text, here) not in "#\r\n\0"

    def _next_visible(self, text: str, here: int) -> str:
        while text[here] in _BLANK:
            here += 1
        return text[here]

    def _skip_indentation(self) -> None:
        self._skip(" ")
        shallow = not self.flow_level and self.reader.column <= self.indent
        if shallow and self.reader.peek() == "\t" and self._indents():
            mark = self.reader.get_mark()
            said = "found a tab in the indentation; use spaces"
            raise ScannerError("while scanning for the next token", mark, said, mark)
        self._skip_blanks()

    def _skip_blanks(self) -> str:
        return self._skip(_BLANK)

    def _skip(self, characters: str) -> str:
        length = 0
        while self.reader.peek(length) in characters:
            length += 1
        blanks = str(self.reader.prefix(length))
        self.reader.forward(length)
        return blanks

    def _at_document_marker(self) -> bool:
        return self.reader.prefix(3) in {"---", "..."} and self.reader.peek(3) in _END
