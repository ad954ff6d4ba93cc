"""What is too large or too strange to be read is said to be not checked, in every format."""

from __future__ import annotations

import json
import time

import pytest

from leakstats.lint.engine import lint_text
from leakstats.lint.formats.json import to_json
from leakstats.lint.formats.markdown import to_markdown
from leakstats.lint.formats.sarif import to_sarif
from leakstats.lint.formats.table import to_table
from leakstats.lint.formats.text import to_text
from leakstats.lint.report import PageReport, Report

HEAD = "# Uptake falls with distance (LOW confidence)\n\n## TL;DR\n\n### Results\n\n"
WRONG = "The nurse reaches 13% (12 of 100).\n"


def judged(body: str) -> PageReport:
    return lint_text(HEAD + body)


def said(body: str) -> list[str]:
    return [f"{part.line}: {part.reason}" for part in judged(body).unread_parts]


def table(rows: int, columns: int) -> str:
    lines = ["| who | " + " | ".join(f"c{j}" for j in range(columns)) + " |", "|" + "---|" * (columns + 1)]
    lines += [f"| unit{i} | " + " | ".join(f"{(7 * i + j) % 100}%" for j in range(columns)) + " |" for i in range(rows)]
    return "\n".join(lines) + "\n\n"


CASES = {
    "a long paragraph": ("It is said in words. " * 400 + WRONG, "7: this paragraph has more than 8000 characters"),
    "many numbers": ("It is 4% here. " * 160 + WRONG, "7: this paragraph has more than 150 numbers"),
    "many paragraphs": (
        "It is 4%.\n\n" * 1600 + WRONG,
        "3005: the text above holds 3001 paragraphs and numbers already",
    ),
    "a large table": (table(100, 30), "7: this table has 3100 cells, more than 2500"),
    "many tables": (table(80, 28) * 2, "90: the tables above hold 2240 numbers already"),
    "prose in a table": (
        "| who | rate | verdict |\n|---|---|---|\n"
        "| nurse | 12% | it rises, says the theory that we held before the run was made, from 3% to 12% of them |\n"
        "| cook | 14% | as above, with words that go on and on beyond what any result would need, and no number |\n"
        "| poet | 15% | as above |\n",
        "7: 1 cell of this table holds prose of more than 80 characters",
    ),
    "a table in HTML": (
        "<table><tr><td>nurse</td><td>13%</td></tr></table>\n",
        "7: this HTML holds several texts; as Markdown it would be read",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_was_not_read_is_said(name: str) -> None:
    body, reason = CASES[name]
    assert said(body) == [reason]


@pytest.mark.parametrize(
    "body",
    [
        WRONG,
        "> " + "It is 4% here. " * 160 + "\n",  # a quotation is nobody's claim
        "It is said in words. " * 400 + "\n",
        "<table><tr><td>issue</td><td>#12, layer 3</td></tr></table>\n",
        "<pre>\na 13%\n</pre>\n<b>x</b>\n",
        "> <table><tr><td>nurse</td><td>13%</td></tr></table>\n",
        table(40, 20),
    ],
)
def test_what_was_read_or_claims_nothing_is_not(body: str) -> None:
    assert said(body) == []


@pytest.mark.parametrize(
    "body",
    [
        "<p align='center'><sub>The nurse reaches 13% (12 of 100).</sub></p>\n",
        "<details><summary>The nurse reaches 13% (12 of 100)</summary>\n\nMore.\n\n</details>\n",
        "<div>\nThe nurse reaches 13&#37; (12&nbsp;of 100) & more.\n</div>\n",
    ],
)
def test_html_that_is_one_text_is_read_as_a_paragraph(body: str) -> None:
    (finding,) = [f for f in judged(body).findings if f.code == "CR418"]
    line = (HEAD + body).split("\n")[finding.line - 1]
    assert line[finding.column - 1 :].startswith("13")


def test_every_format_says_it() -> None:
    report = Report((judged(CASES["a large table"][0]),), "")
    (part,) = json.loads(to_json(report))["pages"][0]["unread_parts"]
    assert part == {"line": 7, "reason": "this table has 3100 cells, more than 2500"}
    assert "not checked: line 7: this table has" in to_text(report)
    assert "Not checked: line 7: this table has" in to_markdown(report)
    assert "NOT CHECKED  line 7: this table has" in to_table(report)
    assert "the numbers from line 7 on were not read: this table has" in to_sarif(report)


@pytest.mark.parametrize("piece", ["1 × 1 = 3 ", "3 and 4 ", "1 + 1 = 3 ", "1 + ", "+"])
def test_a_cell_of_a_hundred_thousand_characters_takes_no_time(piece: str) -> None:
    body = f"| who | what |\n|---|---|\n| nurse | {piece * (100_000 // len(piece))} |\n"
    started = time.process_time()
    judged(body)
    assert time.process_time() - started < 8, "0.3 s where nothing else runs"
