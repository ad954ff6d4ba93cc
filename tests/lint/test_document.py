"""The document model: what it sees, where it stands, and that nothing hostile stops it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakstats.lint import frontmatter
from leakstats.lint.document import Bullet, Document, Fence, Heading, Paragraph, Table
from leakstats.lint.engine import lint_text
from leakstats.lint.parsing import parse_document, too_complex
from leakstats.lint.source import Source


def texts(document: Document) -> list[tuple[str, str]]:
    return [(text.text, scope) for text, scope in document.texts()]


def shown_at(document: Document, needle: str) -> str:
    """The source characters at the place of the first visible ``needle``."""
    for text, _ in document.texts():
        at = text.text.find(needle)
        if at >= 0:
            line, column, end_line, end_column = document.place(text, at, at + len(needle))
            assert line == end_line
            return document.source.line(line)[column - 1 : end_column - 1]
    raise AssertionError(f"{needle!r} is not visible")


@pytest.mark.parametrize(
    ("source", "needle", "written"),
    [
        ("A **bold 0.74** word", "0.74", "0.74"),
        ("A [link 0.74](http://x/0.74 'title 0.74') and 1.5", "1.5", "1.5"),
        ("A [ref][label 9] and 1.5\n\n[label 9]: /url", "1.5", "1.5"),
        ("&minus;0.74 then 1.5", "1.5", "1.5"),
        ("&minus;0.74", "−", "&minus;"),
        (r"a \* b 1.5", "1.5", "1.5"),
        ("`code 0.74` and ``x ` y`` and 1.5", "1.5", "1.5"),
        ("`` `a` `` and 1.5", "1.5", "1.5"),
        ("<http://x/0.74> and 1.5", "1.5", "1.5"),
        ("a <b>0.74</b> and 1.5", "1.5", "1.5"),
        ("![alt 0.74](u.png) and 1.5", "1.5", "1.5"),
        ("![alt 0.74](u.png) and 1.5", "0.74", "0.74"),
        ("first\n  second 1.5", "1.5", "1.5"),
        ("first  \nsecond 1.5", "1.5", "1.5"),
        ("first\\\nsecond 1.5", "1.5", "1.5"),
        ("> quoted\n> 1.5", "1.5", "1.5"),
        ("- a\n  - b 1.5\n    c 2.5", "2.5", "2.5"),
        ("10. a 1.5", "1.5", "1.5"),
        ("## Title 1.5 ##", "1.5", "1.5"),
        ("Title 1.5\n===", "1.5", "1.5"),
        ("| a | b |\n|---|---|\n| x \\| y | 1.5 |", "1.5", "1.5"),
        ("| a | b |\n|---|---|\n| x \\| 2.5 | 1.5 |", "2.5", "2.5"),
        ("> | a | b |\n> |---|---|\n> | x | 1.5 |", "1.5", "1.5"),
        ("a | b\n-|-\n | 1.5", "1.5", "1.5"),
        ("~~gone 0.74~~ 1.5", "1.5", "1.5"),
        ("_a_*b*__c__ 1.5", "1.5", "1.5"),
        ("snake_case_name 1.5", "1.5", "1.5"),
        ("\ttab 1.5\n\nx", "1.5", ""),
    ],
)
def test_every_visible_character_knows_its_place(source: str, needle: str, written: str) -> None:
    if not written:  # an indented code block is not visible text
        with pytest.raises(AssertionError, match="not visible"):
            shown_at(parse_document(source), needle)
        return
    assert shown_at(parse_document(source), needle) == written


def test_windows_line_ends_byte_order_mark_and_nul_change_no_place() -> None:
    plain = "# Title\n\nA line\nand 0.74\n"
    for odd in (plain.replace("\n", "\r\n"), "\ufeff" + plain):
        assert shown_at(parse_document(odd), "0.74") == "0.74"
        assert [b.line for b in parse_document(odd).blocks] == [1, 3]
    assert texts(parse_document("a\0b")) == [("a\ufffdb", "prose")]


def test_front_matter_is_cut_out_and_lines_stay() -> None:
    document = parse_document("---\ntitle: 'It''s 5%'\nkind: x\n---\n# H\n")
    assert document.front_matter is not None
    assert [(e.key, e.value) for e in document.front_matter.entries] == [("title", "It's 5%"), ("kind", "x")]
    title = document.titles[0]
    assert document.source.text[title.at : title.end] == "'It''s 5%'"
    assert isinstance(document.blocks[0], Heading)
    assert document.blocks[0].line == 5


@pytest.mark.parametrize("text", ["---\nprose\n\n---\n", "---\nnever closed\n", "text\n---\na: b\n---\n"])
def test_thematic_breaks_are_no_front_matter(text: str) -> None:
    assert parse_document(text).front_matter is None


def test_hostile_front_matter_is_named_and_not_read() -> None:
    bombs = ["a: &a [x,x]\nb: " + "[" * 5000, "a: b\n" * 9000, "a: 'open"]
    for bomb in bombs:
        begun = time.process_time()
        document = parse_document(f"---\n{bomb}\n---\n# H\n")
        assert document.front_matter is not None
        assert document.front_matter.problem
        assert time.process_time() - begun < 4.0  # hundredths of a second where nothing else runs


def test_sections_nest_by_level() -> None:
    document = parse_document("p\n\n# A\na\n\n## B\nb\n\n#### C\nc\n\n## D\n\n# E\n")
    titles = [
        (s.title, s.level, document.sections[s.parent].title if s.parent >= 0 else None) for s in document.sections
    ]
    assert titles == [("", 0, None), ("A", 1, None), ("B", 2, "A"), ("C", 4, "B"), ("D", 2, "A"), ("E", 1, None)]
    a = document.sections[1]
    assert len(document.own_blocks(a)) == 1
    assert len(document.all_blocks(a)) == 6


def test_headings_in_quotes_and_lists_are_no_outline() -> None:
    document = parse_document("> # A\n\n- # B\n\n# C\n")
    assert [s.title for s in document.sections] == ["", "C"]


def test_bullets_with_depth_and_extent() -> None:
    document = parse_document("- **one** a\n\n  more\n  - two\n- ```\n  code\n  ```\n\n1. three\n")
    seen = [(b.text.text, b.depth, b.line, b.last - b.first) for b in document.bullets]
    assert seen == [("one a", 0, 1, 3), ("two", 1, 4, 1), ("", 0, 5, 1), ("three", 0, 9, 1)]
    assert document.bullets[0].text.lead("strong") == "one"
    assert [b.depth for b in document.bullets_in(0, len(document.blocks))] == [0, 0, 0]
    assert isinstance(document.bullets[0], Bullet)


def test_tables_have_cells_with_rows_and_columns() -> None:
    document = parse_document("| a | b |\n|---|---|\n| 1 |\n| 2 | 3 | 4 |\n")
    table = document.blocks[0]
    assert isinstance(table, Table)
    assert [c.text.text for c in table.cells] == ["a", "b", "1", "", "2", "3"]
    assert [(c.row, c.column) for c in table.cells] == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]


def test_fences_comments_details_and_links() -> None:
    page = (
        "<!-- one -->\n<details>\n<summary>S</summary>\n\n```py x\ncode\n```\n\n</details>\n\na <!-- two --> [l](u)\n"
    )
    document = parse_document(page)
    fence = next(b for b in document.blocks if isinstance(b, Fence))
    assert (fence.content, fence.info, fence.line, fence.first_content_line) == ("code\n", "py x", 5, 6)
    assert [c.text.strip() for c in document.comments] == ["one", "two"]
    assert [document.source.place(c.at).line for c in document.comments] == [1, 11]
    assert [(d.line, d.end_line, d.closed) for d in document.details] == [(2, 9, True)]
    assert [(link.url, text.text[link.start : link.end]) for link, text in document.links] == [("u", "l")]


def test_scopes() -> None:
    page = "# T\n\n## H\n\n![alt](u)\n\ncaption\n\nprose\n\n> quote\n\n| c |\n|---|\n| d |\n"
    assert texts(parse_document(page)) == [
        ("T", "title"), ("H", "heading"), ("", "prose"), ("caption", "caption"), ("prose", "prose"), ("quote", "quote"),
        ("c", "table"), ("d", "table"), ("alt", "alt"),
    ]  # fmt: skip


def test_pictures_of_html_and_tables_are_figures() -> None:
    document = parse_document("<p><img alt=\"A\" src='u.png' width=4></p>\n\n| ![B](v.png) |\n|---|\n\ncaption\n")
    assert [(f.image.url, f.image.alt.text) for f in document.figures] == [("u.png", "A"), ("v.png", "B")]
    assert document.figures[1].caption is not None
    assert document.figures[1].caption.text == "caption"


def test_places_are_one_based_and_never_empty() -> None:
    source = Source.read("p", "ab\n\ncd")
    assert source.place(0, 2) == (1, 1, 1, 3)
    assert source.place(4, 6) == (3, 1, 3, 3)
    assert source.place(99) == (3, 3, 3, 3)
    assert source.line_place(2) == (2, 1, 2, 1)
    assert source.line_place(99).line == 3


# -- what nobody writes -----------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ["a", "b c", "**", "*", "_", "`", "``", "[", "]", "(", ")", "![", "](", "http://x ", "<http://x>", "<b>",
     "<!-- c -->", "&amp;", "&minus;", "\\|", "|", "\n", "\n\n", "  \n", "\\\n",
     "> ", "- ", "1. ", "# ", "## ", "---\n",
     "~~", "\t",
     "    ", "```\n", "| a | b |\n|---|---|\n", "| 1 | 2\\|3 |\n", '"t"', "<details>", "</details>\n", "é", "−", "0.5",
     "<img src=x alt='y'>", "\xa0", "\\*", "[a]: /u\n", "[a]", "=\n", "<br>", "<!--", "## TL;DR\n", "### Results\n",
     "**Confidence: ", "**Main takeaways:**\n", "### Condition: x\n",
     "### Model\n", "N/A", "{{", "TBD", "(LOW confidence)",
     "<!-- clean_result v1 -->\n", "title: x\n", "\r", "\0", "𝟘", "İ"]
)  # fmt: skip
PAGES = st.lists(PIECES, max_size=60).map("".join)


@settings(max_examples=300, deadline=None)
@given(PAGES)
def test_every_run_is_a_slice_of_the_source(page: str) -> None:
    document = parse_document(page)
    for text, scope in document.texts():
        assert "".join(r.text for r in text.runs) == text.text
        for run in text.runs:
            written = document.source.text[run.at : run.at + run.source_length]
            if run.source_length == len(run.text) and "<" not in written and scope != "alt":
                # Blanks may stand for line breaks, tabs and what a comment hides.
                assert all(a == b for a, b in zip(written, run.text, strict=True) if not b.isspace()), run


@settings(max_examples=300, deadline=None)
@given(PAGES)
def test_no_page_stops_the_linter(page: str) -> None:
    report = lint_text(page)
    lines = page.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for finding in report.findings:
        assert 1 <= finding.line <= len(lines)
        assert 1 <= finding.column <= len(lines[finding.line - 1]) + 1


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400))
def test_no_text_stops_the_linter(page: str) -> None:
    lint_text(page)


def mutated(page: str) -> st.SearchStrategy[str]:
    """``page`` with a few stretches cut out, doubled or replaced."""
    spots = st.integers(0, len(page))
    edit = st.tuples(spots, st.integers(0, 40), PIECES)

    def apply(edits: list[tuple[int, int, str]]) -> str:
        out = page
        for at, cut, piece in edits:
            out = out[:at] + piece + out[at + cut :]
        return out

    return st.lists(edit, min_size=1, max_size=6).map(apply)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_mutation_of_a_page_stops_the_linter(data: st.DataObject, good_page: str) -> None:
    lint_text(data.draw(mutated(good_page[:4000])))


SIZE = 250_000
HOSTILE = {
    "open images": "![a](", "brackets": "[", "stars": "** ", "stars with words": "**a ", "intervals": "[1.0%, ",
    "comments": "<!-- ", "fences": "```\n", "pipes": "|", "quotes": "> ", "backticks": "`", "tags": "<a ",
    "entities": "&", "underscores": "_a", "nested lists": "- ", "links": "[a](b) ", "rows": "| a | b |\n",
    "definitions": "[a]: x\n",
    "digits": "1", "signs": "−", "short lines": "a\n", "details": "<details>\n", "headings": "# a\n",
    "takeaways": "- **a**\n", "images": "![a](b)\n\n", "labels": "**Main takeaways:**\n\n",
    "confidence": "**Confidence: LOW** — a\n\n",
    "conditions": "### Condition: a\n```\nb\n```\n", "model": "### Model\n", "sentinels": "TBD {{ ", "names": "a.",
    "counts": "1 ", "factors": "1 x ", "rules": "---\n",
}  # fmt: skip


def most(unit: str, size: int) -> str:
    """As many ``unit`` as fit in ``size`` bytes and are still parsed."""
    count = size // len(unit.encode())
    while too_complex(unit * count) is not None:
        count = count * 3 // 4
    return unit * count


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_are_answered_in_time(name: str) -> None:
    head, unit = "# T\n\n## TL;DR\n\n### Results\n\n", HOSTILE[name]
    for page in (unit * (SIZE // len(unit.encode())), most(unit, SIZE)):
        begun = time.process_time()
        assert lint_text(head + page).findings
        assert time.process_time() - begun < 12.0  # 2 s where nothing else runs; a busy machine took four times that


def test_too_complex_says_why() -> None:
    assert too_complex("plain\n" * 10) is None
    assert too_complex("a\n" * 30_000) == "it has about 30000 lines with text, more than 20000"


def test_a_paragraph_is_a_paragraph() -> None:
    assert isinstance(parse_document("a").blocks[0], Paragraph)


front_matter_lines = st.tuples(
    st.sampled_from(["title", "kind", "created_at", "a-b", "Ä", "1x", "- x", ""]),
    st.sampled_from([": ", ":", ":  ", " : "]),
    st.one_of(
        st.sampled_from(
            ["'It''s 5%'", "'a: b # c'", "plain words 12", "x # y", "'open", '"d"', "[1]", "", "true", "a 'b'"]
        ),
        st.text("ab '\":#-(),.%é\t[]{}&*!|>@`\\1", max_size=12),
    ),
    st.sampled_from(["", " ", "  "]),
)


@given(st.lists(front_matter_lines, max_size=4).map(lambda rows: "".join("".join(row) + "\n" for row in rows)))
@settings(max_examples=400, deadline=None)
def test_plain_front_matter_is_read_as_yaml_reads_it(text: str) -> None:
    plain = frontmatter._plain(text, 4)
    if plain is not None:
        assert frontmatter._parse(text, 4, 9) == frontmatter.FrontMatter(9, plain)


def test_plain_front_matter_needs_no_yaml() -> None:
    assert frontmatter._plain("title: 'It''s 5%: so'\nkind: an experiment  \n", 4) == (
        frontmatter.Entry("title", "It's 5%: so", 11, 25),
        frontmatter.Entry("kind", "an experiment", 32, 45),
    )


def test_a_comment_behind_the_last_cell_of_a_row_is_read() -> None:
    rows = [
        "| a | b |",
        "|---|---|",
        "| 1 \\| 2 | 3 | <!-- one --> | <!-- two -->",
        "| 4 | `5` |",
        "| 6 | 7 <!-- three -->",
    ]
    document = parse_document("\n".join(rows))
    assert [c.text.strip() for c in document.comments] == ["one", "two", "three"]
    assert [document.source.text[c.at : c.at + 4] for c in document.comments] == ["<!--"] * 3
    assert [document.source.line_of(c.at) for c in document.comments] == [3, 3, 5]
