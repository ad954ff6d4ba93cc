"""A review as Markdown: the verdict, the checklist, the card, and every claim with its evidence."""

from __future__ import annotations

from collections.abc import Iterator

from ..review import Claim, Review

__all__ = ["review_to_text"]

_MOST_PROBLEMS = 5
_ICONS = {"supported": "✓", "overclaimed": "▲", "contradicted": "✗", "not checkable": "?"}


def review_to_text(review: Review) -> str:
    """The review of one page; the last line is the verdict."""
    lines = [f"# Review of `{review.path}`", "", *_template(review), "", *_card(review), "", *_all_claims(review), ""]
    if review.coverage:
        lines += [f"Of the whole page: {review.coverage}.", ""]
    because = f": {'; '.join(review.reasons)}" if review.reasons else ""
    return "\n".join([*lines, f"**Verdict: {review.verdict}**{because}"]) + "\n"


def _template(review: Review) -> Iterator[str]:
    kept = sum(check.kept for check in review.checks)
    yield f"## Template: {kept} of {len(review.checks)} kept"
    yield ""
    for check in review.checks:
        absent = f": {check.absent}" if check.absent and not check.problems else ""
        yield f"- [{'x' if check.kept else ' '}] {check.name}{absent}"
        for finding in check.problems[:_MOST_PROBLEMS]:
            yield f"  - line {finding.line}, {finding.severity} {finding.code}: {finding.message}"
        if len(check.problems) > _MOST_PROBLEMS:
            yield f"  - and {len(check.problems) - _MOST_PROBLEMS} more"


def _card(review: Review) -> Iterator[str]:
    filled = sum(field.state == "filled" for field in review.card)
    missing = [field for field in review.card if field.state == "missing"]
    others = [field for field in review.card if field.state in ("not recorded", "not found")]
    yield f"## Reproducibility card: {filled} of {len(review.card)} required fields filled, {len(missing)} missing"
    yield ""
    for field in missing:
        yield f"- {field.section} / {field.label}: missing ({field.why})"
    for field in others:
        yield f"- {field.section} / {field.label}: {field.why}"


def _all_claims(review: Review) -> Iterator[str]:
    counts = ", ".join(f"{sum(c.standing == s for c in review.claims)} {s}" for s in _ICONS)
    yield f"## Claims: {counts}"
    for claim in review.claims:
        yield ""
        yield from _claim(claim)


def _claim(claim: Claim) -> Iterator[str]:
    yield f"> {claim.quote}"
    yield ""
    yield f"{_ICONS[claim.standing]} **{claim.standing}** ({claim.kind}, line {claim.line})"
    yield ""
    yield from (f"- {line}" for line in claim.evidence)
