"""Write docs/rules.md and a page for each family of rules: ``python docs/make_rules.py [--check]``."""

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
"""Code of a rule to ``recall`` and ``false_alarms`` on the bench (both optional)."""

FAMILIES = {
    "CR1": ("structure", "The template's sections, labels and words"),
    "CR2": ("provenance", "Provenance, results files and links"),
    "CR3": ("data", "Numbers against the data"),
    "CR4": ("numbers", "Numbers against each other"),
    "CR5": ("design", "The study's design"),
    "CR6": ("figures", "Figures and samples"),
    "CR7": ("card", "The reproducibility card"),
    "CR8": ("style", "Style"),
    "CR9": ("tool", "The tool itself"),
}
_NOTICE = "Made from the rules' docstrings by `python docs/make_rules.py`; do not edit."


def pages() -> dict[Path, str]:
    """Every page by its path: an index, and one for each family that has rules."""
    measured = read_json(MEASURED) if MEASURED.is_file() else {}
    rules = all_rules()
    out = {HERE / "rules.md": _index(rules)}
    for family, (name, title) in FAMILIES.items():
        mine = [rule for rule in rules if rule.code.startswith(family)]
        if mine:
            out[HERE / "rules" / f"{name}.md"] = _family(family, title, mine, measured)
    return out


def _index(rules: Iterable[Rule]) -> str:
    lines = ["# Rules of clean-result lint", "", _NOTICE, ""]
    lines += [
        "`error`: the page is wrong or unusable against its template. `warning`: very probably wrong. `note`: could"
    ]
    lines += ["be better. Only errors fail by default; `--fail-on` and the profile move that."]
    listed = list(rules)
    for family, (name, title) in FAMILIES.items():
        mine = [rule for rule in listed if rule.code.startswith(family)]
        if not mine:
            continue
        lines += [
            "",
            f"## [{family}xx: {title}](rules/{name}.md)",
            "",
            "| Rule | Severity | Looks for |",
            "|---|---|---|",
        ]
        for rule in mine:
            link = f"[{rule.code} {rule.name}](rules/{name}.md#{rule.code.lower()}-{rule.name})"
            lines.append(f"| {link} | {rule.severity} | {_flat(type(rule).doc().summary)} |")
    return "\n".join(lines) + "\n"


def _family(family: str, title: str, rules: list[Rule], measured: dict[str, Any]) -> str:
    lines = [f"# {family}xx: {title}", "", _NOTICE]
    for rule in rules:
        doc = type(rule).doc()
        lines += ["", f"## {rule.code} {rule.name}", "", doc.summary, ""]
        lines += [f"- {fact}" for fact in _facts(rule, measured.get(rule.code))]
        lines += ["", "**Why is this bad?** " + doc.why, "", "Fails:", "", *_fenced(doc.fails)]
        lines += ["", "Passes:", "", *_fenced(doc.passes)]
    return "\n".join(lines) + "\n"


def _facts(rule: Rule, measured: Any) -> Iterable[str]:
    yield f"Severity: {rule.severity}{_by_profile(rule)}"
    if rule.profile:
        yield f"Speaks in the profile `{rule.profile}`; the default one keeps it silent"
    if rule.needs:
        yield f"Needs: {', '.join(sorted(rule.needs))}; without it the rule is not run, which is no pass"
    if isinstance(measured, dict):
        parts = [
            f"{name.replace('_', ' ')} {measured[name]:.3g}" for name in ("recall", "false_alarms") if name in measured
        ]
        yield f"Measured on the bench: {', '.join(parts)}" + (" per clean page" if "false_alarms" in measured else "")
    else:
        yield "Not measured on the bench"


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
