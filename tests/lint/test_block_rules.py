"""The rules for blocks find what markdown-it's own rules find."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from leakstats.lint import parsing
from leakstats.lint.document import Paragraph, Table
from leakstats.lint.parsing import parse_document

LINES = [
    *(
        "",
        "text",
        "Text with | a pipe",
        "# a | b",
        "    code",
        "***",
        "===",
        "---",
        "> quote",
        "> | a | b |",
        "> |---|",
    ),
    *(
        "> | a | b |",
        "> |---|",
        "- item",
        "- | a | b |",
        "  |---|---|",
        "  | 1 | 2 |",
        "  text",
        "1. one",
        "```",
        "<div>",
        "~~~",
    ),
    "[x]: /y",
    *("| a | b |", "|---|---|", "a | b", "-|-", ":-|-:", "| a |", "| - |", "| 1 \\| 2 | `x | y` |", "| |", "|", "| x"),
    *("| 1 | 2 | 3 |", "é | [x] |", "\ta | b", "| **1** | <b>2</b> |", "| \\\\| 3 |", "5 | 6"),
]


def _stock() -> MarkdownIt:
    stock = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    stock.inline.ruler2.disable("fragments_join", ignoreInvalid=True)
    stock.core.ruler.disable("text_join", ignoreInvalid=True)
    return stock


def _with_tables(tokens: list[Token]) -> list[Token]:
    """markdown-it's tokens with those of a table as one."""
    out: list[Token] = []
    rows: list[tuple[int, list[str]]] | None = None
    for token in tokens:
        if token.type == "table_open":
            rows = []
            out.append(Token("table", "table", 0, map=token.map, level=token.level, meta={"rows": rows}, block=True))
        elif token.type == "table_close":
            rows = None
        elif rows is None:
            out.append(token)
        elif token.type == "tr_open":
            rows.append(((token.map or [0])[0], []))
        elif token.type == "inline":
            rows[-1][1].append(token.content)
    return out


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=9).map("\n".join))
def test_blocks_are_those_of_the_parser(text: str) -> None:
    assert parsing._parser().parse(text) == _with_tables(_stock().parse(text))


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("aB3 é%.,:;+-=~()/|#>\"'@^{}$?−×\u00a0\t\\`*_[]<&!\n"), max_size=12))
def test_plain_content_is_what_the_parser_makes_of_it(content: str) -> None:
    for text in (content, f"| {content} | b |\n|---|---|\n| 1 | {content} |\n"):
        assert parsing._parser().parse(text) == _with_tables(_stock().parse(text))


@pytest.mark.parametrize("content", ["plain 0.74", "**bold** 0.74", "`a b`", "[x]", "a &lt; b", "a<br>b", "\\*a"])
def test_a_cell_reads_as_a_paragraph_does(content: str) -> None:
    """References that stand behind the table among them."""
    page = parse_document(f"| a | b |\n|---|---|\n| 1 | {content} |\n\n{content}\n\n[x]: /y\n")
    table, alone = page.blocks
    assert isinstance(table, Table)
    assert isinstance(alone, Paragraph)
    cell = table.rows[0][1].text
    assert (cell.text, [run.marks for run in cell.runs]) == (alone.text.text, [run.marks for run in alone.text.runs])
    assert page.source.text[cell.at : cell.end] == content
