"""What is written about the linter is in step with it: rule pages, the action, the hook, the workflow examples."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from leakstats.lint.commands import lint
from leakstats.lint.config import read_config
from leakstats.lint.document import Fence
from leakstats.lint.formats.markdown import MARKER
from leakstats.lint.parsing import parse_document
from leakstats.lint.registry import all_rules

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from lintbench.generate import banks
from lintbench.kinds import KINDS
from lintbench.score import HELD_OUT_SEED


@pytest.fixture(scope="module")
def make_rules(project_root: Path) -> Any:
    spec = spec_from_file_location("make_rules", project_root / "docs/make_rules.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_rule_pages_are_in_step(make_rules: Any) -> None:
    assert make_rules.main(["--check"]) == 0, "run: python docs/make_rules.py"


def test_every_rule_has_its_page(make_rules: Any) -> None:
    pages = make_rules.pages()
    index = pages[make_rules.HERE / "rules.md"]
    assert len(pages) == len(all_rules()) + 1
    for rule in all_rules():
        assert pages[make_rules.HERE / f"rules/{rule.code}.md"].startswith(f"# {rule.code} {rule.name}\n")
        assert index.count(f"(rules/{rule.code}.md)") == 1


def test_the_measurements_are_of_the_rules_that_exist(make_rules: Any) -> None:
    measured = json.loads(make_rules.MEASURED.read_text("utf-8"))
    assert measured["banks"] == banks()
    assert all(seed >= HELD_OUT_SEED for seed in measured["seeds"])
    assert min(measured["clean_pages"], measured["mutated_pages"]) >= 100
    judged = {rule.code for rule in all_rules() if rule.severity != "note"}
    again = "run: python benchmarks/lintbench/by_rule.py && python docs/make_rules.py"
    assert set(measured["rules"]) <= judged, again
    assert len(judged - set(measured["rules"])) <= 5, again  # a new rule's page says that it was not measured yet
    for entry in measured["rules"].values():
        assert set(entry) - {"recall"} == {"kinds", "alone", "false_alarms"}
        assert set(entry["kinds"]) <= set(KINDS)
        assert all(0 < found <= of for found, of in entry["kinds"].values())
        assert 0 <= entry.get("recall", 0) <= 1
        assert 0 <= entry["alone"] <= sum(found for found, _ in entry["kinds"].values())
        assert entry["false_alarms"] >= 0
    assert sum(entry["alone"] for entry in measured["rules"].values()) > 0.5 * measured["mutated_pages"]


def test_measurements_are_printed(make_rules: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rules.json"
    entry = {"kinds": {"missing_section": [49, 50], "section_order": [1, 40]}, "alone": 48, "false_alarms": 0.005,
             "recall": 0.555}  # fmt: skip
    none = {"kinds": {}, "alone": 0, "false_alarms": 0.0}
    whole = {
        "banks": ["a"],
        "seeds": [1],
        "clean_pages": 200,
        "mutated_pages": 90,
        "rules": {"CR101": entry, "CR103": none},
    }
    path.write_text(json.dumps(whole), "utf-8")
    monkeypatch.setattr(make_rules, "MEASURED", path)
    pages = make_rules.pages()
    page = pages[make_rules.HERE / "rules/CR101.md"]
    assert "49 of 50 `missing_section`, 1 of 40 `section_order`; recall 56% of the kinds that it is for" in page
    assert "no other rule spoke in 48 of these" in page
    assert "False alarms: 0.005 per clean page (1 on 200)" in page
    assert "no page of it has an error" in pages[make_rules.HERE / "rules/CR103.md"]
    assert "Not measured on the bench yet" in pages[make_rules.HERE / "rules/CR104.md"]
    assert "on 90 pages with one error and 200 without" in pages[make_rules.HERE / "rules.md"]


def test_a_stale_page_is_named(make_rules: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    stale = {make_rules.HERE / "rules.md": "old"}
    monkeypatch.setattr(make_rules, "pages", lambda: stale)
    assert make_rules.main(["--check"]) == 1
    assert "docs/rules.md is not in step" in capsys.readouterr().err


# -- the action and the hook ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def action(project_root: Path) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((project_root / "action.yml").read_text("utf-8"))
    return data


def steps(action: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {step["name"]: step for step in action["runs"]["steps"] if "name" in step}


def run_lint_step(action: dict[str, Any], folder: Path, event: str, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The shell of the action's own step, with its inputs as GitHub would pass them."""
    given = {name: str(spec["default"]) for name, spec in action["inputs"].items()} | {
        name.replace("_", "-"): value for name, value in inputs.items()
    }
    step = steps(action)["Lint"]
    env = {name: given[value.split("inputs.")[1].split(" ")[0]] for name, value in step["env"].items()}
    bin_folder = Path(sys.executable).parent
    env |= {
        "PATH": f"{bin_folder}:{os.environ['PATH']}", "GITHUB_EVENT_NAME": event, "RUNNER_TEMP": str(folder),
        "GITHUB_EVENT_PATH": str(folder / "event.json"), "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "GITHUB_OUTPUT": str(folder / "output"), "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
    }  # fmt: skip
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", step["run"]], cwd=folder, env=env, capture_output=True, text=True
    )


def test_the_action_judges_the_issue_of_the_event(action: dict[str, Any], tmp_path: Path) -> None:
    issue = {"number": 7, "title": "$(touch pwned) `touch pwned`", "body": "## TL;DR\n\nTBD\n"}
    (tmp_path / "event.json").write_text(json.dumps({"issue": issue}), "utf-8")
    done = run_lint_step(action, tmp_path, "issues", sarif="out.sarif")
    assert done.returncode == 1, done.stderr
    assert "::error title=CR108 missing-title-marker,file=issue-7.md,line=1," in done.stdout
    report = (tmp_path / "clean-result.md").read_text("utf-8")
    assert report.startswith(MARKER)
    assert (tmp_path / "summary").read_text("utf-8") == report
    assert json.loads((tmp_path / "out.sarif").read_text("utf-8"))["version"] == "2.1.0"
    assert not (tmp_path / "pwned").exists()


def test_the_action_judges_pages(action: dict[str, Any], tmp_path: Path, good_page: str) -> None:
    for name in ("a b.md", "c.md"):
        (tmp_path / name).write_text(good_page, "utf-8")
    done = run_lint_step(action, tmp_path, "push", pages="a b.md\nc.md\n", profile="publish")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "a b.md" in (tmp_path / "clean-result.md").read_text("utf-8")


def test_the_action_uses_every_input_and_finds_its_comment(action: dict[str, Any], project_root: Path) -> None:
    text = (project_root / "action.yml").read_text("utf-8").split("runs:")[1]
    assert all(f"inputs.{name} " in text for name in action["inputs"])
    assert MARKER in steps(action)["Comment"]["run"]
    for step in steps(action).values():
        assert subprocess.run(["bash", "-n", "-c", step["run"]]).returncode == 0
        assert "${{" not in step["run"], "values reach the shell through the environment only"


def test_the_hook_calls_a_command_that_exists(project_root: Path) -> None:
    (hook,) = yaml.safe_load((project_root / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert hook["entry"] == "clean-result lint"
    assert hook["language"] == "python"


def test_the_examples_of_the_ci_page_hold(project_root: Path, tmp_path: Path, action: dict[str, Any]) -> None:
    document = parse_document((project_root / "docs/ci.md").read_text("utf-8"))
    fences = [b for b in document.blocks if isinstance(b, Fence)]
    options = {o for parameter in lint.params for o in parameter.opts}
    for fence in fences:
        if fence.info == "yaml":
            data = yaml.safe_load(fence.content)
            if isinstance(data, list):  # a hook of the configuration of pre-commit
                used = {word for hook in data for word in hook["args"] if word.startswith("--")}
                assert used <= options
                continue
            for job in data.get("jobs", {}).values():
                given = [s.get("with", {}) for s in job["steps"] if "leakstats" in s["uses"]]
                assert given
                assert set(given[0]) <= set(action["inputs"])
        elif fence.info == "toml":
            path = tmp_path / ".clean-result.toml"
            path.write_text(fence.content, "utf-8")
            assert read_config(path).profile == "publish"
        elif fence.info == "sh":
            ours = [part for part in re.split(r"[|\n]", fence.content) if part.split()[:1] == ["clean-result"]]
            assert {word for part in ours for word in part.split() if word.startswith("--")} <= options
    assert {f.info for f in fences} == {"yaml", "toml", "sh", "markdown", "text"}


def test_the_ci_page_shows_what_is_printed(project_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = parse_document((project_root / "docs/ci.md").read_text("utf-8"))
    fences = [b for b in document.blocks if isinstance(b, Fence)]
    page = next(f.content for f in fences if f.info == "markdown")
    shown = [f.content for f in fences if f.info == "text"]
    monkeypatch.chdir(tmp_path)
    Path("issue.md").write_text(page, "utf-8")
    for form, expected in zip(("text", "github"), shown, strict=True):
        assert CliRunner().invoke(lint, ["issue.md", "--select", "CR4", "--format", form]).stdout == expected


def test_the_ci_page_names_every_input(project_root: Path, action: dict[str, Any]) -> None:
    text = (project_root / "docs/ci.md").read_text("utf-8")
    assert [line.split("`")[1] for line in text.split("\n") if line.startswith("| `")] == [*action["inputs"]]


def test_the_map_of_evidence_names_every_module_once(project_root: Path) -> None:
    import leakstats.lint.evidence as package

    folder = project_root / "lint" / "evidence"
    modules = sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
    named = re.findall(r"^    ([a-z_, ]+):", package.__doc__ or "", re.MULTILINE)
    assert sorted(name.strip() for group in named for name in group.split(",")) == modules
