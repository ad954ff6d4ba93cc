"""A first narrative for an analysis: every section that wants words has some, true ones, to be rewritten."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Mapping

from leakstats.analysis.document import AnalysisDocument, Entry
from leakstats.errors import LeakstatsError
from leakstats.estimate import Estimate
from leakstats.phrases import evaluate
from leakstats.phrases.grouping import row_name
from leakstats.phrases.samples import conditions
from leakstats.template import Section, Template

from .expressions import Expression, read_pieces
from .leading import hero_of, lead_of
from .numbers_in_text import numbers_in

__all__ = ["starting_narrative"]


def starting_narrative(document: AnalysisDocument, template: Template) -> str:
    """A narrative that renders as it is; the front matter takes the highest confidence that the analysis allows.

    Raises
    ------
    LeakstatsError
        If the analysis has no estimate with a value, so that there is nothing to claim.
    """
    lead = lead_of(document)
    parts = [_front_matter(document, lead, template)]
    for section in template.sections:
        if _wants_words(template, section):
            write = _WRITERS.get(section.id, _anything)
            title = f": {_label(lead)}" if section.repeatable else ""
            parts.append(f"<!-- section: {section.id}{title} -->\n{write(document, lead, section)}")
    return "\n\n".join(parts) + "\n"


def _wants_words(template: Template, section: Section) -> bool:
    """Whether the section's body asks for the author's text, or there is no body but the author's."""
    if template.folder is None:
        return False
    body = template.folder / "sections" / f"{section.id}.md.j2"
    if body.is_file():
        text = body.read_text("utf-8")
        return "author()" in text or "author_bullets(" in text
    return section.required and not template.children(section.id)


# -- expressions ------------------------------------------------------------------------------------------------------


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _say(entry: Entry, show: str = "full") -> str:
    tail = "" if show == "full" else f", show={_quoted(show)}"
    return f"{{{{ estimate({_quoted(str(entry.id))}{tail}) }}}}"


def _label(entry: Entry, *, capital: bool = False) -> str:
    return f"{{{{ label({_quoted(str(entry.id))}{', capital=true' if capital else ''}) }}}}"


def _n(entry: Entry) -> str:
    return f"{{{{ n({_quoted(str(entry.id))}) }}}}"


def _word(entry: Entry, up: str, down: str, flat: str) -> str:
    return f"{{{{ word({_quoted(str(entry.id))}, up={_quoted(up)}, down={_quoted(down)}, flat={_quoted(flat)}) }}}}"


def _prints(document: AnalysisDocument, text: str) -> bool:
    """Whether every expression of ``text`` can be printed from this analysis."""
    try:
        for piece in read_pieces(text):
            if isinstance(piece, Expression):
                evaluate(document, piece.function, piece.args, piece.kwargs)
    except LeakstatsError:
        return False
    return True


# -- the claim --------------------------------------------------------------------------------------------------------

_HINTS = (
    "# A starting narrative: all of it is true of the analysis, none of it is what you found out. Rewrite the words,",
    "# keep the expressions: numbers stay printed and checked. All that they can say: clean-result phrases",
)


def _front_matter(document: AnalysisDocument, lead: Entry, template: Template) -> str:
    study = document.raw["study"]
    parents = [str(p) for p in study.get("parents") or []]
    lines = [
        "---",
        *_HINTS,
        f"id: {_quoted(str(study.get('id') or ''))}",
        "claim: >-",
        textwrap.indent(_claim(document, lead), "  "),
        f"confidence: {document.raw['confidence']['ceiling']}",
        f"template: {template.version}",
        "kind: experiment",
        "status: draft",
    ]
    hero = hero_of(document, lead)
    if hero:
        lines.append(f"hero: {hero}")
    lines.append("source_issues:")
    lines.append(f"  - ref: {_quoted(str(study.get('id') or '#1'))}")
    lines.append(f"    title: {_quoted(study['title'])}")
    lines.append("    role: source experiment")
    for parent in parents:
        lines += [f"  - ref: {_quoted(parent)}", "    role: earlier study that this one builds on"]
    lines.append(f"parents: [{', '.join(_quoted(p) for p in parents)}]")
    lines.append("---")
    return "\n".join(lines)


def _claim(document: AnalysisDocument, lead: Entry) -> str:
    key, analysis, statistic = _quoted(str(lead.id)), lead.id.analysis, lead.id.statistic
    directed = lead.estimate.interval is not None
    if analysis == "similarity" and directed:
        # A combined estimate counts sources; what is more or less similar are the units within them.
        combined = "scope" in lead.id.facets
        noun = str(document.raw["design"].get("unit_noun") or lead.unit_noun) if combined else lead.unit_noun
        noun = _head(noun)
        to = "the source" if combined or "source" in lead.id.facets else "the reference persona"
        more = f"{noun} more similar to {to} show the marker more often"
        less = f"{noun} more similar to {to} show the marker less often"
        flat = f"Similarity to {to} and marker rate show no clear relation"
        return f"{_word(lead, more, less, flat)}, measured over {_n(lead)}"
    if analysis == "trajectory" and statistic in ("spearman", "pearson") and directed:
        outcome = "change more" if lead.id.facets.get("of") == "change" else "reach higher peak rates"
        lower = "change less" if lead.id.facets.get("of") == "change" else "reach lower peak rates"
        noun = _head(lead.unit_noun)
        up, down = (f"{noun} that begin more similar {words}" for words in (outcome, lower))
        flat = "Similarity before training shows no clear relation to the rate that training leads to"
        return f"{_word(lead, up, down, flat)}, measured over {_n(lead)}"
    if analysis == "contrast" and statistic == "range":
        asked = f"{key}, p_below={document.raw['settings']['alpha']!r}"
        holds, fails = "The marker rate differs between conditions", "No difference of conditions is established"
        words = f"{{{{ either({asked}, holds={_quoted(holds)}, fails={_quoted(fails)}) }}}}"
        return f"{words}: their mean rates lie {_say(lead, 'value')} apart, measured over {_n(lead)}"
    return f"{_label(lead, capital=True)} is {_say(lead, 'value')}, measured over {_n(lead)}"


def _head(words: str) -> str:
    return words[:1].upper() + words[1:]


# -- sections ---------------------------------------------------------------------------------------------------------


def _wrap(*sentences: str) -> str:
    return textwrap.fill(" ".join(filter(None, sentences)), 118, break_long_words=False, break_on_hyphens=False)


def _background(document: AnalysisDocument, lead: Entry, section: Section) -> str:
    parents = [str(p) for p in document.raw["study"].get("parents") or []]
    own = document.raw["study"].get("id")
    earlier = "No earlier issue is recorded in the results file."
    if parents:
        earlier = f"It follows {', '.join(parents)}."
    elif own:
        earlier = f"The results are those of {own}, for which no earlier issue is recorded."
    return _wrap(
        '{{ study("description") }}',
        earlier,
        "This page asks what these results say about the question, how sure one can be of it, and what stands against",
        "it, before anything is built on top.",
    )


def _methodology(document: AnalysisDocument, lead: Entry, section: Section) -> str:
    plan = document.raw["plan"]
    status = (
        "was registered beforehand"
        if plan.get("status") == "registered"
        else "is exploratory: no dated plan precedes the data"
    )
    return _wrap(
        f'The unit of analysis is the {{{{ design("unit") }}}}, and {_n(lead)} stand behind the main estimate.',
        '{{ design("independent") }}.',
        f'The analysis {status}. Intervals are {{{{ setting("level") }}}} intervals.',
    )


_AROUND_ZERO = frozenset({"spearman", "pearson", "kendall", "difference", "slope", "net_change", "declared_change"})
"""Statistics for which zero means that there is nothing."""


def _reading(document: AnalysisDocument, entry: Entry) -> str:
    """What the numbers of an estimate say, in words that are chosen by them."""
    if entry.estimate.interval is not None and entry.id.statistic in _AROUND_ZERO:
        related = entry.id.statistic in ("spearman", "pearson", "kendall")
        up = "The interval lies above zero" + (": the two rise together" if related else "")
        down = "The interval lies below zero" + (": one falls where the other rises" if related else "")
        return f"{_word(entry, up, down, 'The interval contains zero, so the direction is open')}."
    if entry.estimate.p_value is not None:
        alpha = repr(document.raw["settings"]["alpha"])
        words = 'holds="The test rejects its null hypothesis", fails="The test does not reject its null hypothesis"'
        return f"{{{{ either({_quoted(str(entry.id))}, p_below={alpha}, {words}) }}}}."
    return "It is a description: no test stands behind it."


def _bullet(document: AnalysisDocument, entry: Entry) -> str:
    return f"- **{_label(entry, capital=True)}: {_say(entry)}.** {_reading(document, entry)}"


def _set_bullet(document: AnalysisDocument, entry: Entry, facet: str) -> str:
    """A bullet over all levels of a facet; "" where there is one level only, or no interval to count by."""
    what = f"{entry.id.analysis}.{entry.id.statistic}"
    dropped = {facet, "scope"} if facet == "source" else {facet}
    kept = {k: v for k, v in entry.id.facets.items() if k not in dropped}
    members = [
        e
        for e in document.entries
        if f"{e.id.analysis}.{e.id.statistic}" == what
        and set(e.id.facets) == {*kept, facet}
        and all(e.id.facets[k] == v for k, v in kept.items())
        and isinstance(e.result, Estimate)
    ]
    if len(members) < 2:
        return ""
    facets = "".join(f", {k}={json.dumps(v, ensure_ascii=False)}" for k, v in kept.items())
    asked = f'"{what}", over="{facet}"{facets}'
    # Words of ours may hold no number: a layer that the label names stands in the line before.
    name = re.sub(r",?(?: at)? layer \d+", "", row_name(members, facet) or "")
    name = _head(name) if name and not numbers_in(name) else "The estimate"
    text = (
        f"- **{name}, over {{{{ how_many({asked}) }}}} {_several(facet)}: {{{{ range_of({asked}) }}}}.**"
        f" {{{{ k_of_n({asked}, interval_above=0) }}}} intervals lie above zero, {{{{ k_of_n({asked},"
        f" interval_below=0) }}}} below it; the first is from {_n(members[0])}."
    )
    return text if _prints(document, text) else ""


def _several(facet: str) -> str:
    return f"{facet}s" if not facet.endswith("s") else facet


def _others(document: AnalysisDocument, lead: Entry) -> list[Entry]:
    """Further estimates worth a bullet: another statistic or question each, secondary ones first."""
    defined = [e for e in document.entries if e.role in ("secondary", "exploratory") and _readable(e)]
    defined.sort(key=lambda e: (e.role != "secondary", e.id.analysis != lead.id.analysis))
    out: list[Entry] = []
    seen = {(lead.id.analysis, lead.id.statistic)}
    for entry in defined:
        if (entry.id.analysis, entry.id.statistic) not in seen:
            seen.add((entry.id.analysis, entry.id.statistic))
            out.append(entry)
    return out


def _readable(entry: Entry) -> bool:
    return (
        isinstance(entry.result, Estimate)
        and entry.result.interval is not None
        and entry.result.p_value is not None
        and entry.id.statistic in _AROUND_ZERO
    )


def _bullets(document: AnalysisDocument, lead: Entry, most: int) -> list[str]:
    out = [_bullet(document, lead), *(_set_bullet(document, lead, facet) for facet in ("source", "layer"))]
    for other in _others(document, lead):
        facet = next((f for f in ("source", "condition") if f in other.id.facets), "")
        out.append((_set_bullet(document, other, facet) if facet else "") or _bullet(document, other))
    out = [bullet for bullet in out if bullet]
    if len(out) == 1:
        out.append(f"- **{_n(lead)} were measured.** What holds for others is open.")
    return out[:most]


def _results(document: AnalysisDocument, lead: Entry, section: Section) -> str:
    return "\n".join(_bullets(document, lead, 4))


def _result(document: AnalysisDocument, lead: Entry, section: Section) -> str:
    parts = []
    hero = hero_of(document, lead)
    if hero:
        parts.append(f"{{{{ figure({_quoted(hero)}) }}}}\n\n{{{{ caption({_quoted(hero)}) }}}}")
    if section.bullets is not None and section.bullets.label:
        parts.append(f"**{section.bullets.label}:**")
    most = section.bullets.max if section.bullets is not None and section.bullets.max else 3
    parts.append("\n".join(_bullets(document, lead, most)))
    shown = conditions(document)
    if shown:
        parts.append(f"{{{{ samples({_quoted(shown[0])}, most=2) }}}}")
    return "\n\n".join(parts)


def _next_steps(document: AnalysisDocument, lead: Entry, section: Section) -> str:
    steps = []
    hours = '{{ setup("compute", "Total GPU-hours") }}'
    cost = f"{hours} GPU-hours" if _prints(document, hours) else "the training and evaluation of this study"
    replication = document.raw["design"].get("replication") or {}
    seeds = (replication.get("training_seed") or {}).get("n")
    if seeds is None or seeds < 3:
        steps.append(
            "- Repeat the training with further seeds, to test whether the result is the recipe's or the run's; the"
            f" cost is {cost} once a seed."
        )
    steps.append(
        f"- Repeat on another model family, to test whether the result depends on the model; the cost is {cost} again."
    )
    return "\n".join(steps)


def _human_summary(document: AnalysisDocument, lead: Entry, section: Section) -> str:
    return _wrap(
        '{{ study("description") }}',
        f"The main number of this page is {_label(lead)}: {_say(lead, 'value')}, from {_n(lead)}.",
        _reading(document, lead),
        "How far the number could be off, what else was computed, and what stands against it is said with the numbers",
        "below.",
    )


def _setup(document: AnalysisDocument, lead: Entry, section: Section) -> str:
    plan = document.raw["plan"].get("reason")
    source = document.raw["study"].get("source")
    return _wrap(
        'The results come from {{ study("source") }}.' if source else "The results file does not say where it is from.",
        'On the plan: {{ plan("reason") }}.' if plan else "No plan is recorded.",
        "The parameters are those of the study. Why they were chosen, and which alternatives were considered and",
        "rejected, is not recorded in the results file.",
    )


def _headline_numbers(document: AnalysisDocument, lead: Entry, section: Section) -> str:
    models = re.findall(r"[\w.-]+/[\w.-]+", str((document.raw["setup"].get("model") or {}).get("Base") or ""))
    family = "One model family was measured" if len(set(models)) < 2 else "The models measured are few"
    return "\n".join(
        [
            f"- MAJOR: {family}; nothing here speaks of others.",
            "- MINOR: Whether the questions are like those of the training is not recorded; behaviour on unlike ones is"
            " open.",
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
