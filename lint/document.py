"""A Markdown page as sections, bullets, tables, figures, fences and comments, each with its place in the source.

Rules read this model and never the raw text; :func:`~leakstats.lint.parsing.parse_document` makes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Literal, TypeAlias

from leakstats.lazy import cached_property
from leakstats.records import struct

from .frontmatter import FrontMatter
from .inline import Comment, Image, Link, Text
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
]

_COUNT = regex(r"\d\s+[A-Za-z-]")
_DIGIT = regex(r"\d")
_PRODUCT = regex(r"[×xX]\s*\d")
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

    def words(self, blocks: tuple[Block, ...], *, enough: int) -> int:
        """Number of words that a reader sees in these blocks, counted until there are ``enough``.

        Code, pictures and HTML have none.
        """
        total = 0
        for block in blocks:
            if total >= enough:
                break
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

    def texts_with_counts(self) -> tuple[tuple[Text, Scope], ...]:
        """Those of :meth:`texts` in which a word follows a number: what counts things; most cells count none."""
        return self._texts_with_counts

    def texts_with_products(self) -> tuple[tuple[Text, Scope], ...]:
        """Those of :meth:`texts` in which a number stands behind a sign of multiplication; few do."""
        return self._texts_with_products

    @cached_property
    def _texts_with_products(self) -> tuple[tuple[Text, Scope], ...]:
        return tuple((text, scope) for text, scope in self._texts_with_digits if _PRODUCT.search(text.text))

    @cached_property
    def _texts_with_counts(self) -> tuple[tuple[Text, Scope], ...]:
        return tuple((text, scope) for text, scope in self._texts_with_digits if _COUNT.search(text.text))

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
