"""The commands as a user sees them: complete output, exit status, start-up."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
from click.testing import CliRunner, Result

from leakstats.contracts import load_schema, schema_violations
from leakstats.errors import InputError
from leakstats.lint.commands import explain, lint, rules
from leakstats.lint.registry import all_rules

PAGE = """# The rate falls with distance (LOW confidence)

## TL;DR

### Results

![Rates](https://raw.githubusercontent.com/lab/repo/main/figures/a-rather-long-name-of-a-picture-that-needs-cutting.png)

Source rate against cosine for N = 12 personas, TBD bars.
"""


def run(command: click.Command, *args: str, input: str | None = None) -> Result:
    return CliRunner().invoke(command, list(args), input=input, catch_exceptions=False)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("issue.md").write_text(PAGE, "utf-8")
    return "issue.md"


TEXT = """issue.md
  7:10 error CR604 unpinned-figure: the address of this figure names no commit: \
https://raw.githubusercontent.com/lab/re…picture-that-needs-cutting.png
      7 | ![Rates](https://raw.githubusercontent.com/lab/repo/main/figures/a-rather-long-name-of-a-picture-tha…
        |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      help: use https://raw.githubusercontent.com/OWNER/REPO/<40 hex digits>/PATH
  9:49 error CR121 unfilled-slot: 'TBD' was left unfilled
      9 | Source rate against cosine for N = 12 personas, TBD bars.
        |                                                 ^^^
      help: fill it in, or say why it is not known

1 page: 2 errors, 0 warnings, 0 notes: failed
"""


def test_text_is_grouped_with_excerpt_caret_and_help(page: str) -> None:
    result = run(lint, page, "--select", "CR6,CR121")
    assert result.output == TEXT
    assert result.exit_code == 1


def test_the_page_is_issue_md_unless_named(page: str) -> None:
    assert run(lint, "--select", "CR6,CR121").output == TEXT


def test_an_empty_variable_of_a_job_selects_nothing_else(page: str) -> None:
    every = run(lint, page, "--format", "table")
    assert run(lint, page, "--format", "table", "--select", "", "--ignore", " , ").output == every.output
    assert every.exit_code == 1


def test_checks_without_a_subject_have_not_passed(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("# A claim of one sentence\n\nHello.\n", "utf-8")
    lines = [line.split("  ") for line in run(lint, str(path), "--format", "table").output.splitlines()]
    status = {line[0].split(" ")[0]: " ".join(line[1:]).strip() for line in lines}
    assert status["CR602"] == "– NOT CHECKED the page has no figure"
    assert status["CR702"] == "– NOT CHECKED the page has no row of a card"
    assert status["CR408"] == "– NOT CHECKED the page has no number that claims a result"
    assert status["CR121"] == "✓ PASS"
    assert sum("PASS" in said for said in status.values()) < 12


def test_output_that_cannot_be_written_is_one_line_and_status_2(page: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no full device")
    command = [sys.executable, "-c", "from leakstats.reporting.cli import main; main()", "lint", page]
    with open("/dev/full", "w") as full:  # noqa: PTH123 a device
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (2, "clean-result: cannot write the output: No space left on device\n")


def test_what_was_not_checked_is_printed_and_no_pass(page: str) -> None:
    result = run(lint, page, "--select", "CR301,CR302,CR303,CR304,CR305")
    assert result.output == (
        "issue.md\n"
        "  not checked (CR301 CR302 CR303 CR304 CR305): no sidecar: issue.provenance.json does not exist; "
        "the page was not rendered here\n"
        "  no findings\n\n"
        "1 page: 0 errors, 0 warnings, 0 notes; 5 checks not run: passed\n"
    )
    assert result.exit_code == 0


def report_of(result: Result) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(result.stdout)
    assert schema_violations(data, "lint-report.v1") == []
    return data


def test_json_fits_its_schema_and_lists_findings(page: str) -> None:
    result = run(lint, page, "--select", "CR6,CR121", "--format", "json")
    data = report_of(result)
    assert data["status"] == result.exit_code == 1
    assert data["counts"] == {"errors": 2, "warnings": 0, "notes": 0}
    assert data["findings"][1] == {
        "path": "issue.md", "line": 9, "column": 49, "end_line": 9, "end_column": 52, "code": "CR121",
        "rule": "unfilled-slot", "severity": "error", "message": "'TBD' was left unfilled",
        "help": "fill it in, or say why it is not known",
    }  # fmt: skip


@pytest.mark.parametrize("args", [["missing.md"], ["-"], ["issue.md", "missing.md", "--profile", "publish"]])
def test_every_answer_fits_the_schema(page: str, args: list[str]) -> None:
    report_of(run(lint, *args, "--format", "json", input="# T\n"))


def test_the_schema_describes_every_property() -> None:
    def walk(node: Any, path: str) -> None:
        if isinstance(node, dict):
            for name, spec in node.get("properties", {}).items():
                assert spec.get("description"), f"{path}/{name}"
            if "properties" in node:
                assert node.get("additionalProperties") is False, path
            for name, child in node.items():
                walk(child, f"{path}/{name}")
        elif isinstance(node, list):
            for i, child in enumerate(node):
                walk(child, f"{path}/{i}")

    schema = load_schema("lint-report.v1")
    jsonschema.Draft202012Validator.check_schema(schema)
    walk(schema, "")


def test_a_missing_file_is_one_message_and_status_2(page: str) -> None:
    result = run(lint, "missing.md")
    assert result.exit_code == 2
    assert result.stderr == "clean-result lint: missing.md: cannot be read: No such file or directory\n"
    assert "CR901 unreadable-file" in result.stdout


def test_standard_input(page: str) -> None:
    result = run(lint, "-", "--select", "CR121", input="TBD")
    assert result.output.startswith("<stdin>\n  1:1 error CR121")


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_an_unknown_rule_is_a_usage_error(page: str, option: str) -> None:
    with pytest.raises(InputError, match="no rule is called 'CR999'"):  # the group prints it and exits 2
        run(lint, page, option, "CR999")


def test_fail_on_moves_the_exit_status_only(page: str) -> None:
    Path(page).write_text("# The rate falls (LOW confidence)\n", "utf-8")
    assert run(lint, page, "--select", "CR201").exit_code == 0
    assert run(lint, page, "--select", "CR201", "--fail-on", "note").exit_code == 1


def test_max_bytes(page: str) -> None:
    assert "CR902 too-large" in run(lint, page, "--max-bytes", "10").output
    assert run(lint, page, "--max-bytes", "0").exit_code == 2


def test_help_says_exit_status_and_examples() -> None:
    for command in (lint, explain, rules):
        assert "Examples:" in run(command, "--help").output
    assert "Exit status: 0 no errors, 1 errors" in run(lint, "--help").output


@pytest.mark.parametrize("rule", all_rules(), ids=lambda r: r.code)
def test_every_rule_explains_itself(rule: Any) -> None:
    by_code, by_name = run(explain, rule.code).output, run(explain, rule.name).output
    assert by_code == by_name
    assert by_code.startswith(f"{rule.code} {rule.name} ({rule.severity})\n")
    assert "Why is this bad?" in by_code
    assert "Fails:" in by_code


def test_rules_lists_all_or_a_family() -> None:
    lines = run(rules).output.splitlines()
    assert [line.split()[0] for line in lines] == [r.code for r in all_rules()]
    assert {line[:3] for line in run(rules, "CR6").output.splitlines()} == {"CR6"}


# -- start-up ---------------------------------------------------------------------------------------------------------

START = """
import sys, json
sys.argv = ["clean-result lint", sys.argv[1], "--format", "json"]
from leakstats.lint.commands import lint
try:
    lint.main()
finally:
    heavy = {"scipy", "numpy", "pandas", "matplotlib", "statsmodels", "pingouin", "jsonschema", "torch", "jinja2"}
    print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""


def test_a_cold_start_imports_nothing_heavy(good_page: str, tmp_path: Path) -> None:
    """What makes a start slow; benchmarks/bench_lint.py measures the time itself."""
    path = tmp_path / "page.md"
    filler = "\n".join(f"| row {i} | {i / 7:.3f} | {i} of 700 |" for i in range(600))
    page = good_page.replace("## Artifacts", f"| a | b | c |\n|---|---|---|\n{filler}\n\n## Artifacts")
    assert 20_000 < len(page.encode()) < 40_000
    path.write_text(page, "utf-8")
    done = subprocess.run([sys.executable, "-c", START, str(path)], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "[]"
    assert json.loads(done.stdout)["findings"] == []
