"""Every template version: its example renders byte for byte and lints clean; deleting a section is found, alone."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from leakstats.analysis.document import AnalysisDocument
from leakstats.contracts import template_versions
from leakstats.lint.commands import lint
from leakstats.reporting.cli import cli
from leakstats.reporting.narrative import load_narrative
from leakstats.reporting.render import render
from leakstats.reporting.template_check import EXAMPLE_PLACE, template_problems
from leakstats.template import Section, Template, load_template

VERSIONS = template_versions()
REQUIRED = [(v, s.id) for v in VERSIONS for s in load_template(v).sections if s.required]


def example(root: Path, version: str) -> Path:
    return root / "templates/clean_result" / version / "example"


def findings(page: Path) -> list[tuple[str, str]]:
    done = CliRunner().invoke(lint, [str(page), "--profile", "publish", "--format", "json"])
    assert done.exit_code in (0, 1), done.output
    report = json.loads(done.stdout)
    return [(f["rule"], f["message"]) for f in report["findings"]]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_example_renders_byte_for_byte(project_root: Path, version: str) -> None:
    folder, template = example(project_root, version), load_template(version)
    document = AnalysisDocument.load(folder / "analysis.json")
    page = render(document, load_narrative(folder / "narrative.md", template), template, place=EXAMPLE_PLACE)
    assert page.text == (folder / "issue.md").read_text("utf-8")


@pytest.mark.parametrize("version", VERSIONS)
def test_the_example_lints_clean_and_its_folder_is_sound(project_root: Path, version: str) -> None:
    folder = example(project_root, version)
    assert findings(folder / "issue.md") == []
    assert template_problems(load_template(folder.parent), folder.parent) == []


def test_the_example_can_be_rendered_again(project_root: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(project_root / "templates/clean_result/v1", mine)
    before = {p.name: p.read_bytes() for p in (mine / "example").iterdir()}
    (mine / "example/issue.md").write_text("edited\n")
    assert CliRunner().invoke(cli, ["template", "check", str(mine)]).exit_code == 1
    done = CliRunner().invoke(cli, ["template", "example", str(mine)])
    assert done.exit_code == 0
    assert {p.name: p.read_bytes() for p in (mine / "example").iterdir()} == before


def without(text: str, template: Template, section: Section) -> str:
    """The page without the section's heading and everything below it."""
    lines = text.split("\n")
    headings = {s.markup: s for s in template.sections}
    begin = next(i for i, line in enumerate(lines) if line.split(":")[0] == section.markup)
    inside = {section.id}
    end = begin + 1
    while end < len(lines):
        found = headings.get(lines[end].split(":")[0])
        if found is not None and found.id not in inside and found.parent not in inside:
            break
        if found is not None:
            inside.add(found.id)
        end += 1
    return "\n".join([*lines[:begin], *lines[end:]])


@pytest.mark.parametrize(("version", "section"), REQUIRED)
def test_a_deleted_section_gives_exactly_its_finding(
    project_root: Path, tmp_path: Path, version: str, section: str
) -> None:
    template = load_template(version)
    for name in ("analysis.json", "issue.provenance.json"):
        shutil.copy(example(project_root, version) / name, tmp_path)
    spec = template.section(section)
    text = without((example(project_root, version) / "issue.md").read_text("utf-8"), template, spec)
    (tmp_path / "issue.md").write_text(text, "utf-8")
    found = findings(tmp_path / "issue.md")
    assert [name for name, _ in found] == ["missing-section"], found
    assert spec.heading in found[0][1]


def test_a_template_of_ones_own(project_root: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(project_root / "templates/clean_result/v1", mine)
    runner = CliRunner()
    done = runner.invoke(cli, ["template", "check", str(mine)])
    assert (done.exit_code, "nothing wrong" in done.output) == (0, True)
    (mine / "sections/background.md.j2").write_text("# Heading\n{{ autor() }}\n{{ rhoo() }}\n")
    (mine / "sections/bckground.md.j2").write_text("x")
    (mine / "sections/setup.md.j2").write_text("{% if %}")
    done = runner.invoke(cli, ["template", "check", str(mine)])
    assert done.exit_code == 1
    for said in (
        "sections/background.md.j2:1: holds a heading",
        "uses 'autor', which does not exist; did you mean 'author'",
        "uses 'rhoo', which does not exist; did you mean 'rho'",
        "sections/bckground.md.j2: is no body of a section; did you mean 'background'",
        "sections/setup.md.j2:1: cannot be read",
    ):
        assert said in done.output, done.output
    done = runner.invoke(cli, ["template", "check", str(tmp_path)])
    assert "template.toml: cannot be read" in str(done.exception)


def test_a_page_of_ones_own_template_is_rendered_and_judged_by_it(project_root: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(project_root / "templates/clean_result/v2", mine)
    shutil.rmtree(mine / "example")
    definition = (mine / "template.toml").read_text("utf-8")
    definition = definition.replace('version = "v2"', 'version = "v7"')
    definition = definition.replace('heading = "Background"', 'heading = "Where this comes from"')
    (mine / "template.toml").write_text(definition, "utf-8")
    for name in ("analysis.json", "narrative.md"):
        shutil.copy(example(project_root, "v2") / name, tmp_path)
    page = tmp_path / "issue.md"
    runner = CliRunner()
    arguments = ["render", str(tmp_path / "analysis.json"), "--narrative", str(tmp_path / "narrative.md")]
    arguments += ["--template", str(mine), "-o", str(page), "--figure-base", EXAMPLE_PLACE.figure_base]
    done = runner.invoke(cli, arguments)
    assert done.exit_code == 0, done.exception
    assert page.read_text("utf-8").startswith("<!-- clean_result v7 ")
    assert "\n## Where this comes from\n" in page.read_text("utf-8")

    def judged(*more: str) -> str:
        return runner.invoke(cli, ["lint", str(page), "--profile", "publish", *more]).output

    assert "0 errors, 0 warnings, 0 notes" in judged("--template", str(mine))
    assert "unknown-template" in judged()
    page.write_text(page.read_text("utf-8").replace("\n## Where this comes from\n", "\n## Background\n"), "utf-8")
    assert "section 'Where this comes from' is missing" in judged("--template", str(mine))
    (tmp_path / ".clean-result.toml").write_text('template = "mine"\n', "utf-8")
    with contextlib.chdir(tmp_path):
        assert "section 'Where this comes from' is missing" in judged()
        assert "Where this comes from" in runner.invoke(cli, ["review", "issue.md"]).output


@pytest.mark.parametrize("version", VERSIONS)
def test_the_house_style_of_p_values_only_can_be_kept(project_root: Path, tmp_path: Path, version: str) -> None:
    """Effect sizes and intervals leave the prose; tables and captions still hold them, so that the page is rigorous."""
    for name in ("analysis.json", "narrative.md"):
        shutil.copy(example(project_root, version) / name, tmp_path)
    narrative = (tmp_path / "narrative.md").read_text("utf-8")
    runner = CliRunner()

    def judged(text: str) -> str:
        (tmp_path / "narrative.md").write_text(text, "utf-8")
        arguments = ["render", str(tmp_path / "analysis.json"), "--narrative", str(tmp_path / "narrative.md"), "-q"]
        arguments += ["-o", str(tmp_path / "issue.md"), "--figure-base", EXAMPLE_PLACE.figure_base]
        done = runner.invoke(cli, [*arguments, "--template", version])
        assert done.exit_code == 0, done.exception
        return runner.invoke(cli, ["lint", str(tmp_path / "issue.md"), "--profile", "p-values-only"]).output

    assert "banned-framing" in judged(narrative)
    kept = re.sub(
        r"\{\{ rho\(((?:(?!\}\}).)*)\) \}\}",
        lambda m: (
            f'{{{{ rho({re.sub(", show=.[a-z]+.", "", m[1])}, show="p") }}}}, N = {{{{ n("similarity.spearman",'
            f" {re.sub(', show=.[a-z]+.', '', m[1])}) }}}}"
        ),
        narrative,
    )
    assert kept != narrative
    output = judged(kept)
    assert "0 errors, 0 warnings" in output, output
    page = (tmp_path / "issue.md").read_text("utf-8")
    assert "0.70 [0.58, 0.80], p < 1e−15 |" in page, "the tables hold what the prose leaves out"
