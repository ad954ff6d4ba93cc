"""From Markdown to the model of a page.

The parser is markdown-it (CommonMark with tables and strikethrough).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from .block_rules import by_first_character, table
from .document import (
    Block,
    Bullet,
    Cell,
    Details,
    Document,
    Fence,
    Figure,
    Heading,
    Html,
    Paragraph,
    Section,
    Table,
)
from .frontmatter import read_front_matter
from .html_block import read_html, without_comments
from .inline import Comment, Image, Spots, Text, code_text, empty_text, plain_text, read_inline
from .regex import regex
from .source import Source

__all__ = ["parse_document", "too_complex"]

# A page of 256 KiB of prose has a tenth of these. Beyond them CommonMark parsing is no longer quick.
_MOST_LINES = 20_000
_MOST_OF = {"[": 10_000, "*": 40_000, "_": 40_000, "`": 40_000, "~": 40_000, "<": 40_000, "&": 40_000, "\\": 40_000}
_MOST_PIPES = 60_000


def parse_document(text: str, *, path: str = "<text>") -> Document:
    """Parse a page. Time and memory are linear for pages that :func:`too_complex` does not name."""
    return _Reader(Source.read(path, text)).document()


def too_complex(text: str) -> str | None:
    """Why a page is too much to parse within its time, ``None`` for any page that somebody wrote.

    >>> too_complex("# A page") is None
    True
    >>> too_complex("[" * 20_000)
    "it has 20000 '[', more than 10000"
    """
    lines = text.count("\n") - text.count("\n\n")
    if lines > _MOST_LINES:
        return f"it has about {lines} lines with text, more than {_MOST_LINES}"
    for mark, most in (*_MOST_OF.items(), ("|", _MOST_PIPES)):
        if (count := text.count(mark)) > most:
            return f"it has {count} {mark!r}, more than {most}"
    return None


@cache
def _parser() -> MarkdownIt:
    """One serves every page."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    # Joined text tokens would no longer be slices of the source.
    parser.inline.ruler2.disable("fragments_join", ignoreInvalid=True)
    parser.core.ruler.disable("text_join", ignoreInvalid=True)
    parser.core.ruler.disable("normalize")  # as a source is already
    parser.core.ruler.at("inline", _inline)
    parser.block.ruler.at("table", table, {"alt": ["paragraph", "reference"]})
    parser.block.ruler.before("table", "by_first_character", by_first_character)
    return parser


_PLAIN = regex(r"[^\n!&*<\[\\\]_`~]+")
"""Content in which the parser finds a text and nothing else."""
_CODE = regex(r"`[^`\s](?:[^`\n]*[^`\s])?`")


def _inline(state: StateCore) -> None:
    """Parse what the blocks hold, cells of tables aside."""
    for token in state.tokens:
        if token.type == "inline":
            token.children = []
            if _PLAIN.fullmatch(token.content):
                token.children.append(Token("text", "", 0, content=token.content))
            else:
                state.md.inline.parse(token.content, state.md, state.env, token.children)


class _Reader:
    """Turns markdown-it's token stream into a :class:`Document`."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.front_matter = read_front_matter(source)
        self.blocks: list[Block] = []
        self.bullets: list[Bullet] = []
        self.open_bullets: list[tuple[int, int, int]] = []  # slot in bullets, first block, line
        self.comments: list[Comment] = []
        self.details: list[Details] = []
        self.open_details: list[int] = []
        self.list_depth = 0
        self.quotes = 0
        self.references: dict[str, Any] = {}

    def document(self) -> Document:
        skipped = self.front_matter.last_line if self.front_matter is not None else 0
        body = "\n" * skipped + self.source.text[self.source.start_of(skipped + 1) :]
        self.walk(_parser().parse(body, self.references))
        for line in self.open_details:
            self.details.append(Details(line, self.source.n_lines, False))
        return Document(
            self.source,
            self.front_matter,
            tuple(self.blocks),
            tuple(_sections(self.blocks)),
            tuple(self.bullets),
            tuple(_figures(self.blocks)),
            tuple(sorted(self.comments, key=lambda c: c.at)),
            tuple(sorted(self.details, key=lambda d: d.line)),
        )

    def walk(self, tokens: list[Token]) -> None:
        i = 0
        while i < len(tokens):
            token = tokens[i]
            kind = token.type
            if kind == "table":
                self.table(token)
                i += 1
                continue
            if kind == "heading_open":
                self.heading(token, tokens[i + 1])
                i += 3
                continue
            if kind == "paragraph_open":
                self.paragraph(token, tokens[i + 1])
                i += 3
                continue
            if kind in ("bullet_list_open", "ordered_list_open"):
                self.list_depth += 1
            elif kind in ("bullet_list_close", "ordered_list_close"):
                self.list_depth -= 1
            elif kind == "list_item_open":
                self.open_bullets.append((len(self.bullets), len(self.blocks), _lines(token)[0]))
                self.bullets.append(Bullet(0, 0, 0, 0, empty_text(0)))
            elif kind == "list_item_close":
                self.bullet_close()
            elif kind == "blockquote_open":
                self.quotes += 1
            elif kind == "blockquote_close":
                self.quotes -= 1
            elif kind in ("fence", "code_block"):
                line, end = _lines(token)
                self.blocks.append(
                    Fence(token.content, token.info.strip(), line, end, kind == "fence", self.quotes > 0)
                )
            elif kind == "html_block":
                self.html(token)
            i += 1

    def bullet_close(self) -> None:
        slot, first, line = self.open_bullets.pop()
        text = empty_text(self.source.start_of(line))
        if first < len(self.blocks):
            block = self.blocks[first]
            if isinstance(block, Paragraph):
                text = block.text
        self.bullets[slot] = Bullet(first, len(self.blocks), len(self.open_bullets), line, text)

    def heading(self, token: Token, inline: Token) -> None:
        line, end = _lines(token)
        text = self.inline(inline, self.line_spots(inline, line))
        if self.list_depth or self.quotes:  # no part of the page's outline
            self.blocks.append(Paragraph(text, line, end, self.list_depth, self.quotes > 0))
            return
        self.blocks.append(Heading(text, int(token.tag[1:]), line, end))

    def paragraph(self, token: Token, inline: Token) -> None:
        line, end = _lines(token)
        text = self.inline(inline, self.line_spots(inline, line))
        self.blocks.append(Paragraph(text, line, end, self.list_depth, self.quotes > 0))

    def inline(self, token: Token, spots: Spots) -> Text:
        text = read_inline(token, spots)
        self.comments.extend(text.comments)
        self.inline_details(token)
        return text

    def inline_details(self, token: Token) -> None:
        if "details" not in token.content.lower():
            return
        line = _lines(token)[0]
        for child in token.children or ():
            if child.type == "html_inline":
                self.details_tags(child.content, line)
            elif child.type in ("softbreak", "hardbreak"):
                line += 1

    def line_spots(self, token: Token, line: int) -> Spots:
        """Where each line of a block's content stands: at the end of its source line, behind markers and indents."""
        contents, sources, offset = [], [], 0
        first = token.content.split("\n", 1)[0].strip()
        last = _lines(token)[1]
        while line < last and first not in self.source.line(line):
            line += 1  # a line of exotic blanks opens the block, and the parser strips it
        for k, piece in enumerate(token.content.split("\n")):
            body = piece.strip()
            whole = self.source.line(line + k)
            trimmed = whole.rstrip()
            left = len(trimmed) - len(body) if trimmed.endswith(body) else max(whole.find(body), 0)
            contents.append(offset + len(piece) - len(piece.lstrip()))
            sources.append(self.source.start_of(line + k) + left)
            offset += len(piece) + 1
        return Spots(tuple(contents), tuple(sources))

    def table(self, token: Token) -> None:
        line, end = _lines(token)
        rows: list[tuple[Cell, ...]] = []
        for below, contents in token.meta["rows"]:
            written, start = self.source.line(below + 1), self.source.start_of(below + 1)
            row: list[Cell] = []
            cursor = _row_start(written)
            for content in contents:
                if _PLAIN.fullmatch(content) and written.startswith(f" {content} |", cursor) and "|" not in content:
                    row.append(Cell(plain_text(content, start + cursor + 1), len(rows), len(row)))
                    cursor += len(content) + 3  # as most cells are written
                    continue
                spots, cursor = _cell_spots(content, written, start, cursor)
                row.append(Cell(self.cell(content, spots, below), len(rows), len(row)))
            self.comments_behind(written, start, cursor)
            rows.append(tuple(row))
        self.blocks.append(Table(rows[0], tuple(rows[1:]), line, end, self.quotes > 0))

    def comments_behind(self, written: str, start: int, cursor: int) -> None:
        """The comments behind the last cell of a row, where a reader sees nothing."""
        while (opens := written.find("<!--", cursor)) >= 0 and (closes := written.find("-->", opens + 4)) >= 0:
            self.comments.append(Comment(written[opens + 4 : closes], start + opens))
            cursor = closes + 3

    def cell(self, content: str, spots: Spots, line: int) -> Text:
        """The text of a cell; most are plain, empty or a piece of code, and need no parser."""
        if len(spots.contents) == 1:
            at = spots.sources[0]
            if not content:
                return empty_text(at)
            if _PLAIN.fullmatch(content):
                return plain_text(content, at)
            if _CODE.fullmatch(content):
                return code_text(content[1:-1], at)
        children: list[Token] = []
        token = Token("inline", "", 0, map=[line, line + 1], content=content, children=children)
        parser = _parser()
        parser.inline.parse(content, parser, self.references, children)
        return self.inline(token, spots)

    def html(self, token: Token) -> None:
        line, end = _lines(token)
        block = read_html(token.content, line, end, self.line_spots(token, line), quoted=self.quotes > 0)
        self.blocks.append(block)
        self.comments.extend(block.comments)
        self.details_tags(without_comments(token.content), line)

    def details_tags(self, content: str, line: int) -> None:
        lower, position = content.lower(), 0
        while (position := lower.find("details", position)) >= 0:
            here = line + content.count("\n", 0, position)
            if lower.endswith("<", 0, position) and lower[position + 7 : position + 8] in (">", " ", "\n", "\t"):
                self.open_details.append(here)
            elif lower.endswith("</", 0, position) and self.open_details:
                self.details.append(Details(self.open_details.pop(), here, True))
            position += 7


def _lines(token: Token) -> tuple[int, int]:
    """1-based first and last line of a block token."""
    begin, end = token.map or [0, 1]
    return begin + 1, max(end, begin + 1)


def _cell_spots(content: str, text: str, start: int, cursor: int) -> tuple[Spots, int]:
    """Where a cell's content stands in its line, and the column behind the pipe that closes the cell."""
    while cursor < len(text) and text[cursor].isspace() and not content.startswith(text[cursor]):
        cursor += 1
    # Written \|, and the parser drops the backslash.
    pipes = [i for i, character in enumerate(content) if character == "|"] if "|" in content else []
    sources = [start + cursor, *(start + cursor + i + dropped for dropped, i in enumerate(pipes, 1))]
    column = cursor + len(content) + len(pipes)
    close = text.find("|", column)
    return Spots((0, *pipes), tuple(sources)), (max(column, len(text)) if close < 0 else close) + 1


def _row_start(line: str) -> int:
    """Column of a table row's first cell: behind quotation marks, indents and the leading pipe."""
    column = 0
    while column < len(line) and (line[column].isspace() or line[column] == ">"):
        column += 1
    if line[column : column + 1] in ("-", "*", "+") and line[column + 1 : column + 2] in (" ", "\t"):
        rest = line[column + 1 :].lstrip()
        if rest.startswith("|"):  # the first row of a table that opens a bullet
            column = len(line) - len(rest)
    return column + 1 if line[column : column + 1] == "|" else column


def _sections(blocks: list[Block]) -> list[Section]:
    """The outline: one section before the first heading, then one for each heading."""
    heads = [i for i, b in enumerate(blocks) if isinstance(b, Heading)]
    ends = [*heads[1:], len(blocks)] if heads else []
    out = [Section(None, 0, heads[0] if heads else len(blocks), heads[0] if heads else len(blocks), -1)]
    # Walk backwards for the ends: the next heading of a level at or above one's own.
    closes: dict[int, int] = {}
    nearest = [len(blocks)] * 7
    for i in reversed(heads):
        block = blocks[i]
        if isinstance(block, Heading):
            closes[i] = min(nearest[1 : block.level + 1])
            nearest[block.level] = i
    above: list[tuple[int, int]] = []  # (level, section index)
    for i, own_last in zip(heads, ends, strict=True):
        block = blocks[i]
        if isinstance(block, Heading):
            while above and above[-1][0] >= block.level:
                above.pop()
            out.append(Section(block, i + 1, own_last, closes[i], above[-1][1] if above else -1))
            above.append((block.level, len(out) - 1))
    return out


def _figures(blocks: list[Block]) -> Iterator[Figure]:
    below = _captions_below(blocks)
    for i, block in enumerate(blocks):
        rest: Text | None = None
        if isinstance(block, Paragraph):
            rest = block.text if block.text.text.strip() else None
            images: tuple[Image, ...] = block.text.images
        elif isinstance(block, Html):
            images = block.images
        elif isinstance(block, Table):
            images = tuple(image for cell in block.cells for image in cell.text.images)
        else:
            continue
        for image in images:
            yield Figure(image, i, rest if rest is not None else below[i])


def _captions_below(blocks: list[Block]) -> list[Text | None]:
    """For each block the paragraph next below it; other pictures, comments and closing tags may stand between."""
    out: list[Text | None] = []
    nearest: Text | None = None
    for block in reversed(blocks):
        out.append(nearest)
        if isinstance(block, Html):
            nearest = block.text if block.text.text.strip() else nearest
        elif not isinstance(block, Paragraph) or block.list_depth:
            nearest = None
        elif block.text.text.strip():
            nearest = block.text
    return out[::-1]
