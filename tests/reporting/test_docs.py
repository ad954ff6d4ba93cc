"""The pages about pages are in step with the code."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from leakstats.phrases import NAMES
from leakstats.reporting.expressions import Expression, read_pieces


def test_the_list_of_phrases_is_in_step(project_root: Path) -> None:
    command = [sys.executable, str(project_root / "docs/make_phrases.py"), "--check"]
    assert subprocess.run(command, check=False).returncode == 0


def test_every_expression_of_the_guide_can_be_read(project_root: Path) -> None:
    text = (project_root / "docs/pages.md").read_text("utf-8").replace("{{ expressions }}", "")
    found = [p for part in re.findall(r"\{\{.*?\}\}", text, re.DOTALL) for p in read_pieces(part)]
    assert len(found) > 6
    assert all(isinstance(p, Expression) and p.function in NAMES for p in found)
