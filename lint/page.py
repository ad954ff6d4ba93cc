"""Everything that a rule may look at: the document, its template, and the files that belong to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from types import MappingProxyType
from typing import Any

from leakstats.lazy import cached_property
from leakstats.records import struct
from leakstats.template import Profile, Section, Template, VersionLine, fold

from .document import Block, Bullet, Document, Heading, Html, Paragraph, Title
from .evidence.knowledge import Evidence
from .finding import Finding
from .inline import Text
from .outline import Found, Outline
from .repository import Checkout
from .results import ResultFiles
from .sidecar import Grounding
from .suppress import Allow

__all__ = ["LabelledBullets", "Page", "WrittenVersion"]


@struct
class LabelledBullets:
    """The bullets that a section asks for."""

    found: Found
    label: Text | None
    """The label above them; ``None`` where the section has none or the page lacks it."""
    label_line: int
    """The line of the label, or of the section's heading."""
    bullets: tuple[Bullet, ...]


@struct
class WrittenVersion:
    """The page's version line as it was read."""

    line: VersionLine | None
    """``None`` where the page has none that can be read."""
    at: int
    """Offset of its comment in the page."""
    problem: str = ""
    """Why a comment that begins like one could not be read."""


@struct(slots=False)
class Page:
    """A page with its context."""

    document: Document
    template: Template
    profile: Profile
    version: WrittenVersion = WrittenVersion(None, 0)
    grounding: Grounding | None = None
    """The sidecar and the analysis of a page that we rendered."""
    allows: tuple[Allow, ...] = ()
    """Comments that allow findings."""
    known_rules: frozenset[str] = frozenset()
    """Codes and names of all rules."""
    today: date = date.max
    """The day of the run; rules know no other."""
    missing: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What rules may need and this page lacks, with the reason."""
    results: ResultFiles = field(default_factory=ResultFiles)
    """The results files to compare with."""
    repository: Checkout | None = None
    """The clone in which the page lies, if it is of a repository to which the page links."""
    found: list[Finding] = field(default_factory=list, repr=False)
    """What the rules have found so far, for those that speak last."""
    memory: dict[str, Any] = field(default_factory=dict, repr=False)
    """What several rules ask for and was worked out once, by what it is."""

    @cached_property
    def evidence(self) -> Evidence:
        """What the page's numbers speak of, and what is known about it."""
        return Evidence(self.document, self.outline, self.results.datasets)

    @cached_property
    def outline(self) -> Outline:
        """The template's sections on this page."""
        return Outline(self.document, self.template)

    @cached_property
    def titles(self) -> tuple[Title, ...]:
        """The page's title, once for each place where it stands; a section of the template is no title."""
        taken = {s.first for s in self.document.sections if s.heading is not None and self.outline.claims(s)}
        blocks = self.document.blocks
        heads = {id(b.text): i + 1 for i, b in enumerate(blocks) if isinstance(b, Heading)}
        return tuple(t for t in self.document.titles if t.written is None or heads.get(id(t.written)) not in taken)

    @cached_property
    def _not_applicable(self) -> tuple[tuple[str, str], ...]:
        return tuple((word, word.casefold()) for word in self.template.not_applicable)

    def reason_not_to_apply(self, text: str) -> str | None:
        """The reason behind ``N/A — reason``: "" where none is given, ``None`` where ``text`` says no such thing.

        >>> from leakstats.template import load_template
        >>> from leakstats.lint.document import Document
        >>> from leakstats.lint.parsing import parse_document
        >>> t = load_template("v1")
        >>> p = Page(parse_document(""), t, t.profiles["review"])
        >>> p.reason_not_to_apply("N/A — one GPU"), p.reason_not_to_apply("n/a"), p.reason_not_to_apply("Nadam")
        ('one GPU', '', None)
        """
        text = " ".join(text.split())
        low = text.casefold()
        for word, folded in self._not_applicable:
            if not low.startswith(folded):
                continue
            if low == folded or low == folded + ".":
                return ""
            rest = text[len(word) :].lstrip()
            for mark in self.template.separators:
                if rest.startswith(mark):
                    return rest[len(mark) :].strip(" )").strip()
        return None

    def waived(self, found: Found) -> bool:
        """True if the section says ``N/A — reason`` where the template allows it."""
        if not found.spec.not_applicable:
            return False
        for block in self.outline.blocks(found):
            if isinstance(block, Paragraph):
                return bool(self.reason_not_to_apply(block.text.text))
            if not isinstance(block, Html):
                return False
        return False

    def label_in(self, text: Text, names: tuple[str, ...]) -> bool:
        """True if ``text`` opens with one of the labels ``names`` in bold."""
        bold = fold(text.lead("strong")).rstrip(":. ")
        wanted = [fold(name) for name in names]
        # "**Why this experiment / alternatives considered:**" is a label in several parts.
        return bool(bold) and any(bold == name or bold.startswith((f"{name} ", f"{name}:")) for name in wanted)

    def find_label(self, found: Found, names: tuple[str, ...]) -> tuple[int, Block, Text] | None:
        """The block of a section that opens with one of the labels: its index, itself, its text."""
        for i in range(found.first, found.last):
            block = self.document.blocks[i]
            if isinstance(block, Paragraph) and self.label_in(block.text, names):
                return i, block, block.text
            if isinstance(block, Heading) and self.template.names(block.text.text.rstrip(": "), names):
                return i, block, block.text
        return None

    def labelled_bullets(self, spec: Section) -> LabelledBullets | None:
        """The bullets that ``spec`` asks for; ``None`` where the page lacks the section.

        Behind a label they go on up to the next paragraph that opens with another bold label.
        """
        key = f"bullets of {spec.id}"
        if key not in self.memory:
            self.memory[key] = self._labelled_bullets(spec)
        labelled: LabelledBullets | None = self.memory[key]
        return labelled

    def _labelled_bullets(self, spec: Section) -> LabelledBullets | None:
        found = self.outline.get(spec.id)
        if found is None or spec.bullets is None:
            return None
        label, line, first, last = None, found.section.line, found.first, found.last
        if spec.bullets.names:
            hit = self.find_label(found, spec.bullets.names)
            if hit is None:
                return LabelledBullets(found, None, line, ())
            index, block, label = hit
            line, first = block.line, index + 1
            for i in range(first, last):
                block = self.document.blocks[i]
                opens = isinstance(block, Paragraph) and not block.list_depth and block.text.lead("strong")
                if opens or isinstance(block, Heading):
                    last = i
                    break
        return LabelledBullets(found, label, line, tuple(self.document.bullets_in(first, last)))
