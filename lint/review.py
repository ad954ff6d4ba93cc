"""A reviewer's verdict on a page: its template, its reproducibility card, and each claim with its evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from leakstats.records import struct
from leakstats.template import Section

from .captions import captioned_figures
from .card import setup_tables, stand_in, unfilled, unrecorded
from .coverage.accounts import account
from .evidence.passages import Sentence
from .finding import Finding
from .inline import Text
from .overclaims import overclaims
from .page import Page
from .report import Account, PageReport

__all__ = ["CardField", "Check", "Claim", "Review", "Standing", "Verdict", "review"]

Verdict: TypeAlias = Literal["PASS", "CONCERNS", "FAIL"]
Standing: TypeAlias = Literal["supported", "overclaimed", "contradicted", "not checkable"]

MOST_MISSING = 4
"""Missing fields of the card from which nobody can repeat the experiment (count)."""

# Rules that find a claim larger than its numbers; every other rule about numbers finds a wrong one.
_OVERCLAIMS = frozenset(
    (
        "false-count",
        "false-significance",
        "false-strength",
        "false-superlative",
        "overconfident-level",
        "percent-for-points",
        "title-confidence-mismatch",
    )
)


@struct
class Check:
    """One item of the template with what is wrong with it."""

    name: str
    problems: tuple[Finding, ...]
    """Errors and warnings."""
    absent: str = ""
    """Why nothing could be looked at: the page lacks the section."""

    @property
    def kept(self) -> bool:
        """True if the page has it and nothing is wrong with it."""
        return not self.problems and not self.absent


@struct
class CardField:
    """One required row of the reproducibility card."""

    section: str
    label: str
    state: Literal["filled", "not recorded", "not found", "missing"]
    """``not found``: no row has its name, but one under a name that the template does not know may say it."""
    why: str = ""


@struct
class Claim:
    """Something that the title, a takeaway or a caption says."""

    kind: str
    line: int
    quote: str
    standing: Standing
    evidence: tuple[str, ...]
    """What it stands or falls on, or why nothing can be said."""


@struct
class Review:
    """The verdict with its reasons."""

    path: str
    verdict: Verdict
    reasons: tuple[str, ...]
    """Why it is not PASS; empty for PASS."""
    checks: tuple[Check, ...]
    card: tuple[CardField, ...]
    claims: tuple[Claim, ...]
    coverage: str = ""
    """What became of the page's numbers, in one line; "" where nobody looked."""


def review(page: Page, report: PageReport) -> Review:
    """Judge a page whose rules have run.

    FAIL: an error, a contradicted claim, or four or more missing fields of the card. CONCERNS: a warning, an
    overclaimed claim, or a missing field.
    """
    checks = tuple(_checks(page, report))
    card = tuple(_card(page))
    claims = tuple(_claims(page, report))
    missing = sum(f.state == "missing" for f in card)
    count = {s: sum(f.severity == s for f in report.findings) for s in ("error", "warning")}
    standing = {s: sum(c.standing == s for c in claims) for s in ("contradicted", "overclaimed")}
    grave = [
        _many(count["error"], "error"),
        _many(standing["contradicted"], "contradicted claim"),
        f"{missing} missing fields of the card" if missing >= MOST_MISSING else "",
    ]
    light = [
        _many(count["warning"], "warning"),
        _many(standing["overclaimed"], "overclaimed claim"),
        _many(missing, "missing field") + " of the card" if 0 < missing < MOST_MISSING else "",
    ]
    verdict: Verdict = "FAIL" if any(grave) else "CONCERNS" if any(light) else "PASS"
    return Review(
        report.path, verdict, tuple(r for r in (*grave, *light) if r), checks, card, claims, report.coverage_line
    )


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}" if count else ""


# -- template ---------------------------------------------------------------------------------------------------------


def _checks(page: Page, report: PageReport) -> Iterator[Check]:
    """The title and every section of the template, each with the findings about its shape that stand in it."""
    loud = [f for f in report.findings if f.severity != "note" and f.code[2] in "1267"]
    # The finding about a missing section stands in the section before it.
    absent = {spec.id: f"'{spec.heading}'" for spec in page.outline.missing()}
    elsewhere = {f for f in loud if f.rule == "missing-section" and any(name in f.message for name in absent.values())}
    taken: set[Finding] = set()
    sections = []
    for spec in page.template.sections:
        mine = [f for f in elsewhere if spec.id in absent and absent[spec.id] in f.message]
        for finding in loud:
            inside = any(
                found.section.line <= finding.line <= _last_line(page, found.first, found.last, found.section.line)
                for found in page.outline.all(spec.id)
            )
            if inside and finding not in taken and finding not in elsewhere:
                mine.append(finding)
        taken.update(mine)
        there = page.outline.get(spec.id) is not None
        if spec.required or there:
            sections.append(Check(spec.heading, tuple(mine), "" if there else _absence(page, spec)))
    yield Check("Title and the page as a whole", tuple(f for f in loud if f not in taken))
    yield from sections


def _absence(page: Page, spec: Section) -> str:
    """What is said of a section that the page lacks: it is missing, perhaps with the one in which it would stand."""
    above = [other.heading for other in page.template.ancestors(spec) if page.outline.get(other.id) is None]
    return f"missing, as is '{above[-1]}'" if above else "missing"


def _last_line(page: Page, first: int, last: int, line: int) -> int:
    return page.document.blocks[last - 1].end_line if last > first else line


# -- card -------------------------------------------------------------------------------------------------------------


def _card(page: Page) -> Iterator[CardField]:
    """The required rows of every setup table."""
    for table in setup_tables(page):
        for wanted, given in table.given:
            if not wanted.required:
                continue
            reasons = [unfilled(page, row, wanted, table.rows) for row in given]
            perhaps = stand_in(page, table, wanted) if not given else None
            if perhaps is not None:
                yield CardField(table.spec.heading, wanted.label, "not found", f"perhaps {perhaps.label!r} says it")
            elif not given:
                yield CardField(table.spec.heading, wanted.label, "missing", "has no row")
            elif all(reasons):
                yield CardField(table.spec.heading, wanted.label, "missing", reasons[0] or "")
            elif all(unrecorded(page, row) for row in given):
                yield CardField(table.spec.heading, wanted.label, "not recorded", given[0].said)
            else:
                yield CardField(table.spec.heading, wanted.label, "filled")


# -- claims -----------------------------------------------------------------------------------------------------------


def _claims(page: Page, report: PageReport) -> Iterator[Claim]:
    for title in page.titles:
        text = title.written or Text(title.text, (), title.at, title.end)
        yield _claim(page, report, "title", text)
        break
    for found in page.outline:
        spec = found.spec
        if spec.bullets is not None and spec.bullets.sample_size:
            labelled = page.labelled_bullets(spec)
            bullets = page.document.bullets_in(found.first, found.last)
            if labelled is not None and labelled.found.section is found.section:
                bullets = list(labelled.bullets)
            for bullet in bullets:
                yield _claim(page, report, "takeaway", bullet.text)
        if spec.figure is not None:
            for _, caption in captioned_figures(page, found):
                if caption is not None:
                    yield _claim(page, report, "caption", caption)


def _claim(page: Page, report: PageReport, kind: str, text: Text) -> Claim:
    """A claim with its standing: findings first, then what its numbers were found to be."""
    source = page.document.source
    start, end = source.place(text.at).line, source.place(max(text.end - 1, text.at)).line
    against = [
        f
        for f in report.findings
        if start <= f.line <= end and f.severity != "note" and (f.code[2] in "34" or _over(f))
    ]
    wrong = [f for f in against if not _over(f)]
    quote = " ".join(text.text.split())
    found = _accounts(page, text)
    known = tuple(dict.fromkeys(f"'{a.text}': {a.why}" for a in found if a.outcome in ("grounded", "derived")))
    larger = [f"{f.code}: {f.message}" for f in against if _over(f)]
    larger += [said for sentence in _sentences(page, text) for said in overclaims(page.evidence, sentence)]
    if wrong:
        why = (*(f"{f.code}: {f.message}" for f in wrong), *(f"larger than its numbers: {said}" for said in larger))
        return Claim(kind, start, quote, "contradicted", why)
    if larger:
        return Claim(kind, start, quote, "overclaimed", (*dict.fromkeys(larger), *known))
    # A sample size by itself says what was measured and claims nothing about it.
    if all(a.role == "n" for a in found):
        return Claim(kind, start, quote, "not checkable", ("it states no number that data or tables could settle",))
    loose = [a for a in found if a.outcome not in ("grounded", "derived")]
    if not loose:
        return Claim(kind, start, quote, "supported", known)
    unsettled: dict[str, list[str]] = {}
    for a in loose:
        unsettled.setdefault(a.why, []).append(f"'{a.text}'")
    why = tuple(f"{', '.join(texts)}: {reason}" for reason, texts in unsettled.items())
    return Claim(kind, start, quote, "not checkable", (*known, *why))


def _over(finding: Finding) -> bool:
    return finding.rule in _OVERCLAIMS


def _sentences(page: Page, text: Text) -> list[Sentence]:
    return [s for p in page.evidence.passages if p.text.at == text.at for s in p.sentences]


def _accounts(page: Page, text: Text) -> list[Account]:
    """What became of the numbers of a claim."""
    source = page.document.source
    first, last = source.place(text.at), source.place(max(text.end - 1, text.at))
    begin, end = (first.line, first.column), (last.end_line, last.end_column)
    return [a for a in account(page) if begin <= (a.place.line, a.place.column) < end]
