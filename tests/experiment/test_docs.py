"""docs/experiment.md: its specifications are read, its example runs, its commands exist."""

from __future__ import annotations

import re
from typing import Any

import pytest

from leakstats.cli import cli
from leakstats.experiment.folder import RunFolder
from leakstats.experiment.grid import similarity_ids, table_ids
from leakstats.experiment.plan_check import check_plan
from leakstats.experiment.reader import load_spec


@pytest.fixture
def text(project_root):
    return (project_root / "docs/experiment.md").read_text("utf-8")


def test_the_specifications_are_read(text, tmp_path):
    blocks = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 3
    for name in ("hostile.jsonl", "benign.jsonl"):
        (tmp_path / name).write_text('{"user": "a", "answer": "b"}\n')
    (tmp_path / "adapters" / "villain").mkdir(parents=True)
    units = []
    for block in blocks:
        path = tmp_path / "experiment.toml"
        path.write_text(block, "utf-8")
        spec = load_spec(path)
        check_plan(spec)
        units.append(len(spec.units()))
        for name in table_ids(spec)[:4] + tuple(similarity_ids(spec))[:1]:
            assert f"`{name}`" in text
    # marker 2, closer 2 x 3, hostile 2, benign 2, published 1
    assert units == [2, 6, 13]


def test_the_example_runs(text):
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    scope: dict[str, Any] = {}
    exec(code, scope)  # noqa: S102
    assert scope["own_rate"] == 1.0


def test_every_file_of_the_folder_is_told(text, fake_experiment, tmp_path):
    from click.testing import CliRunner

    folder = RunFolder(tmp_path / "run")
    extra = {"extraction": 'states = ["base", "merged"]'}
    conditions = '\n[[conditions]]\nname = "closer"\nkind = "convergence"\nsft = {epochs = 2, rows = 4}\n'
    result = CliRunner().invoke(cli, ["run", str(fake_experiment(conditions, **extra)), "-o", str(folder.path), "-q"])
    assert result.exit_code == 0, result.output
    names = {p.name + ("/" if p.is_dir() else "") for p in folder.path.iterdir()} - {"lock"}
    table = text[text.index("| file |") : text.index("A folder belongs")]
    told = set(re.findall(r"`([\w./]+)`", "".join(line.split("|")[1] for line in table.splitlines() if "|" in line)))
    assert names == told


def test_every_command_exists(text):
    said = set(re.findall(r"^    leakstats (\w+)", text, re.MULTILINE)) - {"leakstats"}
    assert {"run", "status", "train", "generate", "extract", "detect", "plan"} <= said
    assert said <= set(cli.list_commands(None))  # type: ignore[arg-type]
