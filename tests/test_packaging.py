"""Wheel, sdist and editable install each give a working `leakstats` and `clean-result` from another folder."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.packaging

CHECK = """
import leakstats, leakstats.lint.rules, leakstats.reporting, leakstats.stats, leakstats.figures
from leakstats.contracts import builtin_template, load_schema, schema_names, template_versions
assert {"results.v1", "analysis.v1", "provenance.v1", "template.v1", "lint-report.v1"} <= set(schema_names())
for name in schema_names():
    load_schema(name)
for version in template_versions():
    assert (builtin_template(version) / "template.toml").is_file()
    assert any((builtin_template(version) / "sections").iterdir())
print(leakstats.__file__)
"""


def _run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True, env=_environment())
    assert done.returncode == 0, f"{command}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV", "MYPYPATH")}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "build", "--outdir", folder, ROOT, cwd=folder)
    return folder


def _install(tmp_path: Path, *target: str | Path) -> Path:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    _run(python, "-m", "pip", "install", "--quiet", *target, cwd=tmp_path)
    return python


@pytest.mark.parametrize("kind", ["wheel", "sdist", "editable"])
def test_install_works_from_another_folder(kind, built, tmp_path):
    target = {
        "wheel": lambda: [next(built.glob("*.whl"))],
        "sdist": lambda: [next(built.glob("*.tar.gz"))],
        "editable": lambda: ["--editable", ROOT],
    }[kind]()
    python = _install(tmp_path, *target)
    where = Path(_run(python, "-c", CHECK, cwd=tmp_path).strip())
    assert where.is_relative_to(ROOT if kind == "editable" else tmp_path)
    for command in ("leakstats", "clean-result"):
        assert "Usage" in _run(python.parent / command, "--help", cwd=tmp_path)
    results = tmp_path / "results.json"
    results.write_bytes((ROOT / "examples/assistant_variants/results.json").read_bytes())
    _run(python.parent / "leakstats", "analyze", "results.json", "--resamples", "199", cwd=tmp_path)
    assert (tmp_path / "out" / "analysis.json").is_file()


def test_sdist_holds_the_tests(built):
    import tarfile

    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {n.partition("/")[2] for n in archive.getnames()}
    assert {"tests/test_house.py", "Makefile", "LICENSE", "examples/persona100/results.json"} <= names
