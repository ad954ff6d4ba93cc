"""A first narrative for an analysis: every section that wants words has some, true ones, to be rewritten."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Mapping

from leakstats.analysis.document import AnalysisDocument, Entry
from leakstats.errors import LeakstatsError
from leakstats.estimate import Estimate
from leakstats.phrases.samples import conditions
from leakstats.template import Section, Template

__all__ = ["starting_narrative"]


def starting_narrative(document: AnalysisDocument, template: Template) -> str:
    """A narrative that renders as it is; the front matter takes the highest confidence that the analysis allows.

    Raises
    ------
    LeakstatsError
        If the analysis has no estimate with a value, so that there is nothing to claim.
    """
    lead = _lead(document)
    parts = [_front_matter(document, lead, template)]
    for section in template.sections:
        if _wants_words(template, section):
            write = _WRITERS.get(section.id, _anything)
            title = f": {_label(lead)}" if section.repeatable else ""
            parts.append(f"<!-- section: {section.id}{title} -->\n{write(document, lead, section)}")
    return "\n\n".join(parts) + "\n"


def _lead(document: AnalysisDocument) -> Entry:
    """The estimate that the page is about: the primary one, else the first with an interval."""
    defined = [e for e in document.entries if isinstance(e.result, Estimate)]
    for wanted in (
        [e for e in defined if e.role == "primary"],
        [e for e in defined if e.role == "secondary" and e.estimate.interval is not None],
        [e for e in defined if e.estimate.interval is not None],
        defined,
    ):
        if wanted:
            return wanted[0]
    raise LeakstatsError("the analysis has no estimate with a value; there is nothing to write about")


def _wants_words(template: Template, section: Section) -> bool:
    """Whether the section's body asks for the author's text, or there is no body but the author's."""
    if template.folder is None:
        return False
    body = template.folder / "sections" / f"{section.id}.md.j2"
    if body.is_file():
        text = body.read_text("utf-8")
        return "author()" in text or "author_bullets(" in text
    return section.required and not template.children(section.id)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _say(entry: Entry, show: str = "full") -> str:
    tail = "" if show == "full" else f", show={_quoted(show)}"
    return f"{{{{ estimate({_quoted(str(entry.id))}{tail}) }}}}"


def _label(entry: Entry) -> str:
    return f"{{{{ label({_quoted(str(entry.id))}) }}}}"


def _front_matter(document: AnalysisDocument, lead: Entry, template: Template) -> str:
    study = document.raw["study"]
    parents = study.get("parents") or []
    lines = [
        "---",
        f"id: {_quoted(str(study.get('id') or ''))}",
        "claim: >-",
        textwrap.indent(_claim(lead), "  "),
        f"confidence: {document.raw['confidence']['ceiling']}",
        f"template: {template.version}",
        "kind: experiment",
        "status: draft",
    ]
    if document.figures:
        lines.append(f"hero: {document.figures[0].id}")
    lines.append("source_issues:")
    lines.append(f"  - ref: {_quoted(str(study.get('id') or '#1'))}")
    lines.append(f"    title: {_quoted(study['title'])}")
    lines.append("    role: source experiment")
    lines.append(f"parents: [{', '.join(_quoted(p) for p in parents)}]")
    lines.append("---")
    return "\n".join(lines)


def _claim(lead: Entry) -> str:
    key = _quoted(str(lead.id))
    if lead.id.analysis == "similarity" and lead.estimate.interval is not None:
        return (
            f'{{{{ word({key}, up="Personas more similar to the source show the marker more often", '
            'down="Personas more similar to the source show the marker less often", '
            'flat="Similarity and marker rate show no clear relation") }} in the personas measured'
        )
    return f"{_label(lead)} is {_say(lead, 'value')} in the units measured"


def _wrap(*sentences: str) -> str:
    return textwrap.fill(" ".join(sentences), 118, break_long_words=False, break_on_hyphens=False)


def _background(document: AnalysisDocument, lead: Entry, section: Section) -> str:
    study = document.raw["study"]
    issues = [i for i in (*(study.get("parents") or []), study.get("id")) if i]
    earlier = f"It follows {', '.join(issues)}." if issues else "No earlier issue is recorded in the results file."
    return _wrap(
        '{{ study("description") }}',
        earlier,
        "This page asks what these results say about the question, how sure one can be of it, and what stands against",
        "it, before anything is built on top.",
    )


def _methodology(document: AnalysisDocument, lead: Entry, section: Section) -> str:
    plan = document.raw["plan"]
    status = (
        "registered beforehand"
        if plan.get("status") == "registered"
        else "exploratory: no dated plan precedes the data"
    )
    return _wrap(
        f'The unit of analysis is {{{{ design("unit") }}}}: {{{{ n({_quoted(str(lead.id))}) }}}} stand behind the main',
        'estimate. {{ design("independent") }}.',
        f'The analysis is {status}. Intervals have level {{{{ setting("level") }}}}.',
    )


def _results(document: AnalysisDocument, lead: Entry, section: Section) -> str:
    bullets = [f"- **{_label(lead)}: {_say(lead)}.** Say here what this means for the question."]
    others = [
        e
        for e in document.entries
        if e.id != lead.id
        and e.role in ("secondary", "exploratory")
        and isinstance(e.result, Estimate)
        and e.result.interval
    ]
    others.sort(key=lambda e: e.role != "secondary")
    bullets += [f"- **{_label(e)}: {_say(e)}.** Say here what this adds." for e in others[:2]]
    if len(bullets) == 1:
        bullets.append(f"- **{{{{ n({_quoted(str(lead.id))}) }}}} were measured.** Say here what so many can show.")
    return "\n".join(bullets)


def _result(document: AnalysisDocument, lead: Entry, section: Section) -> str:
    parts = []
    if document.figures:
        hero = _quoted(document.figures[0].id)
        parts.append(f"{{{{ figure({hero}) }}}}\n\n{{{{ caption({hero}) }}}}")
    if section.bullets is not None and section.bullets.label:
        parts.append(f"**{section.bullets.label}:**")
    parts.append(f"- **{_label(lead)}: {_say(lead)}.** Say here what this means for the question.")
    shown = conditions(document)
    if shown:
        parts.append(f"{{{{ samples({_quoted(shown[0])}, most=2) }}}}")
    return "\n\n".join(parts)


def _next_steps(document: AnalysisDocument, lead: Entry, section: Section) -> str:
    steps = []
    replication = document.raw["design"].get("replication") or {}
    seeds = (replication.get("training_seed") or {}).get("n")
    if seeds is None or seeds < 3:
        steps.append(
            "- Repeat the training with further seeds, to test whether the result is the recipe's or the run's; the"
            " cost is the training and evaluation of this study once a seed."
        )
    steps.append(
        "- Repeat on another model family, to test whether the result depends on the model; costs as much as"
        " this study."
    )
    return "\n".join(steps)


def _human_summary(document: AnalysisDocument, lead: Entry, section: Section) -> str:
    return _wrap(
        '{{ study("description") }}',
        "In plain words: the main number of this page says how strongly the two things that were measured go together,",
        "and the interval beside it says how far that number could be off. Rewrite this for somebody who does not know",
        "the project.",
    )


def _setup(document: AnalysisDocument, lead: Entry, section: Section) -> str:
    plan = document.raw["plan"].get("reason")
    return _wrap(
        'The results come from {{ study("source") }}.'
        if document.raw["study"].get("source")
        else "Say here where the results come from.",
        'On the plan: {{ plan("reason") }}.' if plan else "No plan is recorded.",
        "Say here why this experiment, why these parameters, and which",
        "alternatives were considered and rejected.",
    )


def _headline_numbers(document: AnalysisDocument, lead: Entry, section: Section) -> str:
    return "\n".join(
        [
            "- MAJOR: One model family was measured; nothing here speaks of another.",
            "- MINOR: The questions are like those of the training; behaviour on others was not measured.",
        ]
    )


def _anything(document: AnalysisDocument, lead: Entry, section: Section) -> str:
    return _wrap(section.purpose, f"The main estimate is {_label(lead)}: {_say(lead)}.")


_WRITERS: Mapping[str, Callable[[AnalysisDocument, Entry, Section], str]] = {
    "background": _background,
    "methodology": _methodology,
    "results": _results,
    "result": _result,
    "summary": _human_summary,
    "limitations": _headline_numbers,
    "next_steps": _next_steps,
    "human_summary": _human_summary,
    "setup": _setup,
    "headline_numbers": _headline_numbers,
}
