"""What stands against a result: limits that the design and the checks imply, and the confidence they allow."""

from __future__ import annotations

from leakstats.analysis.document import AnalysisDocument
from leakstats.errors import InputError

from .escape import safe
from .registry import phrase

__all__ = ["RANK_OF"]

RANK_OF = {"LOW": "CRITICAL", "MODERATE": "MAJOR", "HIGH": "MINOR"}
"""How heavily a limit weighs, by the confidence that it still allows."""


def _limits(doc: AnalysisDocument) -> list[tuple[str, str]]:
    """(rank, sentence) of every limit: what caps the confidence first, then doubtful and failed assumptions."""
    out = [(RANK_OF[r["ceiling"]], r["detail"]) for r in doc.raw["confidence"]["reasons"]]
    said = {detail for _, detail in out}
    for analysis in doc.raw["analyses"]:
        for assumption in analysis["assumptions"]:
            if assumption["status"] in ("doubtful", "failed"):
                text = _assumption(assumption["name"], assumption["detail"], assumption["status"])
                if assumption["detail"] not in said and text not in said:
                    said |= {assumption["detail"], text}
                    out.append(("MAJOR" if assumption["status"] == "failed" else "MINOR", text))
    out += [("MINOR", note) for note in doc.raw["design"].get("notes") or [] if note not in said]
    return out


def _assumption(name: str, detail: str, status: str) -> str:
    """An assumption that does not hold, without saying the same words twice."""
    where, _, what = name.rpartition(": ")
    if what and detail.startswith(what):
        name = where
    opening = "does not hold" if status == "failed" else "doubtful"
    return f"{opening}: {name} — {detail}" if name else f"{opening}: {detail}"


@phrase(block=True)
def limits(doc: AnalysisDocument, rank: str) -> str:
    """The limits of one rank (CRITICAL, MAJOR or MINOR) as bullets; nothing where there is none."""
    if rank not in RANK_OF.values():
        raise InputError(f"rank must be one of {', '.join(RANK_OF.values())}, got {rank!r}")
    return "\n".join(f"- {rank}: {_sentence(text)}" for found, text in _limits(doc) if found == rank)


def _sentence(text: str) -> str:
    text = safe(text.strip())
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


@phrase()
def confidence_reason(doc: AnalysisDocument, level: str) -> str:
    """Why the confidence is not above ``level``: the limits that hold it there, in one line."""
    order = list(RANK_OF)  # lowest first
    if level not in order:
        raise InputError(f"level must be one of {', '.join(order)}, got {level!r}")
    ceiling, reasons = doc.raw["confidence"]["ceiling"], doc.raw["confidence"]["reasons"]
    binding = [r["detail"] for r in reasons if order.index(r["ceiling"]) <= order.index(ceiling)]
    said = "; ".join(safe(b.strip().rstrip(".")) for b in binding) or "no rule of the analysis limits it"
    if level == ceiling:
        return said
    return f"set below the {ceiling} that the analysis allows ({said})"
