"""The template: one definition, read once, and every way in which it can be broken."""

from __future__ import annotations

import copy
import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from leakstats.contracts import builtin_template, load_schema
from leakstats.errors import ContractError, InputError, LeakstatsError
from leakstats.template import Template, VersionLine, load_template

V1: dict[str, Any] = tomllib.loads((builtin_template("v1") / "template.toml").read_text("utf-8"))


def test_version_1_is_the_page_of_the_issue() -> None:
    template = load_template("v1")
    assert [(s.level, s.heading) for s in template.sections if s.table is None] == [
        (2, "TL;DR"), (3, "Background"), (3, "Methodology"), (3, "Results"), (3, "Next steps"), (1, "Detailed report"),
        (2, "Human summary"), (2, "Source issues"), (2, "Setup & hyper-parameters"), (2, "WandB"), (3, "Full data"),
        (2, "Sample outputs"), (2, "Headline numbers"), (2, "Artifacts"),
    ]  # fmt: skip
    assert [s.heading for s in template.sections if s.table is not None] == [
        "Model", "Training", "Data", "Eval", "Compute", "Environment",
    ]  # fmt: skip
    required = [r.label for s in template.sections if s.table for r in s.table.rows if r.required]
    assert required == [
        "Base", "Trainable", "Method", "LoRA config", "LR", "Epochs", "Batch size (effective)", "Seeds", "Source",
        "Version / hash", "Train / val size", "Metric definition", "Samples / temperature", "Hardware", "Wall time",
        "Total GPU-hours", "Python", "Key libraries", "Git commit", "Launch command",
    ]  # fmt: skip
    expected = [r.label for s in template.sections if s.table for r in s.table.rows if not r.required]
    for label in (
        "Checkpoint source",
        "Loss",
        "Optimizer",
        "Precision",
        "Preprocessing",
        "Judge model + prompt",
        "Significance",
    ):
        assert label in expected
    results = template.section("results")
    assert results.bullets is not None
    assert (results.bullets.label, results.bullets.min, results.bullets.max) == ("Main takeaways", 2, 5)
    assert template.section("background").min_words == template.section("human_summary").min_words == 30
    caveats = template.section("headline_numbers").bullets
    assert caveats is not None
    assert caveats.ranks == ("CRITICAL", "MAJOR", "MINOR")
    assert template.default_profile == "review"
    assert set(template.profiles) == {"draft", "review", "publish", "rigorous", "p-values-only"}


def test_it_prints_what_the_renderer_needs() -> None:
    template = load_template("v1")
    assert template.section("setup").markup == "## Setup & hyper-parameters"
    assert template.title.ending("LOW") == "(LOW confidence)"
    assert template.confidence.line("LOW", "one seed") == "**Confidence: LOW** — one seed"
    assert [s.id for s in template.ancestors(template.section("setup_model"))] == ["setup", "detailed_report"]
    assert [s.id for s in template.children()] == ["tldr", "detailed_report"]
    assert template.sha256.startswith("sha256:")
    assert load_template("v1") is template
    with pytest.raises(InputError, match=r"no section 'abstract'; it has tldr, background"):
        template.section("abstract")


@pytest.mark.parametrize(
    ("heading", "fits"),
    [("Training", True), ("training — `a.py` @ `1`", True), ("Training: stage 1", True),
     ("Training (per condition)", True),
     ("Fine-tuning", True), ("Trainings", False), ("Training of the judge", False), ("", False)],
)  # fmt: skip
def test_headings_may_go_on(heading: str, fits: bool) -> None:
    template = load_template("v1")
    assert template.names(heading, template.section("setup_training").names) is fits


def test_the_file_fits_the_schema_and_the_schema_the_reader() -> None:
    schema = load_schema("template.v1")
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(V1)

    def described(node: Any) -> None:
        for child in node.get("properties", {}).values():
            assert child["description"]
            described(child)
            described(child.get("items", {}))

    described(schema)


def dump(value: Any) -> str:
    """A TOML value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {dump(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(dump, value)) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


def read(folder: Path, data: dict[str, Any]) -> Template:
    (folder / "template.toml").write_text("\n".join(f"{k} = {dump(v)}" for k, v in data.items()), "utf-8")
    return load_template(folder)


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    template = read(tmp_path, V1)
    assert template.sections == load_template("v1").sections
    assert template.folder == tmp_path


def at(data: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        data = data[int(part)] if isinstance(data, list) else data[part]
    return data


BROKEN = [
    ("/title", "marker", "(confidence)", "/title/marker", r"must hold \{level\}"),
    ("/title", "min_words", "4", "/title/min_words", "is '4'; expected int"),
    ("/title", "min_words", -1, "/title/min_words", "expected 0 or more"),
    ("/title", "colour", "red", "/title/colour", "is an unknown key"),
    ("/confidence", "levels", ["LOW", "LOW"], "/confidence/levels", "expected distinct levels"),
    ("/confidence", "section", "abstract", "/confidence/section", "no section has that id"),
    ("/sections/1", "level", 2, "/sections/1/level", "not below its parent's 2"),
    ("/sections/1", "level", 7, "/sections/1/level", "a heading has level 1 to 6"),
    ("/sections/1", "id", "tldr", "/sections/1/id", "'tldr' is used twice"),
    ("/sections/1", "id", "Über", "/sections/1/id", "expected lower-case letters"),
    ("/sections/1", "parent", "samples", "/sections/1/parent", "no earlier section has that id"),
    ("/sections/1", "aliases", ["Results"], "/sections/3/aliases", "'Results' also names its sibling 'background'"),
    ("/sections/1", "aliases", "Results", "/sections/1/aliases", "expected a list"),
    ("/sections/1", "aliases", [3], "/sections/1/aliases/0", "is 3; expected str"),
    ("/sections/1", "expected", True, "/sections/1/expected", "drop it"),
    ("/sections/3/bullets", "max", 1, "/sections/3/bullets/max", "is 1, below min = 2"),
    ("/sections/3", "bullets", [1], "/sections/3/bullets", "expected a table"),
    ("/sections/9/table/rows/0", "status", "optional", "/sections/9/table/rows/0/status",
     "expected one of 'required', 'expected'"),
    ("/sections/9/table/rows/1", "aliases", ["Base"], "/sections/9/table/rows/1", "'Base' also names the row 'Base'"),
    ("/profiles/draft", "default", True, "/profiles", "has 2 default profiles"),
    ("/profiles/draft/severity", "CR101", "fatal", "/profiles/draft/severity/CR101", "expected one of"),
    ("", "schema", "template.v9", "/schema", "expected \"template.v1\""),
]  # fmt: skip


@pytest.mark.parametrize(("parent", "key", "value", "pointer", "message"), BROKEN)
def test_a_broken_definition_names_its_place(
    tmp_path: Path, parent: str, key: str, value: Any, pointer: str, message: str
) -> None:
    data = copy.deepcopy(V1)
    at(data, parent)[key] = value
    with pytest.raises(ContractError, match=message) as caught:
        read(tmp_path, data)
    assert pointer in [v.pointer for v in caught.value.violations]


def test_every_violation_is_listed(tmp_path: Path) -> None:
    data = copy.deepcopy(V1)
    del data["title"], data["name"]
    data["phrases"]["costs"] = 3
    with pytest.raises(ContractError) as caught:
        read(tmp_path, data)
    assert [v.pointer for v in caught.value.violations] == ["/name", "/title", "/phrases/costs"]


def test_files_that_are_no_definition(tmp_path: Path) -> None:
    with pytest.raises(LeakstatsError, match=r"cannot be read: No such file"):
        load_template(tmp_path)
    (tmp_path / "template.toml").write_text("a = [")
    with pytest.raises(ContractError, match="is no TOML"):
        load_template(tmp_path)
    with pytest.raises(LeakstatsError, match=r"no template clean_result 'v9'"):
        load_template("v9")


SHA = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    "line",
    [
        VersionLine("clean_result", "v1"),
        VersionLine("clean_result", "v12", SHA),
        VersionLine("clean_result", "v1", SHA, "a folder/issue.provenance.json", "uncommitted"),
        VersionLine("clean_result", "v1", SHA, "who@example/issue.provenance.json", "5f0c9e1"),
    ],
)
def test_a_version_line_reads_back(line: VersionLine) -> None:
    assert VersionLine.parse(line.text) == line
    assert str(line).startswith("<!-- clean_result v")


@pytest.mark.parametrize(
    "comment",
    ["clean_result", "clean_result one", "clean_result v1 analysis=sha256:12", "clean_result v1 colour=red",
     "clean_result v1 provenance=path", "clean_result v1 provenance=path@main",
     f"clean_result v1 analysis={SHA} analysis={SHA}"],
)  # fmt: skip
def test_a_broken_version_line_says_how_it_reads(comment: str) -> None:
    with pytest.raises(InputError, match="it reads <!-- clean_result v1"):
        VersionLine.parse(comment)


@pytest.mark.parametrize("comment", ["", " a remark ", "clean_results v1", "TODO clean_result v1"])
def test_other_comments_are_no_version_line(comment: str) -> None:
    assert VersionLine.parse(comment) is None
