"""Hundreds of hostile texts, attacks crossed with places: none escapes, hangs or breaks a page."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from leakstats.analysis.document import AnalysisDocument
from leakstats.errors import LeakstatsError
from leakstats.reporting.html import html_page
from leakstats.reporting.narrative import Narrative, load_narrative
from leakstats.reporting.render import render
from leakstats.template import load_template

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SECONDS = 6.0
"""Processor time that one hostile text may take: 2 s, and thrice as much on a busy machine."""

CALLS = [
    "''.__class__",
    "().__class__.__base__.__subclasses__()",
    "rho.__init__.__globals__['os']",
    "rho(layer=20).__class__.__mro__",
    "rho(layer=20)|attr('__class__')",
    "lipsum.__globals__",
    "namespace(x=1)",
    "self._TemplateReference__context",
    "range(10**9)",
    "10**10**10",
    "'x'*10**9",
    "[i for i in iter(int, 1)]",
    "open('/etc/passwd').read()",
    "__import__('os').system('true')",
    "(lambda f: f(f))(lambda f: f(f))",
    "rho(layer=__import__('os'))",
    "rho(**globals())",
    "rho(layer=20) if 1 else 2",
    "f'{rho}'",
    "rho(layer=(yield))",
]
WRAPPED = ["{{{{ {} }}}}", "{{{{{}}}}}", "{{{{ [{}] }}}}", "{{{{ rho(source={}) }}}}", "text {{{{ {} }}}} more"]
STATEMENTS = [
    f"{{% {body} %}}{rest}"
    for body, rest in [
        ("for i in range(10**9)", "{% endfor %}"),
        ("macro m()", "{% endmacro %}"),
        ("import 'x' as y", ""),
        ("extends 'x'", ""),
        ("set a = 1", ""),
        ("if 1", "{% endif %}"),
        ("call rho()", "{% endcall %}"),
        ("raw", "{% endraw %}"),
    ]
]
MARKUP = [
    "</script>",
    "<script>x</script>",
    "<SCRIPT SRC=//x></SCRIPT>",
    "<scr\nipt>x</scr\nipt>",
    "<svg onload=x>",
    "<a href='javascript:x'>y</a>",
    "<object data=x>",
    "<form action=//x>",
    "<meta http-equiv=refresh content=0>",
    "<base href=//x>",
    "<!-- never closed",
    "--><script>x</script>",
    "<![CDATA[x]]>",
    "<?php x ?>",
]
UNSEEN = [chr(c) for c in (0x0, 0x7, 0x1B, 0x7F, 0x85, 0x200B, 0x200E, 0x202A, 0x202E, 0x2066, 0x2069, 0xFEFF, 0xE000)]
REFUSED = [
    *(wrap.format(call) for wrap, call in itertools.product(WRAPPED, CALLS)),
    *STATEMENTS,
    *MARKUP,
    *(f"a{char}b" for char in UNSEEN),
]

FENCES = [
    f"{mark * n}{info}\n## TL;DR\n" for mark in "`~" for n in (3, 4, 7, 40) for info in ("", "text", "{{ rho() }}")
]
LONG = ["x", "```\n", "[", "<", "`", "\\", "|", "*a", "> ", "&#0;", "\u202e", "{{ ", "@a #1 ", "\x00"]
COMPLETIONS = [
    *FENCES,
    *MARKUP,
    *(wrap.format(call) for wrap, call in itertools.product(WRAPPED[:2], CALLS)),
    *(f"@all #12 {char} [x](javascript:alert(1)) ![y](//z)" for char in UNSEEN),
    "\ue0000\ue001\ue0001\ue001",
    "</details></details></summary>",
    "| a | b |\n|---|---|\n| c | d |",
    "# Clean result\n\n---\n===\n",
]


FLOODS = [piece * (1_000_000 // len(piece)) for piece in LONG]
"""A megabyte each, parsed again by the test: slow, except the first."""


def test_there_are_more_than_two_hundred() -> None:
    assert len(set(REFUSED)) + len(set(COMPLETIONS + FLOODS)) >= 200


@pytest.fixture(scope="module")
def words(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    text = (project_root / "tests/reporting/data/narrative.md").read_text("utf-8")
    (folder / "narrative.md").write_text(text, "utf-8")
    (folder / "figures").mkdir()
    (folder / "figures/hero.png").write_bytes(PIXEL)
    return folder / "narrative.md"


@pytest.mark.parametrize("attack", REFUSED, ids=lambda a: ascii(a[:40]))
def test_a_hostile_narrative_is_refused(document: AnalysisDocument, words: Path, tmp_path: Path, attack: str) -> None:
    template = load_template("v1")
    text = words.read_text("utf-8").replace(
        "<!-- section: human_summary -->\n", f"<!-- section: human_summary -->\n\n{attack}\n\n", 1
    )
    path = tmp_path / "narrative.md"
    path.write_text(text, "utf-8", newline="")
    begin = time.process_time()
    with pytest.raises(LeakstatsError) as caught:
        render(document, load_narrative(path, template), template)
    assert time.process_time() - begin < SECONDS
    assert "/etc/passwd:" not in str(caught.value)
    assert len(str(caught.value)) < 3000


class Structure(HTMLParser):
    """Tags that are open, and what could run or load something."""

    VOID = frozenset({"meta", "img", "input", "br", "hr", "link", "col"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen: list[str] = []
        self.bad: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name.startswith("on") or (value or "").strip().lower().startswith(("javascript:", "//")):
                self.bad.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID and (not self.open or self.open.pop() != tag):
            self.bad.append(f"stray </{tag}>")


def planted(raw: dict[str, Any], text: str, folder: Path) -> AnalysisDocument:
    """The analysis with ``text`` wherever a file may bring in words of others."""
    for sample in raw["samples"]:
        sample.update(text=text, prompt=text, persona=text, origin=text, note=text)
    raw["study"]["title"] = raw["runs"]["project"] = raw["runs"]["runs"][0]["id"] = text
    raw["setup"]["model"]["Base"] = raw["confidence"]["reasons"][0]["detail"] = text
    raw["estimates"][0]["label"] = raw["tables"][0]["title"] = text
    raw["figures"][0]["caption"] = raw["figures"][0]["alt"] = text
    raw["figures"][0]["files"]["png"]["sha256"] = "sha256:" + hashlib.sha256(PIXEL).hexdigest()
    return AnalysisDocument(raw, path=folder / "analysis.json")


@pytest.fixture(scope="module")
def narrative(words: Path) -> Narrative:
    return load_narrative(words, load_template("v1"))


@pytest.mark.parametrize(
    "text",
    [*COMPLETIONS, FLOODS[0], *(pytest.param(t, marks=pytest.mark.slow) for t in FLOODS[1:])],
    ids=lambda a: ascii(a[:40]),
)
def test_a_hostile_completion_breaks_no_page(raw: dict[str, Any], words: Path, narrative: Narrative, text: str) -> None:
    template = load_template("v1")
    document = planted(raw, text, words.parent)
    begin = time.process_time()
    made = render(document, narrative, template).text
    assert time.process_time() - begin < SECONDS
    tokens = MarkdownIt("commonmark").enable("table").parse(made)
    lines = made.split("\n")
    headings = [lines[t.map[0]] for t in tokens if t.type == "heading_open" and t.map]
    wanted = [s.markup for s in template.sections]
    assert [h for h in headings if h in wanted] == wanted
    assert len(headings) == len(wanted) + 3  # the title and two conditions
    for token in tokens:
        inline = [t.content for t in token.children or () if t.type == "html_inline"]
        html = [token.content] if token.type == "html_block" else inline
        for piece in html:
            assert not re.search(r"<(script|svg|object|form|meta|base|iframe|a)\b", piece, re.IGNORECASE), piece[:80]
    assert not set(made) & set(UNSEEN)

    begin = time.process_time()
    shown = html_page(document, narrative, template)
    assert time.process_time() - begin < SECONDS
    structure = Structure()
    structure.feed(shown)
    structure.close()
    assert (structure.open, structure.bad) == ([], [])
    assert structure.seen.count("script") == 2  # our data and our script
    assert structure.seen.count("img") == 1
    assert not {"svg", "object", "form", "base", "iframe"} & set(structure.seen)


@pytest.mark.parametrize("text", [*FENCES[:8], *MARKUP, *COMPLETIONS[-5:]], ids=lambda a: ascii(a[:40]))
def test_a_hostile_completion_breaks_no_fold_of_the_second_version(
    raw: dict[str, Any], words: Path, tmp_path: Path, text: str
) -> None:
    from leakstats.reporting.migrate import migrated

    template = load_template("v2")
    path = tmp_path / "narrative.md"
    path.write_text(migrated(words.read_text("utf-8"), source="v1", to=template), "utf-8")
    made = render(planted(raw, text, words.parent), load_narrative(path, template), template).text
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(made)
    lines = made.split("\n")
    headings = [lines[t.map[0]].split(":")[0] for t in tokens if t.type == "heading_open" and t.map]
    wanted = [s.markup for s in template.sections]
    assert [h for h in dict.fromkeys(headings) if h in wanted] == wanted
    html = "".join(t.content for t in tokens if t.type == "html_block")
    assert html.count("<details>") == html.count("</details>") >= 1
    assert not re.search(r"<(script|svg|object|form|meta|base|iframe|a)\b", html, re.IGNORECASE)
