"""``leakstats validate``: the whole output and the exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from leakstats.errors import LeakstatsError
from leakstats.results.commands import validate

TABLES = "/tables/0"


@pytest.fixture
def example(project_root: Path) -> Path:
    return project_root / "examples/assistant_variants/results.json"


def test_valid(example: Path) -> None:
    result = CliRunner().invoke(validate, [str(example)])
    assert (result.exit_code, result.output) == (0, f"{example}: valid\n")


def test_broken(example: Path, tmp_path: Path) -> None:
    document = json.loads(example.read_text("utf-8"))
    document["tables"][0]["successes"][:2] = [-1, 101]
    document["design"]["unit"] = "animal"
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(document), "utf-8")
    result = CliRunner().invoke(validate, [str(path)])
    assert result.exit_code == 2
    assert result.output == (
        f"{path}: 3 violations\n"
        "  /tables/0/successes/0: is -1; a count is at least 0\n"
        "    help: a missing count is a row left out, not a negative number\n"
        "  /tables/0/successes/1: is 101, more than its 100 trials\n"
        "    help: successes are completions with the outcome among the trials\n"
        '  /design/unit: is "animal", no factor of this file\n'
        '    help: there are "layer", "persona", "question", "source"\n'
    )


def test_several(example: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text('{"schema": "results.v2"}', "utf-8")
    result = CliRunner().invoke(validate, [str(example), str(path)])
    assert result.exit_code == 2
    assert result.stdout == (
        f"{example}: valid\n"
        f"{path}: 1 violation\n"
        '  /schema: is "results.v2"; this command reads results.v1\n'
        "    help: convert the file, or update leakstats\n"
    )
    assert result.stderr == "1 of 2 files break the contract\n"


def test_missing(tmp_path: Path) -> None:
    result = CliRunner().invoke(validate, [str(tmp_path / "none.json")])
    assert isinstance(result.exception, LeakstatsError)  # leakstats.command_line.run: one line, status 2
    assert "none.json: no such file" in str(result.exception)
