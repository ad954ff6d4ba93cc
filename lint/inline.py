"""The inline content of a block: visible text with marks, links and pictures, each with its place in the source.

markdown-it gives inline tokens no position. They are verbatim slices of the content, though, once its two joining
rules are off, so a walk over content and tokens side by side recovers every offset.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import field

from markdown_it.helpers import parseLinkDestination, parseLinkTitle
from markdown_it.token import Token

from leakstats.records import struct

__all__ = ["Comment", "Image", "Link", "Run", "Spots", "Text", "code_text", "empty_text", "plain_text", "read_inline"]

_NO_MARKS: frozenset[str] = frozenset()
_CODE = frozenset(("code",))
_MARK_OF = {"strong": "strong", "em": "emphasis", "s": "strike"}
_BLANK = " \t"


@struct
class Spots:
    """Offsets in a block's content to offsets in the page, piece by piece."""

    contents: tuple[int, ...]
    sources: tuple[int, ...]

    def source(self, offset: int) -> int:
        """The page offset of the content offset ``offset``."""
        i = max(bisect_right(self.contents, offset) - 1, 0)
        return self.sources[i] + max(offset - self.contents[i], 0)


@struct
class Run:
    """Visible characters that carry the same marks and stand together in the source."""

    text: str
    start: int
    """Offset in the visible text."""
    at: int
    """Offset in the page."""
    source_length: int
    """Characters in the page; differs from the visible length for an entity or an escape."""
    marks: frozenset[str]
    """Of strong, emphasis, strike, code, link."""


@struct
class Link:
    """A link: where it points and which visible characters carry it."""

    url: str
    start: int
    end: int
    at: int


@struct
class Image:
    """A picture, from Markdown or from an ``<img>`` tag."""

    url: str
    alt: Text
    title: str
    at: int
    """Offset of its first character in the page."""
    end: int
    url_at: int
    """Offset of its address; ``at`` where the address stands elsewhere (a reference)."""


@struct
class Comment:
    """A piece of HTML that a reader does not see: the inside of ``<!-- … -->``, or a whole tag."""

    text: str
    at: int


@struct
class Text:
    """The inline content of one block."""

    text: str
    """What a reader sees, line breaks as blanks, pictures left out."""
    runs: tuple[Run, ...]
    at: int
    """Offset of the content in the page."""
    end: int
    links: tuple[Link, ...] = ()
    images: tuple[Image, ...] = ()
    comments: tuple[Comment, ...] = ()
    tags: tuple[Comment, ...] = ()
    """Raw HTML tags, which a reader does not see: ``<TODO>`` among them."""
    _starts: tuple[int, ...] = field(default=(), repr=False)

    def source(self, offset: int) -> int:
        """The page offset of the visible character ``offset``."""
        if not self.runs:
            return self.at
        run = self.runs[max(bisect_right(self._starts, offset) - 1, 0)]
        if run.source_length != len(run.text):
            return run.at if offset < run.start + len(run.text) else run.at + run.source_length
        return run.at + offset - run.start

    def source_end(self, offset: int) -> int:
        """The page offset behind the last of the visible characters before ``offset``."""
        if offset <= 0 or not self.runs:
            return self.at
        run = self.runs[max(bisect_right(self._starts, offset - 1) - 1, 0)]
        if run.source_length != len(run.text):
            return run.at + run.source_length
        return min(run.at + offset - run.start, run.at + run.source_length)

    def marked(self, mark: str) -> list[tuple[int, int]]:
        """The stretches of visible text that carry ``mark``, touching ones joined."""
        out: list[tuple[int, int]] = []
        for run in self.runs:
            if mark not in run.marks or not run.text:
                continue
            if out and out[-1][1] == run.start:
                out[-1] = (out[-1][0], run.start + len(run.text))
            else:
                out.append((run.start, run.start + len(run.text)))
        return out

    def lead(self, mark: str) -> str:
        """The marked text that opens the block, "" where it opens without the mark."""
        for start, end in self.marked(mark)[:1]:
            if not self.text[:start].strip():
                return self.text[start:end].strip()
        return ""

    def without(self, *marks: str) -> str:
        """The visible text with the characters of these marks blanked out; offsets stay."""
        if len(self.runs) == 1 and not self.runs[0].marks:
            return self.text  # as most cells are
        kept = [r.text if r.marks.isdisjoint(marks) else " " * len(r.text) for r in self.runs]
        return "".join(kept)

    @property
    def words(self) -> int:
        """Number of words: stretches between blanks that hold a letter or a digit."""
        return sum(word.isalnum() or any(map(str.isalnum, word)) for word in self.text.split())


def empty_text(at: int) -> Text:
    """A text without content."""
    return Text("", (), at, at)


class _Walk:
    """One pass over a block's content and its tokens."""

    def __init__(self, content: str, spots: Spots, begin: int = 0, end: int | None = None) -> None:
        self.content = content
        self.spots = spots
        self.position = begin
        self.begin = begin
        self.end = len(content) if end is None else end
        self.length = 0
        self.runs: list[Run] = []
        self.links: list[Link] = []
        self.images: list[Image] = []
        self.comments: list[Comment] = []
        self.tags: list[Comment] = []
        self.marks: list[str] = []
        self.mark_set = _NO_MARKS
        self.open_links: list[tuple[str, int, int]] = []
        self.autolink = False

    def text(self) -> Text:
        visible = "".join(run.text for run in self.runs)
        return Text(
            visible,
            tuple(self.runs),
            self.spots.source(self.begin),
            self.spots.source(self.end),
            tuple(self.links),
            tuple(self.images),
            tuple(self.comments),
            tuple(self.tags),
            tuple(run.start for run in self.runs),
        )

    def add(self, text: str, source_length: int | None = None, mark: str = "") -> None:
        """Append visible characters that stand at the current position, cut where the source is not contiguous."""
        if not text:
            return
        marks = self.mark_set | {mark} if mark else self.mark_set
        exact = source_length is None or source_length == len(text)
        for offset, piece in self.pieces(text) if exact else [(0, text)]:
            at = self.spots.source(self.position + offset)
            length = len(piece) if exact else source_length or 0
            self.runs.append(Run(piece, self.length, at, length, marks))
            self.length += len(piece)
        self.position += len(text) if source_length is None else source_length

    def pieces(self, text: str) -> Iterator[tuple[int, str]]:
        """``text`` at the current position, cut at the seams of the content."""
        first, last = self.position, self.position + len(text)
        i = bisect_right(self.spots.contents, first)
        cuts = [first]
        while i < len(self.spots.contents) and self.spots.contents[i] < last:
            cuts.append(self.spots.contents[i])
            i += 1
        for start, end in zip(cuts, [*cuts[1:], last], strict=True):
            yield start - first, text[start - first : end - first]

    def mark(self, name: str, nesting: int) -> None:
        if nesting > 0:
            self.marks.append(name)
        elif name in self.marks:
            self.marks.remove(name)
        self.mark_set = frozenset(self.marks)

    def expect(self, text: str) -> None:
        """Move to ``text``; it stands at the position already unless the parser changed its ways."""
        if not self.content.startswith(text, self.position):
            found = self.content.find(text, self.position)
            self.position = found if found >= 0 else self.position

    def walk(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            kind = token.type
            if kind == "text":
                if self.autolink:  # shown decoded, so lengths differ: up to the closing ">"
                    close = self.content.find(">", self.position)
                    self.add(token.content, max(close - self.position, 0))
                elif token.content:
                    self.expect(token.content)
                    self.add(token.content)
            elif kind == "softbreak" or kind == "hardbreak":
                self.line_break()
            elif kind == "code_inline":
                self.code(token)
            elif kind == "text_special":
                self.expect(token.markup)
                self.add(token.content, len(token.markup))
            elif kind == "link_open":
                self.link_open(token)
            elif kind == "link_close":
                self.link_close(token)
            elif kind == "image":
                self.image(token)
            elif kind == "html_inline":
                self.html(token)
            elif token.nesting and token.tag in _MARK_OF:
                self.expect(token.markup)
                self.position += len(token.markup)
                self.mark(_MARK_OF[token.tag], token.nesting)

    def skip(self, characters: str) -> None:
        while self.position < self.end and self.content[self.position] in characters:
            self.position += 1

    def line_break(self) -> None:
        self.skip(_BLANK)
        if self.content.startswith("\\\n", self.position):
            self.position += 1
        if self.position < self.end:
            self.add(" ", 1)
        self.skip(_BLANK)

    def code(self, token: Token) -> None:
        self.expect(token.markup)
        self.position += len(token.markup)
        inner = self.content[self.position : self.position + len(token.content)].replace("\n", " ")
        if inner == token.content and self.content.startswith(token.markup, self.position + len(token.content)):
            self.add(token.content, mark="code")
        else:  # one blank was stripped on either side
            self.position += 1
            self.add(token.content, mark="code")
            self.position += 1
        self.position += len(token.markup)

    def link_open(self, token: Token) -> None:
        self.autolink = token.markup == "autolink"
        mark = "<" if self.autolink else "["
        self.expect(mark)
        self.open_links.append((str(token.attrs.get("href", "")), self.length, self.spots.source(self.position)))
        self.position += 1
        self.mark("link", 1)

    def link_close(self, token: Token) -> None:
        self.mark("link", -1)
        if self.autolink:
            self.autolink = False
            self.expect(">")
            self.position += 1
        else:
            self.expect("]")
            self.position += 1
            self.target()
        if self.open_links:
            url, start, at = self.open_links.pop()
            self.links.append(Link(url, start, self.length, at))

    def target(self) -> int | None:
        """Move behind ``(url "title")`` or ``[label]``, if one stands here; the offset of an inline address."""
        text, end = self.content, self.end
        if text.startswith("(", self.position):
            at = self.position + 1
            while at < end and text[at] in " \t\n":
                at += 1
            url_at = at
            destination = parseLinkDestination(text, at, end)
            if destination.ok:
                at = destination.pos
                while at < end and text[at] in " \t\n":
                    at += 1
                title = parseLinkTitle(text, at, end)
                if title.ok:
                    at = title.pos
                    while at < end and text[at] in " \t\n":
                        at += 1
            if text.startswith(")", at):
                self.position = at + 1
                return url_at + text.startswith("<", url_at)
        if text.startswith("[", self.position):
            close = text.find("]", self.position, end)
            if close >= 0:
                self.position = close + 1
        return None

    def image(self, token: Token) -> None:
        self.expect("![")
        at = self.position
        inner = _Walk(self.content, self.spots, at + 2, at + 2 + len(token.content))
        inner.walk(token.children or ())
        self.position = at + 2 + len(token.content) + 1
        url_at = self.target()
        self.images.append(
            Image(
                url=str(token.attrs.get("src", "")),
                alt=inner.text(),
                title=str(token.attrs.get("title", "")),
                at=self.spots.source(at),
                end=self.spots.source(self.position - 1) + 1,
                url_at=self.spots.source(at if url_at is None else url_at),
            )
        )

    def html(self, token: Token) -> None:
        self.expect(token.content)
        at = self.spots.source(self.position)
        self.position += len(token.content)
        if token.content.startswith("<!--"):
            self.comments.append(Comment(token.content[4:].removesuffix("-->"), at))
            return
        self.tags.append(Comment(token.content, at))
        tag = read_tag(token.content)
        if tag is not None and tag[0] == "img":
            self.images.append(html_image(token.content, tag[1], at))
        elif tag is not None and tag[0] == "br":
            self.runs.append(Run(" ", self.length, at, len(token.content), self.mark_set))
            self.length += 1


def plain_text(text: str, at: int) -> Text:
    """A text that stands in the page as it is seen."""
    return Text(text, (Run(text, 0, at, len(text), _NO_MARKS),), at, at + len(text), _starts=(0,))


def code_text(text: str, at: int) -> Text:
    """A text all in code style, whose first character stands behind the mark at ``at``."""
    return Text(text, (Run(text, 0, at + 1, len(text), _CODE),), at, at + len(text) + 2, _starts=(0,))


def read_inline(token: Token, spots: Spots) -> Text:
    """The inline ``token`` as text; ``spots`` says where its content stands in the page."""
    children = token.children or ()
    if len(children) == 1 and children[0].type == "text" and spots.contents == (0,):
        text = children[0].content
        if text == token.content:  # as most cells of tables are, it stands in the page as it is seen
            return plain_text(text, spots.sources[0])
    walk = _Walk(token.content, spots)
    walk.walk(children)
    return walk.text()


def read_tag(text: str) -> tuple[str, dict[str, str]] | None:
    """Name and attributes of the opening HTML tag at the start of ``text``; ``None`` for anything else."""
    end = 1
    while end < len(text) and (text[end].isalnum() or text[end] == "-"):
        end += 1
    name = text[1:end].lower()
    if not text.startswith("<") or not name:
        return None
    attributes: dict[str, str] = {}
    rest = text[end:].rstrip(">").rstrip("/")
    position = 0
    while (equals := rest.find("=", position)) >= 0:
        key = rest[position:equals].split()[-1:] or [""]
        start = equals + 1
        while start < len(rest) and rest[start].isspace():
            start += 1
        quote = rest[start : start + 1]
        if quote and quote in "\"'":
            close = rest.find(quote, start + 1)
            close = len(rest) if close < 0 else close
            value, position = rest[start + 1 : close], close + 1
        else:
            close = start
            while close < len(rest) and not rest[close].isspace():
                close += 1
            value, position = rest[start:close], close
        attributes.setdefault(key[0].lower(), value)
    return name, attributes


def html_image(tag: str, attributes: dict[str, str], at: int) -> Image:
    """The picture of an ``<img>`` tag at the page offset ``at``."""
    length = len(tag)
    alt_text = attributes.get("alt", "")
    alt = Text(alt_text, (Run(alt_text, 0, at, length, _NO_MARKS),), at, at + length, _starts=(0,))
    url = attributes.get("src", "")
    url_at = at + max(tag.find(url), 0) if "\n" not in tag else at  # a tag of several lines may be quoted or indented
    return Image(url, alt, attributes.get("title", ""), at, at + length, url_at)
