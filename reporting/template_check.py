"""Says what is wrong with a template folder, beyond what reading its definition already refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import jinja2
from jinja2 import meta

from leakstats.errors import Violation
from leakstats.files import read_text
from leakstats.phrases import NAMES
from leakstats.phrases.registry import suggest
from leakstats.template import Template

from .render import CONTEXT, Place

__all__ = ["EXAMPLE_PLACE", "template_problems", "write_example"]

EXAMPLE_PLACE = Place(figure_base=f"https://raw.githubusercontent.com/example/example/{'0' * 40}/")
"""Where an example's page says that its figures are; an example brings none."""

_TAGS = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)
_ENDING = ".md.j2"


def template_problems(template: Template, folder: Path) -> list[Violation]:
    """Every problem of the section bodies, and of the example where the folder brings one."""
    return [*_bodies(template, folder), *_example(template, folder)]


def _bodies(template: Template, folder: Path) -> Iterator[Violation]:
    ids = {s.id for s in template.sections}
    ids |= {f"{s.id}.end" for s in template.sections}
    ids |= {f"{s.id}_of_condition" for s in template.sections if s.samples is not None}
    known = {*NAMES, *CONTEXT}
    environment = jinja2.Environment(autoescape=False)
    for file in sorted((folder / "sections").glob("*")):
        where = f"sections/{file.name}"
        name = file.name.removesuffix(_ENDING)
        if not file.name.endswith(_ENDING) or name not in ids:
            hint = suggest(name, sorted(ids), n=1)
            yield Violation(where, f"is no body of a section{hint}", f"name it <section id>{_ENDING}")
            continue
        text = read_text(file)
        try:
            tree = environment.parse(text)
        except jinja2.TemplateSyntaxError as error:
            yield Violation(f"{where}:{error.lineno}", f"cannot be read: {error.message}")
            continue
        for unknown in sorted(meta.find_undeclared_variables(tree) - known):
            yield Violation(where, f"uses {unknown!r}, which does not exist{suggest(unknown, sorted(known), n=1)}")
        for number, line in enumerate(_TAGS.sub("", text).split("\n"), 1):
            if line.lstrip().startswith("#"):
                yield Violation(f"{where}:{number}", "holds a heading; headings come from template.toml")


def write_example(template: Template, folder: Path) -> list[Path]:
    """Render the example of a template again: its page and provenance; their paths are returned."""
    from leakstats.analysis.document import AnalysisDocument
    from leakstats.files import dump_json

    from .narrative import load_narrative
    from .render import render
    from .sidecar import sidecar_of, write_together

    example = folder / "example"
    document = AnalysisDocument.load(example / "analysis.json")
    words = load_narrative(example / "narrative.md", template)
    page = render(document, words, template, place=EXAMPLE_PLACE)
    provenance = sidecar_of(
        page,
        page="issue.md",
        template=template,
        analysis={"path": "analysis.json", "sha256": document.sha256},
        narrative={"path": "narrative.md", "sha256": words.sha256},
        front=words.front,
    )
    files = {example / EXAMPLE_PLACE.sidecar: dump_json(provenance), example / "issue.md": page.text}
    write_together(files)
    return list(files)


def _example(template: Template, folder: Path) -> Iterator[Violation]:
    """The example must render to the page that stands beside it, byte for byte."""
    from leakstats.analysis.document import AnalysisDocument
    from leakstats.errors import LeakstatsError

    from .narrative import load_narrative
    from .render import render

    example = folder / "example"
    if not example.is_dir():
        return
    try:
        document = AnalysisDocument.load(example / "analysis.json")
        page = render(document, load_narrative(example / "narrative.md", template), template, place=EXAMPLE_PLACE)
        stored = read_text(example / "issue.md")
    except LeakstatsError as error:
        yield Violation("example", str(error))
        return
    if page.text != stored:
        lines = zip(page.text.split("\n"), stored.split("\n"), strict=False)
        number = next((i for i, (a, b) in enumerate(lines, 1) if a != b), 0)
        yield Violation(f"example/issue.md:{number or 'end'}", "is not what the example renders to; render it again")
