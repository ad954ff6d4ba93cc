"""Which heading of a page is which section of its template."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from leakstats.lazy import cached_property
from leakstats.records import struct
from leakstats.template import Section as Spec
from leakstats.template import Template

from .document import Block, Document, Section

__all__ = ["Found", "Outline"]


@struct
class Found:
    """A section of the template as it stands on the page."""

    spec: Spec
    section: Section
    first: int
    """Index of its first block, the heading aside."""
    last: int
    """Index behind its last block: before the next section of the template, or the next heading of its level."""


class Outline:
    """The sections of a template found on a page.

    A heading is looked for at its level below its parent; then at its level anywhere; then at another level where it
    belongs. Headings that the template does not know are part of the section in which they stand.
    """

    def __init__(self, document: Document, template: Template) -> None:
        self.document = document
        self.template = template
        self.wrong_level: dict[str, Section] = {}
        """Sections that were found at another level only."""
        self.repeated: dict[str, list[Section]] = {}
        """Second and later occurrences of sections that may occur once."""
        self._chosen: dict[str, list[Section]] = {}
        self._heads = [s for s in document.sections if s.heading is not None]
        self._claimed: set[int] = set()
        self._all: dict[str, list[Found]] = {}
        for spec in template.sections:
            self._at_level(spec)
        for spec in template.sections:
            if spec.id not in self._chosen:
                self._at_other_level(spec)
        self._starts = sorted(
            [s.first for found in self._chosen.values() for s in found]
            + [s.first for found in self.repeated.values() for s in found]
        )

    # -- asking ------------------------------------------------------------------------------------------------------

    def get(self, id: str) -> Found | None:
        """The (first) section called ``id``; ``None`` where the page lacks it."""
        return next(iter(self.all(id)), None)

    def all(self, id: str) -> list[Found]:
        """All occurrences of the section called ``id``; at most one unless it is repeatable."""
        if id not in self._all:
            self._all[id] = [self._found(self.template.section(id), s) for s in self._chosen.get(id, ())]
        return self._all[id]

    def __iter__(self) -> Iterator[Found]:
        """Every section found, in the order of the template."""
        return iter(self._every)

    @cached_property
    def _every(self) -> tuple[Found, ...]:
        return tuple(found for spec in self.template.sections for found in self.all(spec.id))

    def blocks(self, found: Found) -> tuple[Block, ...]:
        """The blocks of a section, those of the template's sections below it aside."""
        return self.document.blocks[found.first : found.last]

    def missing(self) -> list[Spec]:
        """The sections that the page lacks, in the order of the template; none below a lacking parent."""
        lacking = {spec.id for spec in self.template.sections if spec.id not in self._chosen}
        return [
            spec
            for spec in self.template.sections
            if spec.id in lacking and (not spec.parent or spec.parent not in lacking)
        ]

    def line_for(self, spec: Spec) -> int:
        """The line at which a lacking section belongs: the last one of what stands before it."""
        line = 1
        for other in self.template.sections:
            if other.id == spec.id:
                break
            for found in self.all(other.id):
                last = self.document.blocks[found.last - 1] if found.last > found.first else None
                line = max(line, found.section.line, last.end_line if last is not None else 1)
        return line

    def claims(self, section: Section) -> bool:
        """True if ``section`` is one of the template's."""
        return section.first in self._claimed

    # -- matching ----------------------------------------------------------------------------------------------------

    def _found(self, spec: Spec, section: Section) -> Found:
        i = bisect_right(self._starts, section.first)
        # The block before a section's first one is its heading.
        following = self._starts[i] - 1 if i < len(self._starts) else len(self.document.blocks)
        return Found(spec, section, section.first, min(section.last, max(following, section.first)))

    def _named(self, spec: Spec, sections: list[Section]) -> list[Section]:
        """Those of ``sections`` that carry the name, or, where none does, one of its other names."""
        free = [s for s in sections if s.first not in self._claimed]
        exact = [s for s in free if self.template.names(s.title, (spec.heading,))]
        return exact or [s for s in free if self.template.names(s.title, spec.aliases)]

    def _at_level(self, spec: Spec) -> None:
        peers = [s for s in self._heads if s.level == spec.level]
        parents = self._chosen.get(spec.parent)
        if parents:
            inside = [s for s in peers if parents[0].first <= s.first <= parents[0].last]
            named = self._named(spec, inside)
            if not named:  # elsewhere only under its own name: "Data" or "Samples" may name other things there
                free = [s for s in peers if s.first not in self._claimed]
                named = [s for s in free if self.template.names(s.title, (spec.heading,))][:1]
        else:
            named = self._named(spec, peers)
        if named:
            self._take(spec, named)

    def _at_other_level(self, spec: Spec) -> None:
        parents = self._chosen.get(spec.parent)
        if spec.parent and not parents:
            return
        first = parents[0].first if parents else 0
        last = self._end_of_region(parents[0], self.template.section(spec.parent)) if parents else None
        region = [
            s for s in self._heads if s.first >= first and (last is None or s.first <= last) and s.level != spec.level
        ]
        # A first-level heading at the top is the title, whatever it says.
        named = [s for s in self._named(spec, region) if s is not self._heads[0] or s.level != 1]
        if named:
            self.wrong_level[spec.id] = named[0]
            self._take(spec, named[:1])

    def _end_of_region(self, parent: Section, spec: Spec) -> int:
        """Index of the block at which the next section beside or above ``parent`` starts."""
        peers = [
            s.first
            for other in self.template.sections
            if other.level <= spec.level or not other.parent
            for s in self._chosen.get(other.id, ())
            if s.first > parent.first
        ]
        return min(peers, default=len(self.document.blocks))

    def _take(self, spec: Spec, named: list[Section]) -> None:
        kept = named if spec.repeatable else named[:1]
        self._chosen[spec.id] = kept
        if len(named) > len(kept):
            self.repeated[spec.id] = named[1:]
        self._claimed.update(s.first for s in named)

    # -- order -------------------------------------------------------------------------------------------------------

    def misplaced(self) -> Iterator[tuple[Found, str]]:
        """Sections out of order, each with a phrase that says where it stands instead."""
        stray: set[str] = set()
        for found in self:
            above = self._standing_under(found)
            if above is not None:
                stray.add(found.spec.id)
                yield found, f"under '{above.heading}'"
        for parent in ("", *(s.id for s in self.template.sections)):
            children = [
                (i, self.all(spec.id)[0])
                for i, spec in enumerate(self.template.children(parent))
                if spec.id in self._chosen and spec.id not in stray
            ]
            yield from _out_of_order(children)

    def _standing_under(self, found: Found) -> Spec | None:
        """The section under which ``found`` stands wrongly; ``None`` where it stands right."""
        if not found.spec.parent or found.spec.parent not in self._chosen:
            return None
        nearest: tuple[int, Spec] | None = None
        for other in self.template.sections:
            if other.level >= found.spec.level:
                continue
            for section in self._chosen.get(other.id, ()):
                if section.first < found.first and (nearest is None or section.first > nearest[0]):
                    nearest = (section.first, other)
        if nearest is None:
            return self.template.section(found.spec.parent)
        return None if nearest[1].id == found.spec.parent else nearest[1]


def _length(run: list[int]) -> int:
    return len(run)


def _out_of_order(children: list[tuple[int, Found]]) -> Iterator[tuple[Found, str]]:
    """The fewest siblings whose removal leaves the rest in order, with the sibling that each should follow."""
    ordered = sorted(children, key=lambda c: c[1].first)
    if ordered == children:
        return
    best: list[list[int]] = []  # best[i]: indices of the longest rising run that ends at i
    for i, (rank, _) in enumerate(ordered):
        runs = [best[j] for j in range(i) if ordered[j][0] < rank]
        before = max(runs, key=_length) if runs else []
        best.append([*before, i])
    longest: list[int] = max(best, key=_length) if best else []
    kept = set(longest)
    for i, (rank, found) in enumerate(ordered):
        if i in kept:
            continue
        behind = [f for r, f in children if r < rank and f.first > found.first]
        ahead = [f for r, f in children if r > rank and f.first < found.first]
        yield found, f"before '{behind[-1].spec.heading}'" if behind else f"after '{ahead[0].spec.heading}'"
