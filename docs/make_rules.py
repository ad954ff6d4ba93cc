"""Write docs/rules.md and a page for each rule: ``python docs/make_rules.py [--check]``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from leakstats.contracts import template_versions
from leakstats.files import read_json, read_text, write_text
from leakstats.lint.engine import KIND
from leakstats.lint.registry import all_rules
from leakstats.lint.rule import Rule
from leakstats.template import load_template

__all__ = ["FAMILIES", "pages"]

HERE = Path(__file__).resolve().parent
MEASURED = HERE.parent / "benchmarks" / "lintbench_rules.json"
"""What benchmarks/lintbench/by_rule.py counted."""

FAMILIES = {
    "CR1": "The template's sections, labels and words",
    "CR2": "Provenance, results files and links",
    "CR3": "Numbers against the data",
    "CR4": "Numbers against each other",
    "CR5": "The study's design",
    "CR6": "Figures and samples",
    "CR7": "The reproducibility card",
    "CR8": "Style",
    "CR9": "The tool itself",
}
_NOTICE = "Made from the rules' docstrings by `python docs/make_rules.py`; do not edit."


def pages() -> dict[Path, str]:
    """Every page by its path: an index, and one for each rule."""
    measured = read_json(MEASURED) if MEASURED.is_file() else {}
    rules = all_rules()
    out = {HERE / "rules.md": _index(rules, measured)}
    return out | {HERE / "rules" / f"{rule.code}.md": _page(rule, measured) for rule in rules}


def _index(rules: Iterable[Rule], measured: dict[str, Any]) -> str:
    lines = ["# Rules of clean-result lint", "", _NOTICE, ""]
    lines += [
        "`error`: the page is wrong or unusable against its template. `warning`: very probably wrong. `note`: could be",
        "better. Only errors fail by default; `--fail-on` and the profile move that.",
    ]
    if measured:
        lines += [
            "",
            f"Recall and false alarms were measured on {measured['mutated_pages']} pages with one error and "
            f"{measured['clean_pages']} without, of {len(measured['banks'])} writers",
            "([the bench](../benchmarks/lintbench/README.md)).",
        ]
    listed = list(rules)
    for family, title in FAMILIES.items():
        mine = [rule for rule in listed if rule.code.startswith(family)]
        if not mine:
            continue
        lines += ["", f"## {family}xx: {title}", "", "| Rule | Severity | Recall | Looks for |", "|---|---|---|---|"]
        for rule in mine:
            link = f"[{rule.code} {rule.name}](rules/{rule.code}.md)"
            recall = measured.get("rules", {}).get(rule.code, {}).get("recall")
            shown = "" if recall is None else f"{100 * recall:.0f}%"
            lines.append(f"| {link} | {rule.severity} | {shown} | {_flat(type(rule).doc().summary)} |")
    return "\n".join(lines) + "\n"


def _page(rule: Rule, measured: dict[str, Any]) -> str:
    doc = type(rule).doc()
    family = FAMILIES[rule.code[:3]]
    lines = [
        f"# {rule.code} {rule.name}",
        "",
        f"{_NOTICE} [All rules](../rules.md); {family.lower()}.",
        "",
        doc.summary,
    ]
    lines += ["", *(f"- {fact}" for fact in _facts(rule)), *(f"- {said}" for said in _measured(rule, measured))]
    lines += ["", "## Why is this bad?", "", doc.why, "", "## Fails", "", *_fenced(doc.fails)]
    lines += ["", "## Passes", "", *_fenced(doc.passes)]
    return "\n".join(lines) + "\n"


def _facts(rule: Rule) -> Iterable[str]:
    yield f"Severity: {rule.severity}{_by_profile(rule)}"
    if rule.profile:
        yield f"Speaks in the profile `{rule.profile}`; the default one keeps it silent"
    if rule.needs:
        yield f"Needs: {', '.join(sorted(rule.needs))}; without it the rule is not run, which is no pass"


def _measured(rule: Rule, measured: dict[str, Any]) -> Iterable[str]:
    """What the bench says of a rule: what it found, whether others spoke too, how often it was wrong."""
    entry = measured.get("rules", {}).get(rule.code)
    if entry is None:
        yield "Not measured on the bench" + (
            ", which counts errors and warnings" if rule.severity == "note" else " yet"
        )
        return
    kinds = entry["kinds"]
    if kinds:
        found = ", ".join(f"{n} of {of} `{kind}`" for kind, (n, of) in kinds.items())
        recall = f"; recall {100 * entry['recall']:.0f}% of the kinds that it is for" if "recall" in entry else ""
        yield f"Found on the bench: {found}{recall}; no other rule spoke in {entry['alone']} of these"
    else:
        yield "Found on the bench: no page of it has an error that this rule is for"
    alarms = entry["false_alarms"]
    pages = measured["clean_pages"]
    yield f"False alarms: {alarms:.3g} per clean page ({round(alarms * pages)} on {pages})"


def _by_profile(rule: Rule) -> str:
    """Where the profiles of the templates judge otherwise."""
    said: dict[str, list[str]] = {}
    for version in template_versions(KIND):
        for name, profile in load_template(version).profiles.items():
            severity = profile.severity_of(rule.code, rule.severity)
            if severity != rule.severity:
                said.setdefault(f"{severity} in {name}", []).append(version)
    total = len(template_versions(KIND))
    words = [what if len(where) == total else f"{what} ({', '.join(where)})" for what, where in said.items()]
    return f"; {', '.join(words)}" if words else ""


def _fenced(example: str) -> list[str]:
    longest = max((len(line) - len(line.lstrip("`")) for line in example.split("\n")), default=0)
    fence = "`" * max(4, longest + 1)
    return [f"{fence}markdown", *example.rstrip("\n").split("\n"), fence]


def _flat(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split()).replace("|", "\\|")


def main(arguments: list[str]) -> int:
    """Write the pages, or say which of them is not in step."""
    wanted = pages()
    stray = sorted({*(HERE / "rules").glob("*.md")} - set(wanted)) if (HERE / "rules").is_dir() else []
    if "--check" not in arguments:
        (HERE / "rules").mkdir(exist_ok=True)
        for path, text in wanted.items():
            write_text(path, text)
        for path in stray:
            path.unlink()
        return 0
    wrong = [p for p, text in wanted.items() if not p.is_file() or read_text(p) != text]
    for path in (*wrong, *stray):
        print(f"{path.relative_to(HERE.parent)} is not in step; run: python docs/make_rules.py", file=sys.stderr)
    return 1 if wrong or stray else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
