"""Write docs/templates.md from the built-in templates: ``python docs/make_templates.py [--check]``."""

from __future__ import annotations

import sys
from pathlib import Path

from leakstats.contracts import template_versions
from leakstats.files import read_text, write_text
from leakstats.reporting.template_page import template_page
from leakstats.template import load_template

__all__ = ["page"]

TARGET = Path(__file__).resolve().parent / "templates.md"


def page() -> str:
    """Every built-in version, the newest first."""
    parts = ["# What a page must hold", "Made from `template.toml` by `python docs/make_templates.py`; do not edit."]
    versions = reversed(template_versions())
    return "\n\n".join([*parts, *(template_page(load_template(v), level=2).rstrip("\n") for v in versions)]) + "\n"


def main(arguments: list[str]) -> int:
    """Write the page, or say whether it is in step."""
    if "--check" not in arguments:
        write_text(TARGET, page())
        return 0
    if TARGET.is_file() and read_text(TARGET) == page():
        return 0
    print(f"{TARGET.name} is not in step; run: python docs/make_templates.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
