"""Alarms on true sentences, and false ones located: ``score.py pairs FOLDER...``, ``score.py prose SETS FILE...``."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from leakstats.lint.engine import Options, lint_paths

SLOT = "{{SENTENCE}}"
NOTHING = "What follows is described in words."
HEADINGS = {"background": "Background", "methodology": "Methodology", "human": "Human summary"}


def findings(page: Path, root: Path) -> Counter[tuple[str, int, str]]:
    """Errors and warnings of a page, each with its line; the lines that its message names are left out."""
    report = lint_paths([str(page)], Options(root=root), stdin=sys.stdin.buffer, jobs=1).pages[0]
    return Counter(
        (f.code, f.place.line, re.sub(r"\blines? \d+(?:[-–]\d+)?", "line", f.message))
        for f in report.findings
        if f.severity != "note"
    )


def records(path: Path) -> Iterator[dict[str, str]]:
    """The objects of a JSONL file."""
    if path.exists():
        yield from (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())


def score_pairs(folder: Path) -> None:
    """How many false sentences are located, and how many true ones raise an alarm."""
    asked: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    for name in ("pairs.jsonl", "true.jsonl"):
        for item in records(folder / name):
            study = folder / item["study"]
            source = (study / "page.md").read_text("utf-8")
            at = next(i for i, line in enumerate(source.split("\n"), 1) if SLOT in line)
            with tempfile.NamedTemporaryFile("w", suffix=".md", dir=study, encoding="utf-8") as file:
                found = {}
                for version, text in {"none": NOTHING, **{v: item[v] for v in ("true", "false") if v in item}}.items():
                    file.seek(0)
                    file.truncate()
                    file.write(source.replace(SLOT, text))
                    file.flush()
                    found[version] = findings(Path(file.name), study)
            for version in found.keys() - {"none"}:
                new = found[version] - found["none"]
                asked[version] += 1
                hit = any(line == at for _, line, _ in new) if version == "false" else bool(new)
                hits[version] += hit
                if hit and version == "true":
                    print(f"ALARM {item['study']}: {item['true']}\n    {sorted(new)}")
    print(
        f"{folder}: located {hits['false']} of {asked['false']} false, alarms on {hits['true']} of {asked['true']} true"
    )


def put(source: str, slot: str, text: str) -> str:
    """The page with ``text`` in the place of what fills a slot."""
    lines = source.split("\n")
    if slot == "title":
        i = next(i for i, line in enumerate(lines) if re.match(r"title:|# ", line))
        title = text.lstrip("# ").strip()
        lines[i] = "title: '" + title.replace("'", "''") + "'" if lines[i].startswith("title:") else f"# {title}"
    elif slot in HEADINGS:
        i = next(i for i, line in enumerate(lines) if re.match(rf"#+\s+{HEADINGS[slot]}", line, re.IGNORECASE))
        ends = (k for k in range(i + 1, len(lines)) if lines[k].startswith("#") or lines[k].strip() == "---")
        lines[i + 1 : next(ends, len(lines))] = ["", text, ""]
    elif slot == "caption":
        i = next(i for i, line in enumerate(lines) if line.startswith("![")) + 1
        first = next(k for k in range(i, len(lines)) if lines[k].strip())
        lines[first : next(k for k in range(first, len(lines)) if not lines[k].strip())] = [text]
    elif slot == "caveat":
        i = next(i for i, line in enumerate(lines) if "caveats" in line.lower())
        lines[next(k for k in range(i, len(lines)) if lines[k].startswith("- "))] = "- " + text.removeprefix("- ")
    else:
        i = next(i for i, line in enumerate(lines) if "Confidence:" in line)
        if slot == "takeaway":  # the last of them
            i = next(k for k in range(i, -1, -1) if lines[k].startswith(("- ", "* ")))
            text = f"- **{text.removeprefix('- ').replace('**', '')}**"
        lines[i] = text
    return "\n".join(lines)


def score_prose(sets: Path, path: Path) -> None:
    """How many true texts raise an alarm that their page did not have."""
    total = alarms = 0
    for item in records(path):
        name, page = item["page"].split("/")
        source = (sets / name / "docs" / f"{page}.md").read_text("utf-8")
        with tempfile.NamedTemporaryFile("w", suffix=".md", dir=sets / name / "docs", encoding="utf-8") as file:
            file.write(put(source, item["slot"], item["text"]))
            file.flush()
            found = findings(Path(file.name), sets / name)
        before = {(code, said) for code, _, said in findings(sets / name / "docs" / f"{page}.md", sets / name)}
        new = [x for x in found if (x[0], x[2]) not in before]
        total += 1
        if new:
            alarms += 1
            print(f"ALARM {item['page']} {item['slot']}: {item['text']}\n    {new}")
    print(f"{path}: alarms on {alarms} of {total} true texts")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["pairs", *folders] if folders:
            for each in folders:
                score_pairs(Path(each))
        case ["prose", sets, *files] if files:
            for each in files:
                score_prose(Path(sets), Path(each))
        case _:
            sys.exit(__doc__)
