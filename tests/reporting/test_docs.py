"""The pages about pages are in step with the code."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from leakstats.contracts import template_versions
from leakstats.phrases import NAMES
from leakstats.reporting.cli import cli
from leakstats.reporting.expressions import Expression, read_pieces
from leakstats.template import load_template


def test_the_list_of_phrases_is_in_step(project_root: Path) -> None:
    command = [sys.executable, str(project_root / "docs/make_phrases.py"), "--check"]
    assert subprocess.run(command, check=False).returncode == 0


def test_what_templates_ask_for_is_in_step(project_root: Path) -> None:
    command = [sys.executable, str(project_root / "docs/make_templates.py"), "--check"]
    assert subprocess.run(command, check=False).returncode == 0


@pytest.mark.parametrize("version", template_versions())
def test_a_templates_page_names_everything_that_it_defines(version: str) -> None:
    template = load_template(version)
    done = CliRunner().invoke(cli, ["template", "show", version])
    assert done.exit_code == 0
    for section in template.sections:
        assert f"| `{section.markup}` | `{section.id}` | " in done.output
        for row in section.table.rows if section.table is not None else ():
            assert f"| {row.label} | {row.status}" in done.output
    assert all(f"**{name}**" in done.output for name in template.profiles)
    assert "“Condition” once for each condition, with at least 3 completions, positive and negative ones" in done.output


def test_every_expression_of_the_guide_can_be_read(project_root: Path) -> None:
    text = (project_root / "docs/pages.md").read_text("utf-8").replace("{{ expressions }}", "")
    found = [p for part in re.findall(r"\{\{.*?\}\}", text, re.DOTALL) for p in read_pieces(part)]
    assert len(found) > 6
    assert all(isinstance(p, Expression) and p.function in NAMES for p in found)
