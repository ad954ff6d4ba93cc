"""A Markdown page as sections, bullets, tables, figures, fences and comments, each with its place in the source.

The parser is markdown-it (CommonMark with tables and strikethrough). Rules read this model and never the raw text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from functools import cache, cached_property
from html import unescape
from typing import Literal, TypeAlias

from markdown_it import MarkdownIt
from markdown_it.token import Token

from leakstats.records import struct

from .frontmatter import FrontMatter, read_front_matter
from .inline import Comment, Image, Link, Run, Spots, Text, empty_text, html_image, read_inline, read_tag
from .regex import regex
from .source import Place, Source

__all__ = [
    "Block",
    "Bullet",
    "Cell",
    "Details",
    "Document",
    "Fence",
    "Figure",
    "Heading",
    "Html",
    "Paragraph",
    "Scope",
    "Section",
    "Table",
    "Title",
    "too_complex",
]

_DIGIT = regex(r"\d")
Scope: TypeAlias = Literal["title", "heading", "prose", "caption", "table", "alt", "quote", "code"]


@struct
class Heading:
    """A heading at the top level of the page."""

    text: Text
    level: int
    line: int
    end_line: int


@struct
class Paragraph:
    """A paragraph, perhaps inside bullets or a quotation."""

    text: Text
    line: int
    end_line: int
    list_depth: int
    quoted: bool
    tight: bool = False
    """The paragraph of a bullet in a list without blank lines."""


@struct
class Cell:
    """A table cell."""

    text: Text
    row: int
    """0 is the header."""
    column: int


@struct
class Table:
    """A table; every row has as many cells as the header."""

    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    line: int
    end_line: int
    quoted: bool

    @property
    def cells(self) -> Iterator[Cell]:
        """All cells, row by row, the header first."""
        yield from self.header
        for row in self.rows:
            yield from row


@struct
class Fence:
    """A code block, fenced or indented."""

    content: str
    info: str
    line: int
    end_line: int
    fenced: bool
    quoted: bool

    @property
    def first_content_line(self) -> int:
        return self.line + 1 if self.fenced else self.line


@struct
class Html:
    """A block of raw HTML."""

    content: str
    line: int
    end_line: int
    comments: tuple[Comment, ...]
    images: tuple[Image, ...]
    text: Text
    """What stands between the tags."""
    stretches: int = 0
    """Pieces of text that tags set apart: two paragraphs, four cells. A tag that only styles parts nothing."""
    code: bool = False
    """It holds code, which a reader does not take for words."""
    quoted: bool = False

    @property
    def is_one_text(self) -> bool:
        """True where it reads as one paragraph: a summary, a centred caption."""
        return self.stretches == 1 and not self.code and not self.quoted

    @property
    def holds_several_texts(self) -> bool:
        """True for a table, a list and their like, in which nobody says what belongs together."""
        return self.stretches > 1 and not self.code and not self.quoted


Block: TypeAlias = Heading | Paragraph | Table | Fence | Html


@struct
class Bullet:
    """One item of a list, bulleted or numbered."""

    first: int
    """Index of its first block."""
    last: int
    """Index behind its last block."""
    depth: int
    """0 for the items of an outermost list."""
    line: int
    text: Text
    """Its first paragraph; without content where it opens with something else."""


@struct
class Details:
    """A ``<details>`` element: what it folds away. ``end_line`` is the page's last line where it is not closed."""

    line: int
    end_line: int
    closed: bool


@struct
class Figure:
    """A visible picture with the paragraph that speaks of it."""

    image: Image
    block: int
    """Index of the block that holds it."""
    caption: Text | None
    """The paragraph below it, or the rest of its own one."""


@struct
class Section:
    """A heading and what stands below it. The text before the first heading is a section without one."""

    heading: Heading | None
    first: int
    """Index of its first block, the heading aside."""
    own_last: int
    """Index behind its last block before the next heading of any level."""
    last: int
    """Index behind its last block before the next heading of its level or above."""
    parent: int
    """Index of the enclosing section, -1 for none."""

    @property
    def level(self) -> int:
        return self.heading.level if self.heading is not None else 0

    @property
    def title(self) -> str:
        """The heading's visible text, "" without one."""
        return self.heading.text.text.strip() if self.heading is not None else ""

    @property
    def line(self) -> int:
        return self.heading.line if self.heading is not None else 1


@struct
class Title:
    """The page's title: from the front matter or a first-level heading."""

    text: str
    at: int
    end: int
    origin: Literal["front matter", "heading"]
    written: Text | None = None
    """The heading's content, where it is one."""


@struct(slots=False)
class Document:
    """A parsed page."""

    source: Source
    front_matter: FrontMatter | None
    blocks: tuple[Block, ...] = field(repr=False)
    sections: tuple[Section, ...] = field(repr=False)
    bullets: tuple[Bullet, ...] = field(repr=False)
    figures: tuple[Figure, ...] = field(repr=False)
    comments: tuple[Comment, ...] = field(repr=False)
    details: tuple[Details, ...] = field(repr=False)

    @classmethod
    def parse(cls, text: str, *, path: str = "<text>") -> Document:
        """Parse a page. Time and memory are linear for pages that :func:`too_complex` does not name."""
        return _Reader(Source.read(path, text)).document()

    # -- asking ------------------------------------------------------------------------------------------------------

    def own_blocks(self, section: Section) -> tuple[Block, ...]:
        """The blocks of a section, sub-sections aside."""
        return self.blocks[section.first : section.own_last]

    def all_blocks(self, section: Section) -> tuple[Block, ...]:
        """The blocks of a section with its sub-sections, their headings included."""
        return self.blocks[section.first : section.last]

    def bullets_in(self, first: int, last: int, *, depth: int | None = 0) -> list[Bullet]:
        """The list items among the blocks from ``first`` to before ``last``; ``depth=None`` takes nested ones too."""
        return [b for b in self.bullets if first <= b.first and b.last <= last and (depth is None or b.depth == depth)]

    def figures_in(self, section: Section) -> list[Figure]:
        """The pictures of a section, sub-sections aside."""
        return [f for f in self.figures if section.first <= f.block < section.own_last]

    def section_of(self, block: int) -> Section:
        """The innermost section that holds the block with this index."""
        return next(s for s in reversed(self.sections) if s.first <= block or s.heading is self.blocks[block])

    def words(self, blocks: tuple[Block, ...]) -> int:
        """Number of words that a reader sees in these blocks; code, pictures and HTML aside."""
        total = 0
        for block in blocks:
            if isinstance(block, Paragraph | Heading):
                total += block.text.words
            elif isinstance(block, Table):
                total += sum(cell.text.words for cell in block.cells)
        return total

    def place(self, text: Text, start: int, end: int) -> Place:
        """The place of the visible characters ``start`` to before ``end`` of ``text``."""
        return self.source.place(text.source(start), text.source_end(end))

    @cached_property
    def captions(self) -> frozenset[int]:
        """Offsets at which captions start in the page."""
        return frozenset(f.caption.at for f in self.figures if f.caption is not None)

    @cached_property
    def table_notes(self) -> frozenset[int]:
        """Offsets at which notes on a table start: a paragraph in italics right below it, or below its fold."""
        out = set()
        below = False
        for block in self.blocks:
            if isinstance(block, Paragraph) and below:
                first, last = self.source.line(block.line).strip(), self.source.line(block.end_line).strip()
                if first.startswith("*") and not first.startswith("**") and last.endswith("*"):
                    out.add(block.text.at)
            below = isinstance(block, Table) or (below and isinstance(block, Html))
        return frozenset(out)

    def texts(self) -> tuple[tuple[Text, Scope], ...]:
        """Every piece of visible text with its scope, in page order; code blocks aside."""
        return self._texts

    def texts_with_digits(self) -> tuple[tuple[Text, Scope], ...]:
        """Those of :meth:`texts` that hold a digit; half of a page has none."""
        return self._texts_with_digits

    @cached_property
    def _texts(self) -> tuple[tuple[Text, Scope], ...]:
        return tuple(self._read_texts())

    @cached_property
    def _texts_with_digits(self) -> tuple[tuple[Text, Scope], ...]:
        return tuple((text, scope) for text, scope in self._texts if _DIGIT.search(text.text))

    def _read_texts(self) -> Iterator[tuple[Text, Scope]]:
        titles = {id(t.written) for t in self.titles if t.written is not None}
        for block in self.blocks:
            if isinstance(block, Heading):
                yield block.text, "title" if id(block.text) in titles else "heading"
            elif isinstance(block, Paragraph):
                yield block.text, self._scope(block)
            elif isinstance(block, Table):
                for cell in block.cells:
                    yield cell.text, "quote" if block.quoted else "table"
            elif isinstance(block, Html):
                yield block.text, "prose"
        for figure in self.figures:
            yield figure.image.alt, "alt"

    def _scope(self, block: Paragraph) -> Scope:
        if block.text.at in self.captions:
            return "caption"
        return "quote" if block.quoted else "prose"

    @cached_property
    def links(self) -> tuple[tuple[Link, Text], ...]:
        """Every link with the text that holds it."""
        return tuple((link, text) for text, _ in self.texts() for link in text.links)

    @cached_property
    def titles(self) -> tuple[Title, ...]:
        """The title in the front matter and the first heading of level 1, where they exist.

        A level-1 heading is the title only if it is the first heading of the page.
        """
        out = []
        entry = self.front_matter.get("title") if self.front_matter is not None else None
        if entry is not None:
            out.append(Title(" ".join(entry.value.split()), entry.at, entry.end, "front matter"))
        first = next((b for b in self.blocks if isinstance(b, Heading)), None)
        if first is not None and first.level == 1:
            text = first.text
            out.append(Title(text.text.strip(), text.at, text.end, "heading", text))
        return tuple(out)


# -- limits -----------------------------------------------------------------------------------------------------------

# A page of 256 KiB of prose has a tenth of these. Beyond them CommonMark parsing is no longer quick.
_MOST_LINES = 20_000
_MOST_OF = {"[": 10_000, "*": 40_000, "_": 40_000, "`": 40_000, "~": 40_000, "<": 40_000, "&": 40_000, "\\": 40_000}
_MOST_PIPES = 60_000


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


# -- reading ----------------------------------------------------------------------------------------------------------


@cache
def _parser() -> MarkdownIt:
    """One serves every page."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    # Joined text tokens would no longer be slices of the source.
    parser.inline.ruler2.disable("fragments_join", ignoreInvalid=True)
    parser.core.ruler.disable("text_join", ignoreInvalid=True)
    return parser


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

    def document(self) -> Document:
        skipped = self.front_matter.last_line if self.front_matter is not None else 0
        body = "\n" * skipped + self.source.text[self.source.start_of(skipped + 1) :]
        self.walk(_parser().parse(body))
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
            if kind == "table_open":
                i = self.table(tokens, i)
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
        self.blocks.append(Paragraph(text, line, end, self.list_depth, self.quotes > 0, token.hidden))

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

    def table(self, tokens: list[Token], i: int) -> int:
        line, end = _lines(tokens[i])
        rows: list[tuple[Cell, ...]] = []
        row: list[Cell] = []
        cursor = 0
        while tokens[i].type != "table_close":
            token = tokens[i]
            if token.type == "tr_open":
                row, row_line = [], _lines(token)[0]
                cursor = _row_start(self.source.line(row_line))
            elif token.type in ("th_open", "td_open"):
                inline = tokens[i + 1]
                spots, cursor = self.cell_spots(inline.content, row_line, cursor)
                row.append(Cell(self.inline(inline, spots), len(rows), len(row)))
            elif token.type == "tr_close":
                rows.append(tuple(row))
            i += 1
        self.blocks.append(Table(rows[0], tuple(rows[1:]), line, end, self.quotes > 0))
        return i + 1

    def cell_spots(self, content: str, line: int, cursor: int) -> tuple[Spots, int]:
        """Where a cell's content stands in its line, and the column behind the pipe that closes the cell."""
        text, start = self.source.line(line), self.source.start_of(line)
        while cursor < len(text) and text[cursor].isspace() and not content.startswith(text[cursor]):
            cursor += 1
        # Written \|, and the parser drops the backslash.
        pipes = [i for i, character in enumerate(content) if character == "|"] if "|" in content else []
        sources = [start + cursor, *(start + cursor + i + dropped for dropped, i in enumerate(pipes, 1))]
        column = cursor + len(content) + len(pipes)
        close = text.find("|", column)
        return Spots((0, *pipes), tuple(sources)), (max(column, len(text)) if close < 0 else close) + 1

    def html(self, token: Token) -> None:
        line, end = _lines(token)
        block = _read_html(token.content, line, end, self.line_spots(token, line), quoted=self.quotes > 0)
        self.blocks.append(block)
        self.comments.extend(block.comments)
        self.details_tags(_without_comments(token.content), line)

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


def _without_comments(content: str) -> str:
    """``content`` with the characters of HTML comments blanked out, line ends kept."""
    out, position = [], 0
    while (begin := content.find("<!--", position)) >= 0:
        end = content.find("-->", begin + 4)
        end = len(content) if end < 0 else end + 3
        out.append(content[position:begin])
        out.append("".join(c if c == "\n" else " " for c in content[begin:end]))
        position = end
    out.append(content[position:])
    return "".join(out)


_CODE = frozenset(["code", "pre", "script", "style", "svg", "textarea"])
_STYLING = frozenset(
    "a abbr b big br code del em font i img ins kbd mark s small span strong sub sup u".split(" ")  # noqa: SIM905
)

# A tag longer than this is no tag that anybody wrote; keeps unclosed "<" runs linear.
_LONGEST_TAG = 2_000
_LONGEST_ENTITY = 40


def _read_html(content: str, line: int, end_line: int, spots: Spots, *, quoted: bool) -> Html:
    comments, position = [], 0
    while (begin := content.find("<!--", position)) >= 0:
        end = content.find("-->", begin + 4)
        comments.append(Comment(content[begin + 4 : end if end >= 0 else len(content)], spots.source(begin)))
        if end < 0:
            break
        position = end + 3
    visible = _without_comments(content)
    images, pieces, tags, position = [], [], [], 0
    stretches, apart, names = 0, True, set()
    while (begin := visible.find("<", position)) >= 0:
        end = visible.find(">", begin, begin + _LONGEST_TAG)
        if end < 0:
            pieces.append((position, visible[position : begin + 1]))
            position = begin + 1
            continue
        pieces.append((position, visible[position:begin]))
        name = _tag_name(visible[begin : end + 1])
        names.add(name)
        if apart and pieces[-1][1].strip():
            stretches, apart = stretches + 1, False
        apart = apart or name not in _STYLING
        tags.append(Comment(visible[begin : end + 1], spots.source(begin)))
        tag = read_tag(visible[begin : end + 1])
        if tag is not None and tag[0] == "img":
            images.append(html_image(visible[begin : end + 1], tag[1], spots.source(begin)))
        position = end + 1
    pieces.append((position, visible[position:]))
    stretches += apart and bool(pieces[-1][1].strip())
    text = _html_text(pieces, tuple(tags), spots, len(content))
    code = not _CODE.isdisjoint(names)
    return Html(content, line, end_line, tuple(comments), tuple(images), text, stretches, code, quoted)


def _tag_name(tag: str) -> str:
    """The name in an opening or closing tag, in lower case."""
    words = tag.strip("</>").split(maxsplit=1)
    return words[0].lower() if words else ""


def _html_text(pieces: list[tuple[int, str]], tags: tuple[Comment, ...], spots: Spots, length: int) -> Text:
    """The text between tags, a run for each line."""
    runs, offset = [], 0
    for position, piece in pieces:
        for body, visible in _entities_apart(piece):
            runs.append(Run(visible, offset, spots.source(position), len(body), frozenset()))
            offset += len(visible)
            position += len(body)
    text = "".join(r.text for r in runs)
    starts = tuple(r.start for r in runs)
    return Text(text, tuple(runs), spots.source(0), spots.source(length), tags=tags, _starts=starts)


def _entities_apart(text: str) -> Iterator[tuple[str, str]]:
    """The lines of ``text`` as written and as seen, each HTML entity as a piece of its own."""
    for line in text.splitlines(keepends=True):
        position = search = 0
        while (begin := line.find("&", search)) >= 0:
            search = line.find(";", begin, begin + _LONGEST_ENTITY) + 1
            entity = line[begin:search]
            seen = unescape(entity)
            if not entity or seen == entity:
                search = begin + 1
                continue
            if position < begin:
                yield line[position:begin], line[position:begin]
            yield entity, seen
            position = search
        if position < len(line):
            yield line[position:], line[position:].replace("\n", " ")


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
