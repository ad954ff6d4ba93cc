"""Narratives and completions that try to break out, hang or hide."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from leakstats.analysis.document import AnalysisDocument
from leakstats.errors import InputError, LeakstatsError
from leakstats.reporting.expressions import read_pieces
from leakstats.reporting.narrative import load_narrative
from leakstats.reporting.render import render
from leakstats.template import load_template

SECONDS = 6.0
"""Processor time that one hostile text may take: 2 s, and thrice as much on a busy machine."""
REFUSED = [
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ rho.__globals__ }}",
    "{{ rho(source='villain', layer=20).__class__ }}",
    "{{ rho(**{'source': 'villain'}) }}",
    "{{ rho(*[1]) }}",
    "{{ 1 + 1 }}",
    "{{ 'a' * 1000000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ (lambda: 0)() }}",
    "{{ [x for x in range(10**9)] }}",
    "{{ rho(source=open('/etc/passwd')) }}",
    "{{ __import__('os').system('id') }}",
    "{{ self }}",
    "{{ config }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ rho(source=f'{1}') }}",
    "{{ rho(layer=b'x') }}",
    "{{ rho(layer=1j) }}",
    "{{ rho(layer=...) }}",
    "{{ rho(a=1, a=2) }}",
    "{{ (rho)((1)) if True else 0 }}",
    "{{ rho | upper }}",
    "{{ " + "(" * 500 + ")" * 500 + " }}",
    "{{ rho(" + "[" * 190 + "]" * 190 + ") }}",
    "{{ x }",
    "{{ rho(source='unclosed }}",
    "}}",
    "{{ }}",
    "{% for x in y %}{% endfor %}",
    "{% include '/etc/passwd' %}",
    "{%- raw -%}",
    "{# comment #}",
    "%}",
    "# A heading",
    "Setext\n======",
    "Setext\n------",
    "> # quoted heading",
    "```\nnever closed",
    "~~~~\nnever closed",
    "<!-- never closed",
    "<script>alert(1)</script>",
    "</script>",
    "<details>",
    "</details>",
    "<details open ontoggle=alert(1)>x</details>",
    "<img src=x onerror=alert(1)>",
    "<style>*{display:none}</style>",
    "<iframe src='//x'></iframe>",
    "a\u202eb",
    "a\u200bb",
    "null\x00byte",
    "bell\x07",
    "private\ue0000\ue001use",
    "x" * 1_000_000,
    "[" * 9_999 + "\n" + "[" * 200_000,
    "<!-- section: results -->\nagain",
    "<!-- section: nowhere -->",
]


@pytest.fixture
def narrative_text(project_root: Path) -> str:
    return (project_root / "tests/reporting/data/narrative.md").read_text("utf-8")


def page(document: AnalysisDocument, text: str, folder: Path) -> str:
    path = folder / "narrative.md"
    path.write_text(text, "utf-8", newline="")
    template = load_template("v1")
    return render(document, load_narrative(path, template), template).text


@pytest.mark.parametrize("attack", REFUSED, ids=lambda a: a[:30])
def test_a_hostile_narrative_is_refused_in_time(
    document: AnalysisDocument, narrative_text: str, tmp_path: Path, attack: str
) -> None:
    text = narrative_text.replace(
        "<!-- section: human_summary -->\n", f"<!-- section: human_summary -->\n\n{attack}\n\n"
    )
    begin = time.process_time()
    with pytest.raises(LeakstatsError) as caught:
        page(document, text, tmp_path)
    assert time.process_time() - begin < SECONDS
    assert len(str(caught.value)) < 3000


SURVIVED = [
    "{ { not an expression } }",
    "`code with <script>`",
    "```text\n# not a heading\n<script>\n```",
    "<details>\n<summary>more</summary>\n\ninside\n\n</details>",
    "#### a deeper heading",
    "*" * 9_000,
    "[" * 9_000,
    "a " + "`" * 9_000,
    "_a" * 4_000,
    "![" * 4_000,
    "<" * 9_000,
    "|" * 9_000,
    "- " * 3_000,
    "> " * 3_000,
]


@pytest.mark.parametrize("text", SURVIVED, ids=lambda a: a[:20])
def test_odd_but_harmless_text_stays_inside_its_section(
    document: AnalysisDocument, narrative_text: str, tmp_path: Path, text: str
) -> None:
    marked = narrative_text.replace("an exception.\n", f"an exception.\n\n{text}\n\n", 1)
    begin = time.process_time()
    made = page(document, marked, tmp_path)
    assert time.process_time() - begin < SECONDS
    headings = [t.map[0] for t in MarkdownIt("commonmark").parse(made) if t.type == "heading_open" and t.map]
    lines = made.splitlines()
    wanted = [s.markup for s in load_template("v1").sections]
    assert [lines[h] for h in headings if lines[h] in wanted] == wanted


COMPLETIONS = [
    "```",
    "````````\n# fake heading\n## TL;DR",
    "~~~\n",
    "</details></summary><!--",
    "{{ rho() }} {% if %} {# #}",
    "\u202e\u2066\u200b\x00\x1b[31m\ue0000\ue001",
    "@everyone #1 [x](javascript:alert(1))",
    "-->\n<script>alert(1)</script>",
    "\r\r\n\u2028\u2029\x85",
    "`" * 100_000,
    "x" * 1_000_000,
    ("```\n" * 300_000),
    "",
]


@pytest.mark.parametrize("text", COMPLETIONS, ids=lambda a: repr(a[:20]))
def test_a_hostile_completion_stays_in_its_fence(
    raw: dict[str, Any], narrative_text: str, tmp_path: Path, text: str
) -> None:
    for sample in raw["samples"]:
        sample.update(text=text, prompt=text, persona=text, origin=text, note=text)
    raw["study"]["title"] = raw["runs"]["project"] = raw["runs"]["runs"][0]["id"] = text or "x"
    raw["setup"]["model"]["Base"] = raw["confidence"]["reasons"][0]["detail"] = text or "x"
    raw["figures"][0]["caption"] = raw["figures"][0]["alt"] = text or "x"
    begin = time.process_time()
    made = page(AnalysisDocument(raw), narrative_text, tmp_path)
    assert time.process_time() - begin < SECONDS
    tokens = MarkdownIt("commonmark").enable("table").parse(made)
    wanted = [s.markup for s in load_template("v1").sections]
    lines = made.splitlines() if "\x85" not in text else made.split("\n")
    headings = [lines[t.map[0]] for t in tokens if t.type == "heading_open" and t.map]
    assert [h for h in headings if h in wanted] == wanted
    assert len(headings) == len(wanted) + 3  # the title and two conditions
    assert not any(t.type == "html_block" and "script" in t.content for t in tokens)
    assert not any(c in made for c in "\u202e\x00\x1b\ue000\u200b")


def test_random_expressions_never_do_anything_but_parse_or_refuse() -> None:
    rng = random.Random(5)
    pieces = [
        "{{",
        "}}",
        "rho",
        "(",
        ")",
        "=",
        "'",
        '"',
        "a",
        "1",
        ",",
        "[",
        "]",
        ".",
        "__class__",
        "{%",
        "\\",
        "\n",
        " ",
    ]
    for _ in range(3000):
        text = "".join(rng.choice(pieces) for _ in range(rng.randrange(1, 25)))
        try:
            assert all(isinstance(p, str) or p.function.isidentifier() for p in read_pieces(text))
        except InputError as error:
            refused = str(error)
        else:
            continue
        assert refused.startswith("line ")
