"""What a template asks for, as a page to read: made from the definition that renderer and linter use."""

from __future__ import annotations

from collections.abc import Iterator

from leakstats.phrases.escape import cell
from leakstats.phrases.markdown_table import markdown_table
from leakstats.template import BulletSpec, Profile, Section, Template

__all__ = ["template_page"]


def template_page(template: Template, *, level: int = 1) -> str:
    """The sections, rows and profiles of a template in Markdown; ``level`` is that of its heading.

    Examples
    --------
    >>> from leakstats.template import load_template
    >>> template_page(load_template("v2")).splitlines()[0]
    '# Template clean_result v2: Clean result, by results'
    """
    mark = "#" * level
    title = f"{template.kind} {template.version}: {template.name}"
    levels = ", ".join(template.confidence.levels)
    ending = template.title.ending("LEVEL")
    parts = [
        f"{mark} Template {cell(title)}",
        template.description,
        f"Title: {_sentence(template.title.purpose)} It ends in `{ending}`, LEVEL being one of {levels}, and has at"
        f" least {_count(template.title.min_words, 'word')}.",
        f"Confidence: a line `**{template.confidence.label}: LEVEL** — reason` in"
        f" {template.section(template.confidence.section).heading}, the reason of at least"
        f" {_count(template.confidence.min_reason_words, 'word')}.",
        f"{mark}# Sections",
        _sections(template),
    ]
    for section in template.sections:
        if section.table is not None:
            parts += [f"{mark}# Rows of {cell(section.heading)}", _rows(section)]
    parts += [f"{mark}# Profiles", *_profiles(template)]
    return "\n\n".join(parts) + "\n"


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"


def _sections(template: Template) -> str:
    body = []
    for section in template.sections:
        need = "required" if section.required else "expected" if section.expected else "optional"
        more = [
            *(["repeats"] if section.repeatable else []),
            *(["or N/A with a reason"] if section.not_applicable else []),
        ]
        body.append(
            [
                f"`{section.markup}`",
                f"`{section.id}`",
                ", ".join([need, *more]),
                cell(section.purpose),
                cell("; ".join(_asks(section))),
            ]
        )
    return markdown_table(["Heading", "Id", "Need", "What for", "What it must hold"], body, align="lllll")


def _asks(section: Section) -> Iterator[str]:
    """What a section must hold, one phrase each."""
    if section.label:
        yield f"opens with “{section.label}:”"
    if section.min_words:
        yield f"at least {_count(section.min_words, 'word')}"
    if section.prior_issue:
        yield "names an earlier issue"
    if section.figure is not None and section.figure.required:
        yield "a figure" + (", its address pinned to a commit" if section.figure.pinned else "")
        if section.figure.caption_min_words:
            with_n = " with its N" if section.figure.caption_sample_size else ""
            yield f"a caption of at least {_count(section.figure.caption_min_words, 'word')}{with_n}"
    if section.bullets is not None:
        yield _bullets(section.bullets)
    if section.inline_samples:
        yield f"at least {_count(section.inline_samples, 'completion')} beside the result"
    if section.min_tables:
        yield f"at least {_count(section.min_tables, 'table')}"
    if section.table is not None:
        yield "a table of the rows below"
    if section.samples is not None:
        both = ", positive and negative ones" if section.samples.polarities else ""
        shown = f"{_count(section.samples.min_fences, 'completion')}{both}"
        yield f"“{section.samples.heading}” once for each condition, with at least {shown}"


def _bullets(spec: BulletSpec) -> str:
    most = f" to {spec.max}" if spec.max is not None else " or more"
    label = f" under “{spec.label}:”" if spec.label else ""
    asks = [
        *(["opening with the claim in bold"] if spec.bold_lead else []),
        *(["stating a sample size"] if spec.sample_size else []),
        *(["naming an issue each"] if spec.issue else []),
        *(["each with its cost"] if spec.costed else []),
        *([f"each ranked {', '.join(spec.ranks)}"] if spec.ranks else []),
    ]
    return f"{spec.min}{most} bullets{label}{', ' if asks else ''}{', '.join(asks)}"


def _rows(section: Section) -> str:
    if section.table is None:
        return ""
    body = []
    for row in section.table.rows:
        also = ", ".join(row.aliases)
        need = row.status + (", or N/A with a reason" if row.not_applicable else "")
        body.append([cell(row.label), need, cell(row.help), cell(also)])
    return markdown_table(["Row", "Need", "What it says", "Also called"], body, align="llll")


def _profiles(template: Template) -> Iterator[str]:
    for name, profile in template.profiles.items():
        default = " (the default)" if profile.default else ""
        yield f"**{cell(name)}**{default}: {_sentence(profile.purpose)}{_strictness(profile)}"


def _strictness(profile: Profile) -> str:
    said = []
    if profile.severity:
        said.append("; ".join(f"{code} {severity}" for code, severity in profile.severity.items()) + ".")
    if profile.relative_figures:
        said.append("Pictures may be files beside the page.")
    for what, words in profile.banned.items():
        said.append(f"In prose no {what.removeprefix('an ').removeprefix('a ')}: {', '.join(words)}.")
    if not profile.bracketed_intervals:
        said.append("In prose no interval in brackets.")
    return "".join(f" {text}" for text in said)
