"""A reviewer's verdict on a page: its template, its reproducibility card, and each claim with its evidence."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Literal, TypeAlias

from leakstats.records import struct

from .captions import captioned_figures
from .card import answers, card_rows, unfilled, unrecorded
from .evidence.correlations import follows, records
from .evidence.grammar import Number
from .evidence.idioms import intervals
from .evidence.passages import Sentence
from .finding import Finding
from .inline import Text
from .page import Page
from .report import PageReport

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


@struct
class CardField:
    """One required row of the reproducibility card."""

    section: str
    label: str
    state: Literal["filled", "not recorded", "missing"]
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
    return Review(report.path, verdict, tuple(r for r in (*grave, *light) if r), checks, card, claims)


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
        if spec.required or page.outline.get(spec.id) is not None:
            sections.append(Check(spec.heading, tuple(mine)))
    yield Check("Title and the page as a whole", tuple(f for f in loud if f not in taken))
    yield from sections


def _last_line(page: Page, first: int, last: int, line: int) -> int:
    return page.document.blocks[last - 1].end_line if last > first else line


# -- card -------------------------------------------------------------------------------------------------------------


def _card(page: Page) -> Iterator[CardField]:
    """The required rows of every setup table."""
    for spec in page.template.sections:
        if spec.table is None:
            continue
        stages = page.outline.all(spec.id)
        if stages and all(page.waived(found) for found in stages):
            continue
        rows = [row for found in stages for row in card_rows(page, found)]
        for wanted in spec.table.rows:
            if not wanted.required:
                continue
            given = answers(rows, wanted, spec.table.rows)
            reasons = [unfilled(page, row, wanted) for row in given]
            if not given:
                yield CardField(spec.heading, wanted.label, "missing", "has no row")
            elif all(reasons):
                yield CardField(spec.heading, wanted.label, "missing", reasons[0] or "")
            elif all(unrecorded(page, row) for row in given):
                yield CardField(spec.heading, wanted.label, "not recorded", given[0].said)
            else:
                yield CardField(spec.heading, wanted.label, "filled")


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
    if against:
        standing: Standing = "contradicted" if wrong else "overclaimed"
        return Claim(kind, start, quote, standing, tuple(f"{f.code}: {f.message}" for f in (wrong or against)))
    found = [(n, why) for sentence in _sentences(page, text) for n, why in _evidence(page, sentence)]
    known, unknown = [why for _, why in found if why], [n for n, why in found if not why]
    if not found:
        return Claim(kind, start, quote, "not checkable", ("it states no number that data or tables could settle",))
    if unknown:
        said = ", ".join(f"'{n.text.strip()}'" for n in unknown)
        return Claim(kind, start, quote, "not checkable", (*known, f"neither data nor tables explain {said}"))
    return Claim(kind, start, quote, "supported", tuple(dict.fromkeys(known)))


def _over(finding: Finding) -> bool:
    return finding.rule in _OVERCLAIMS


def _sentences(page: Page, text: Text) -> list[Sentence]:
    return [s for p in page.evidence.passages if p.text.at == text.at for s in p.sentences]


_CLAIMED = frozenset(("percent", "coefficient", "p", "points", "fold", "value"))


def _evidence(page: Page, sentence: Sentence) -> Iterator[tuple[Number, str]]:
    """Each number that claims something, with what confirms it; "" where nothing does."""
    # Ends of an interval are judged with their estimate, by a rule of their own.
    ends = {id(n) for low, high, _ in intervals(sentence) for n in (low, high)}
    for number in sentence.numbers:
        threshold = number.bound not in ("", "~") and number.role != "p"  # "at least 10 pp" is a criterion
        if number.role not in _CLAIMED or id(number) in ends or threshold:
            continue
        why = _rendered(page, sentence, number) or _record(page, sentence, number)
        yield number, why or _named(page, sentence, number) or _derived(sentence, number)


def _rendered(page: Page, sentence: Sentence, number: Number) -> str:
    """The expression that printed the number and still prints it."""
    at = sentence.passage.text.source(number.start)
    for value in page.grounding.values if page.grounding is not None else ():
        if value.confirmed and value.start is not None and value.start <= at < value.end:
            return f"'{number.text.strip()}' is {value.span.expression}"
    return ""


def _record(page: Page, sentence: Sentence, number: Number) -> str:
    """The correlation of the data that a (coefficient, p, N) group states, or that its p follows from the rest."""
    for record in records(page.evidence):
        members = [m for m in (record.coefficient, record.p) if m is not None]
        if record.passage is not sentence.passage or not any(m is number for m in members):
            continue
        for triple in page.evidence.triples:
            pairs = [(record.coefficient, triple.coefficient), (record.p, triple.p)]
            given = [(mine, fact) for mine, fact in pairs if mine is not None]
            if all(fact is not None and mine.allows(fact.value) for mine, fact in given):
                return f"'{number.text.strip()}' agrees with {triple.pointer}"
        if record.p is number and follows(record):
            return f"'{number.text.strip()}' follows from the coefficient and N beside it"
    return ""


def _named(page: Page, sentence: Sentence, number: Number) -> str:
    """A value of something that the sentence names, from the data or the page's tables."""
    if number.role in ("points", "fold"):  # they speak of two values
        return ""
    evidence = page.evidence
    for name in sorted(evidence.known_as(sentence.entities)):
        for series, fact in evidence.about.get(name, ()):
            if evidence.suits(number, series) and evidence.matches(number, series, fact):
                said = next((m.text for m in sentence.names if m.name == name), name)
                return f"'{number.text.strip()}' is {series.quantity} of {said} ({fact.pointer})"
    return ""


def _derived(sentence: Sentence, number: Number) -> str:
    """The two rates of the same paragraph of which the number is the difference or the ratio."""
    rates = [n for n in sentence.passage.numbers if n.role == "percent"]
    low, high = sorted((abs(number.low), abs(number.high)))
    for a, b in combinations(sorted(rates, key=lambda n: -n.value), 2):
        if number.role == "points":
            fits, what = a.low - b.high <= high and low <= a.high - b.low, "difference"
        elif number.role == "fold" and b.low > 0:
            fits, what = a.low / b.high <= high and low <= a.high / b.low, "ratio"
        else:
            continue
        if fits:
            return f"'{number.text.strip()}' is the {what} of '{a.text.strip()}' and '{b.text.strip()}'"
    return ""
