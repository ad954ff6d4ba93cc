"""The rules of the house: import direction, who opens files, what every module has, what starts fast."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {"leakstats": "leakstats", "lint": "leakstats.lint", "reporting": "leakstats.reporting"}
DATA = {"templates": "leakstats.templates", "schemas": "leakstats.schemas"}
HEAVY = {"torch", "transformers", "peft", "vllm"}
LATE = {"matplotlib", "pandas", "statsmodels", "pingouin"}


def _modules() -> Iterator[tuple[str, Path]]:
    for folder, package in (FOLDERS | DATA).items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT / folder).with_suffix("").parts
            yield ".".join([package, *(p for p in parts if p != "__init__")]), path


def _imports(path: Path, module: str) -> Iterator[tuple[str, bool]]:
    """Every imported module with whether the import stands at the top level."""
    tree = ast.parse(path.read_text("utf-8"))
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    guarded = {
        node
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test)
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if node in guarded:
            continue
        top = node in tree.body
        if isinstance(node, ast.Import):
            yield from ((alias.name, top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = package.split(".")[: len(package.split(".")) - (node.level - 1)]
                base = ".".join([*up, base] if base else up)
            yield base, top
            yield from ((f"{base}.{alias.name}", top) for alias in node.names)


MODULES = list(_modules())


def _part(module: str) -> str:
    for name in ("leakstats.lint", "leakstats.reporting"):
        if module == name or module.startswith(f"{name}."):
            return name
    return "leakstats"


@pytest.mark.parametrize(("module", "path"), MODULES, ids=[m for m, _ in MODULES])
def test_imports_point_right_only(module, path):
    allowed = {
        "leakstats": {"leakstats"},
        "leakstats.lint": {"leakstats", "leakstats.lint"},
        "leakstats.reporting": {"leakstats", "leakstats.lint", "leakstats.reporting"},
    }[_part(module)]
    for name, _ in _imports(path, module):
        if name.split(".")[0] == "leakstats":
            assert _part(name) in allowed, f"{module} imports {name}"
            if _part(module) == "leakstats.reporting":
                assert not name.startswith("leakstats.stats"), f"{module} imports an estimator: {name}"


@pytest.mark.parametrize(("module", "path"), MODULES, ids=[m for m, _ in MODULES])
def test_heavy_packages_are_imported_late(module, path):
    for name, top in _imports(path, module):
        root = name.split(".")[0]
        assert root not in HEAVY or not top, f"{module} imports {name} at the top"
        if root in LATE:
            drawing = module.startswith("leakstats.figures.") and root == "matplotlib"
            assert not top or drawing, f"{module} imports {name} at the top"


@pytest.mark.parametrize(("module", "path"), MODULES, ids=[m for m, _ in MODULES])
def test_every_module_says_what_it_is_for(module, path):
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree), f"{module} has no docstring"
    if any(isinstance(n, ast.FunctionDef | ast.ClassDef) for n in tree.body):
        names = {t.id for n in tree.body if isinstance(n, ast.Assign | ast.AnnAssign) for t in _targets(n)}
        assert "__all__" in names, f"{module} has no __all__"


def _targets(node: ast.Assign | ast.AnnAssign) -> list[ast.Name]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [t for t in targets if isinstance(t, ast.Name)]


def test_only_contracts_opens_schemas_and_templates():
    for module, path in MODULES:
        if module == "leakstats.contracts":
            continue
        for name, _ in _imports(path, module):
            assert not name.startswith(("leakstats.schemas", "leakstats.templates")), f"{module} imports {name}"
        named = set(re.findall(r"""resources\.files\(["']([\w.]+)["']\)""", path.read_text("utf-8")))
        assert named <= {module.rpartition(".")[0]}, f"{module} opens files of {named}"


def test_the_wheel_lists_every_package():
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]
    found = {
        ".".join([package, *folder.relative_to(ROOT / top).parts])
        for top, package in (FOLDERS | DATA).items()
        for folder in [ROOT / top, *(ROOT / top).rglob("*")]
        if folder.is_dir() and (folder / "__init__.py").exists()
    }
    assert sorted(found) == listed


def _loaded_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nimport json; print(json.dumps(sorted({{m.split('.')[0] for m in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "code",
    [
        "import leakstats, leakstats.estimate, leakstats.numbers, leakstats.tails, leakstats.stats",
        "from leakstats.cli import cli\ncli.main(['--help'], standalone_mode=False)",
        "from leakstats.analysis.document import AnalysisDocument",
    ],
)
def test_light_parts_stay_light(code):
    heavy = {"numpy", "scipy", "pandas", "matplotlib", "statsmodels", "pingouin", "jsonschema", "torch"}
    assert not heavy & _loaded_after(code)
