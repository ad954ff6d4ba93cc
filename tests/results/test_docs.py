"""The documentation of results.v1 is in step with the schema, and its examples run."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest

from leakstats.contracts import load_schema
from leakstats.results import document_violations


@pytest.fixture
def text(project_root: Path) -> str:
    return (project_root / "docs/results.md").read_text("utf-8")


@pytest.mark.parametrize(("name", "stem"), [("results.v1", "results"), ("experiment.v1", "experiment")])
def test_fields_page_is_what_the_script_makes(project_root: Path, name: str, stem: str) -> None:
    spec = importlib.util.spec_from_file_location("make_fields", project_root / "docs/make_fields.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (project_root / f"docs/{stem}_fields.md").read_text("utf-8") == module.page(name)


def test_the_small_file_is_valid(text: str) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    assert document_violations(json.loads(example)) == []


def test_the_python_example_runs(text: str, project_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(project_root)
    scope: dict[str, Any] = {}
    exec(code, scope)  # noqa: S102
    assert scope["villain"].n_cells == 110


@pytest.mark.parametrize("contract", ["results.v1", "experiment.v1"])
def test_every_property_is_described_and_every_object_closed(contract: str) -> None:
    definitions = load_schema(contract).get("$defs", {})

    def walk(schema: Any, way: str) -> None:
        if isinstance(schema, list):
            for i, child in enumerate(schema):
                walk(child, f"{way}/{i}")
        if not isinstance(schema, dict):
            return
        for name, child in schema.get("properties", {}).items():
            if "/if" not in way:
                named = definitions.get(child.get("$ref", "").rsplit("/", 1)[-1], {})
                assert child.get("description") or named.get("description"), f"{way}.{name}"
        kinds = schema.get("type", [])
        if kinds == "object" or "object" in kinds:
            assert "additionalProperties" in schema, way
            if "properties" in schema:
                assert schema["additionalProperties"] is False, way
        for key, child in schema.items():
            if isinstance(child, dict | list) and key not in ("enum", "required", "const"):
                walk(child, f"{way}/{key}")

    walk(load_schema(contract), "")
