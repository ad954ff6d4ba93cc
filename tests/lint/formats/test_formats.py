"""Every format says what was found, what was allowed, and what did not run."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from leakstats.contracts import schema_violations
from leakstats.lint.engine import Options, lint_paths, lint_text
from leakstats.lint.finding import Finding
from leakstats.lint.formats.github import to_github
from leakstats.lint.formats.json import to_json
from leakstats.lint.formats.markdown import MARKER, to_markdown
from leakstats.lint.formats.sarif import to_sarif
from leakstats.lint.formats.table import to_table
from leakstats.lint.formats.text import to_text
from leakstats.lint.parsing import parse_document
from leakstats.lint.registry import all_rules
from leakstats.lint.report import Coverage, NotRun, PageReport, Report, Suppressed
from leakstats.lint.source import Place
from leakstats.records import replace

ERROR = Finding(
    "a b,1.md", Place(2, 3, 2, 5), "CR101", "missing-section", "error", "section 'X|Y' is <missing> @you", "add it: 5%"
)
NOTE = Finding("a b,1.md", Place(4, 1, 6, 2), "CR119", "unranked-caveat", "note", "2 of 3 bullets of 'C'")
HIDDEN = Finding("a b,1.md", Place(7, 1, 7, 4), "CR121", "unfilled-slot", "error", "'TBD' was left unfilled")


def report() -> Report:
    page = PageReport(
        "a b,1.md",
        (ERROR, NOTE),
        ("CR101", "CR102", "CR119", "CR121"),
        (NotRun("CR301", "changed-value", "no sidecar"), NotRun("CR302", "outdated-value", "no sidecar")),
        (Suppressed(HIDDEN, "a persona's name"),),
        Coverage(10, 7, 1, 1, 1),
        "clean_result v1",
        ("# T", "\tab cd", "", "x" * 300, "", "", "TBD"),
    )
    return Report((page,), "")


def test_text() -> None:
    assert to_text(report()) == (
        "a b,1.md\n"
        "  2:3 error CR101 missing-section: section 'X|Y' is <missing> @you\n"
        "      2 |  ab cd\n"
        "        |   ^^\n"
        "      help: add it: 5%\n"
        "  4:1 note CR119 unranked-caveat: 2 of 3 bullets of 'C'\n"
        f"      4 | {'x' * 100}…\n"
        f"        | {'^' * 101}\n"
        "  7:1 allowed CR121: a persona's name\n"
        "  not checked (CR301 CR302): no sidecar\n"
        "  7 of 10 printed values confirmed, 1 contradicted, 1 as printed but not re-derived, 1 lost\n"
        "\n"
        "1 page: 1 error, 0 warnings, 1 note; 2 checks not run: failed\n"
    )


def test_table_has_a_line_for_each_check_and_the_result_last() -> None:
    lines = to_table(report()).splitlines()
    assert [line.split("  ", 1)[0] for line in lines[:-1]] == [
        "CR101 missing-section", "CR102 misordered-section", "CR119 unranked-caveat", "CR121 unfilled-slot",
        "CR301 changed-value", "CR302 outdated-value",
    ]  # fmt: skip
    assert "✗ FAIL  line 2: section 'X|Y' is <missing> @you" in lines[0]
    assert lines[1].endswith("✓ PASS")
    assert "✓ PASS  note, line 4" in lines[2]
    assert "– NOT CHECKED  no sidecar" in lines[4]
    assert lines[-1] == "Result: FAIL (1 error, 0 warnings, 1 note)"


def test_json_fits_its_schema() -> None:
    data = json.loads(to_json(report()))
    assert schema_violations(data, "lint-report.v1") == []
    assert data["pages"][0]["coverage"]["confirmed"] == 7
    assert data["pages"][0]["suppressed"][0]["reason"] == "a persona's name"
    assert [n["code"] for n in data["pages"][0]["not_run"]] == ["CR301", "CR302"]


def test_github_escapes_properties_and_data() -> None:
    assert to_github(report()).splitlines() == [
        "::error title=CR101 missing-section,file=a b%2C1.md,line=2,endLine=2,col=3,endColumn=5"
        "::section 'X|Y' is <missing> @you%0Aadd it: 5%25",
        "::notice title=CR119 unranked-caveat,file=a b%2C1.md,line=4,endLine=6::2 of 3 bullets of 'C'",
    ]


def test_markdown_is_found_again_and_shows_what_was_said() -> None:
    text = to_markdown(report())
    assert text.startswith(MARKER + "\n**clean-result lint: ❌ failed** — 1 error, 0 warnings, 1 note\n")
    document = parse_document(text)
    shown = [t.text for t, scope in document.texts() if scope == "table"]
    assert any("section 'X|Y' is <missing> @you" in cell for cell in shown), (
        "the table is a table, and nothing was eaten"
    )
    assert "@" not in text, "a report calls nobody"
    assert "Not checked (CR301, CR302): no sidecar" in text
    assert "Allowed on line 7 (CR121): a persona's name" in text


# The parts of the SARIF 2.1.0 standard that this format uses, from its sections 3.13 to 3.58.
SARIF: dict[str, Any] = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "items": {"$ref": "#/$defs/run"}},
    },
    "additionalProperties": False,
    "$defs": {
        "message": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "run": {
            "type": "object",
            "required": ["tool"],
            "properties": {
                "tool": {
                    "type": "object",
                    "required": ["driver"],
                    "properties": {
                        "driver": {
                            "type": "object",
                            "required": ["name"],
                            "properties": {
                                "rules": {"type": "array", "uniqueItems": True, "items": {"$ref": "#/$defs/rule"}}
                            },
                        }
                    },
                },
                "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                "invocations": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["executionSuccessful"],
                        "properties": {
                            "executionSuccessful": {"type": "boolean"},
                            "exitCode": {"type": "integer"},
                            "toolExecutionNotifications": {
                                "type": "array",
                                "items": {
                                    "type": "object",
                                    "required": ["message"],
                                    "properties": {
                                        "message": {"$ref": "#/$defs/message"},
                                        "level": {"$ref": "#/$defs/level"},
                                    },
                                },
                            },
                        },
                        "additionalProperties": False,
                    },
                },
                "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
            },
            "additionalProperties": False,
        },
        "rule": {
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {"type": "string"},
                "name": {"type": "string"},
                "shortDescription": {"$ref": "#/$defs/message"},
                "fullDescription": {"$ref": "#/$defs/message"},
                "defaultConfiguration": {"type": "object", "properties": {"level": {"$ref": "#/$defs/level"}}},
            },
            "additionalProperties": False,
        },
        "result": {
            "type": "object",
            "required": ["message"],
            "properties": {
                "ruleId": {"type": "string"},
                "ruleIndex": {"type": "integer", "minimum": -1},
                "level": {"$ref": "#/$defs/level"},
                "message": {"$ref": "#/$defs/message"},
                "locations": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "physicalLocation": {
                                "type": "object",
                                "required": ["artifactLocation"],
                                "properties": {
                                    "artifactLocation": {
                                        "type": "object",
                                        "properties": {"uri": {"format": "uri-reference"}},
                                    },
                                    "region": {
                                        "type": "object",
                                        "properties": {
                                            name: {"type": "integer", "minimum": 1}
                                            for name in ("startLine", "startColumn", "endLine", "endColumn")
                                        },
                                        "additionalProperties": False,
                                    },
                                },
                            }
                        },
                    },
                },
                "suppressions": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["kind"],
                        "properties": {"kind": {"enum": ["inSource", "external"]}, "justification": {"type": "string"}},
                        "additionalProperties": False,
                    },
                },
            },
            "additionalProperties": False,
        },
    },
}


def test_sarif_fits_the_standard() -> None:
    import jsonschema

    data = json.loads(to_sarif(report()))
    jsonschema.Draft202012Validator(SARIF).validate(data)
    run = data["runs"][0]
    assert [r["id"] for r in run["tool"]["driver"]["rules"]] == [r.code for r in all_rules()]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b%2C1.md"
    assert run["results"][2]["suppressions"] == [{"kind": "inSource", "justification": "a persona's name"}]
    said = run["invocations"][0]["toolExecutionNotifications"]
    assert [n["message"]["text"].partition(" not run")[0] for n in said] == [
        "a b,1.md: CR301 changed-value, CR302 outdated-value were"
    ]


def test_sarif_says_of_a_file_that_was_not_read_once_that_nothing_ran(tmp_path: Path) -> None:
    log = lint_paths([str(tmp_path / "none.md")], Options(), stdin=io.BytesIO())
    (invocation,) = json.loads(to_sarif(log))["runs"][0]["invocations"]
    assert len(invocation["toolExecutionNotifications"]) == 1


def test_json_names_the_profile_that_judged(good_page: str) -> None:
    page = lint_text(good_page)
    other = replace(page, profile="publish")
    unread = replace(page, profile="", readable=False)
    asked = [Report((page,), ""), Report((page, unread), ""), Report((page,), "draft"), Report((page, other), "")]
    assert [json.loads(to_json(log))["profile"] for log in asked] == ["review", "review", "draft", None]


@pytest.mark.shared
def test_sarif_fits_the_whole_schema_of_the_standard(shared_dir: Path, good_page: str, tmp_path: Path) -> None:
    import jsonschema

    schema = json.loads((shared_dir / "reference" / "sarif-schema-2.1.0.json").read_text("utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    page = lint_text(good_page.replace("## ", "### "), path="pages/ä b.md")
    missing = lint_paths([str(tmp_path / "none.md")], Options(), stdin=io.BytesIO())
    for log in (report(), Report((page,), "publish"), missing, Report((), "")):
        assert [e.message for e in validator.iter_errors(json.loads(to_sarif(log)))] == []
    broken = json.loads(to_sarif(report()))
    broken["runs"][0]["results"][0]["level"] = "fatal"
    assert list(validator.iter_errors(broken))


def test_a_comment_is_no_longer_than_github_takes() -> None:
    page = report().pages[0]
    many = replace(page, findings=page.findings * 40)
    text = to_markdown(Report((many,) * 60, ""))
    assert 50_000 < len(text) < 65_536
    assert text.splitlines()[-1].startswith("The report was cut here: ")
    whole = {*to_markdown(Report((many,), "")).splitlines(), text.splitlines()[1]}
    assert set(text.splitlines()[:-1]) <= whole, "no line is cut in its middle"
    assert "cut here" not in to_markdown(report())


@pytest.mark.parametrize("form", [to_text, to_table, to_json, to_github, to_sarif, to_markdown])
def test_a_run_without_findings_is_printable(form: Any) -> None:
    assert isinstance(form(Report((PageReport("p.md", ()),), "")), str)
