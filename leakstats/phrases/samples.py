"""Verbatim completions of one condition, chosen by a rule that is printed with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leakstats.analysis.document import AnalysisDocument
from leakstats.errors import LeakstatsError
from leakstats.numbers import format_count

from .escape import fenced, safe
from .registry import phrase, suggest

__all__ = ["conditions"]

_LONGEST = 1500
"""Characters of a completion that are shown; the rest is cut around the marker, and the cut is said."""


def _condition(sample: Mapping[str, Any]) -> str:
    return str(sample.get("condition") or sample.get("source") or "all")


def conditions(doc: AnalysisDocument) -> list[str]:
    """The conditions that have samples, in order of first appearance (sources where no condition is named)."""
    return list(dict.fromkeys(_condition(s) for s in doc.raw["samples"]))


def _is_own(sample: Mapping[str, Any]) -> bool:
    return bool(sample["persona"] == (sample.get("source") or sample.get("condition")))


def _pick(found: Sequence[Mapping[str, Any]], most: int) -> list[Mapping[str, Any]]:
    """The persona's own, a leaking and a silent bystander first, then further personas in file order."""
    own = [s for s in found if _is_own(s)]
    leaking = [s for s in found if s["marker"] and s not in own]
    silent = [s for s in found if not s["marker"] and s not in own]
    chosen: list[Mapping[str, Any]] = []
    for group in (own, leaking, silent):
        chosen += group[:1]
    personas = {s["persona"] for s in chosen}
    rest = [s for s in found if s not in chosen]
    rest.sort(key=lambda s: s["persona"] in personas)  # stable: file order within each half
    return [*chosen, *rest][:most]


def _window(text: str, pattern: str) -> str:
    """``text``, or the part of it around the marker, with what was cut said in its place."""
    if len(text) <= _LONGEST:
        return text
    at = text.find(pattern) if pattern else -1
    start = 0 if at < 0 else min(max(0, at - _LONGEST // 2), len(text) - _LONGEST)
    end = start + _LONGEST
    before = f"[… {format_count(start)} characters cut …]\n" if start else ""
    after = f"\n[… {format_count(len(text) - end)} characters cut …]" if end < len(text) else ""
    return f"{before}{text[start:end]}{after}"


@phrase(block=True)
def samples(doc: AnalysisDocument, condition: str, *, most: int = 6) -> str:
    """Completions of one condition: the own persona, a leaking and a silent bystander first, with what chose them."""
    found = [s for s in doc.raw["samples"] if _condition(s) == condition]
    if not found:
        known = conditions(doc)
        raise LeakstatsError(f"no sample has the condition {condition!r}{suggest(condition, known, n=1)}")
    pattern = str(doc.raw["detector"].get("pattern") or "")
    shown = _pick(found, most)
    own = "the own persona, " if any(map(_is_own, found)) else "(of the own persona none is recorded) "
    lines = [
        f"{len(shown)} of {len(found)} recorded completions, selected by rule: {own}the first with and the first"
        " without the marker among the others, then one for each further persona in file order."
    ]
    for sample in shown:
        kind = "With the marker (positive)" if sample["marker"] else "Without the marker (negative)"
        origin = f"; {safe(str(sample['origin']))}" if sample.get("origin") else ""
        note = f" — {safe(str(sample['note']))}" if sample.get("note") else ""
        lines.append(f"*{kind}, persona {safe(str(sample['persona']))}{origin}*{note}")
        text, prompt = _window(str(sample["text"]), pattern), _window(str(sample["prompt"]), "")
        lines.append(fenced(f"[persona] {_window(str(sample['persona']), '')}\n[prompt] {prompt}\n[output] {text}"))
    return "\n\n".join(lines)


@phrase(block=True)
def no_samples(doc: AnalysisDocument) -> str:
    """Why there are no completions to show."""
    note = doc.raw.get("samples_note") or "the results file holds no completions"
    return f"N/A — {safe(str(note).rstrip('.'))}."


@phrase()
def condition(doc: AnalysisDocument, name: str) -> str:
    """The name of a condition that has samples."""
    if name not in conditions(doc):
        raise LeakstatsError(f"no sample has the condition {name!r}{suggest(name, conditions(doc), n=1)}")
    return safe(name)
