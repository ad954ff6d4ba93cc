"""Write docs/phrases.md from the docstrings of the phrases: ``python docs/make_phrases.py [--check]``."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

from leakstats.files import read_text, write_text
from leakstats.phrases import NAMES, is_block, signature_of

__all__ = ["page"]

TARGET = Path(__file__).resolve().parent / "phrases.md"


def page() -> str:
    """Every phrase with its arguments and what it prints, those inside a sentence first."""
    lines = [
        "# What an expression may say",
        "",
        "Made from the docstrings by `python docs/make_phrases.py`; do not edit.",
    ]
    for title, block in (("Inside a sentence", False), ("In a paragraph of its own", True)):
        lines += ["", f"## {title}"]
        for name in sorted(n for n in NAMES if is_block(n) == block):
            doc = (inspect.getdoc(NAMES[name]) or "").replace(":func:", "")
            lines += ["", f"### {name}", "", f"    {signature_of(name)}", "", doc]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write the page, or say whether it is in step."""
    if "--check" not in arguments:
        write_text(TARGET, page())
        return 0
    if TARGET.is_file() and read_text(TARGET) == page():
        return 0
    print(f"{TARGET.name} is not in step; run: python docs/make_phrases.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
