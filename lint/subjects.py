"""What rules speak of. Where a page has nothing of the kind, a rule's silence is no pass: nothing was checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from leakstats.template import Section

from .card import answered_rows, setup_tables
from .confidence import stated_levels
from .coverage.accounts import account
from .document import Fence, Table
from .page import Page
from .repository import pinned_file

__all__ = ["SUBJECTS", "missing_subject"]


def missing_subject(page: Page, subject: str) -> str:
    """Why a rule about ``subject`` has nothing to look at on this page; "" where it has."""
    if not subject:
        return ""
    key = f"has {subject}"
    if key not in page.memory:
        page.memory[key] = SUBJECTS[subject](page)
    return "" if page.memory[key] else f"the page has no {subject}"


def _found(page: Page, asks: Callable[[Section], object]) -> bool:
    """True if the page has a section of which the template asks something."""
    return any(asks(found.spec) for found in page.outline)


def _samples(page: Page) -> Iterator[Fence]:
    for found in page.outline:
        if found.spec.samples is not None or found.spec.inline_samples:
            blocks = page.document.blocks[found.first : found.section.last]
            yield from (block for block in blocks if isinstance(block, Fence))


SUBJECTS: dict[str, Callable[[Page], bool]] = {
    "text": lambda page: any(text.text.strip() for text, _ in page.document.texts()),
    "title": lambda page: bool(page.titles),
    "front matter": lambda page: page.document.front_matter is not None,
    "version line": lambda page: page.version.line is not None or bool(page.version.problem),
    "comment that allows anything": lambda page: bool(page.allows),
    "section of the template": lambda page: _found(page, lambda spec: True),
    "section that names an earlier issue": lambda page: _found(page, lambda spec: spec.prior_issue),
    "section that states the confidence": lambda page: page.outline.get(page.template.confidence.section) is not None,
    "section of bullets": lambda page: _found(page, lambda spec: spec.bullets),
    "section that shows a table": lambda page: _found(page, lambda spec: spec.min_tables),
    "section that opens with a label": lambda page: _found(page, lambda spec: spec.label),
    "section that shows a figure": lambda page: _found(page, lambda spec: spec.figure),
    "section of samples": lambda page: _found(page, lambda spec: spec.samples),
    "section with samples of its own": lambda page: _found(page, lambda spec: spec.inline_samples),
    "section of the card": lambda page: _found(page, lambda spec: spec.table),
    "level of confidence": lambda page: bool(stated_levels(page)),
    "named results file": lambda page: bool(page.results.named),
    "number that claims a result": lambda page: bool(account(page)),
    "table": lambda page: any(isinstance(block, Table) for block in page.document.blocks),
    "figure": lambda page: bool(page.document.figures),
    "figure from GitHub at a commit": lambda page: any(pinned_file(f.image.url) for f in page.document.figures),
    "sample": lambda page: any(True for _ in _samples(page)),
    "row of a card": lambda page: any(table.rows for table in setup_tables(page)),
    "row for the commit": lambda page: any(wanted.commit for wanted, _, _ in answered_rows(page)),
    "row for the seeds": lambda page: any(wanted.seeds for wanted, _, _ in answered_rows(page)),
}
"""What a rule may speak of, to whether a page has it."""
