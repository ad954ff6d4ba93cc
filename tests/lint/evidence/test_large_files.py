"""A hostile page beside a large file takes no long time, and what was left out is said."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import pytest

from leakstats.lint.engine import Options, lint_paths
from leakstats.lint.evidence.reading import read_dataset
from leakstats.lint.evidence.walk import MOST_LEAVES
from leakstats.lint.report import PageReport

HEAD = "# Delay rises with load (LOW confidence)\n\n## TL;DR\n\n### Results\n\n"
QUAYS = [f"quay{i}" for i in range(60)]
LONG = 16
"""Seconds; 2 where nothing else runs."""


def page_of(tmp_path: Path, body: str, results: Any = None) -> PageReport:
    page = tmp_path / "page.md"
    page.write_text(HEAD + body)
    given: tuple[Path, ...] = ()
    if results is not None:
        (tmp_path / "results.json").write_text(json.dumps(results))
        given = (tmp_path / "results.json",)
    started = time.process_time()
    (report,) = lint_paths([str(page)], Options(results=given), stdin=None).pages  # type: ignore[arg-type]
    assert time.process_time() - started < LONG
    return report


def table(draw: random.Random) -> str:
    rows = [f"| {q} | {draw.randrange(100)}% | {draw.random():.2f} | {draw.randrange(100)} of 100 |" for q in QUAYS]
    return "| Quay | A | B | C |\n|-|-|-|-|\n" + "\n".join(rows) + "\n\n"


def records(draw: random.Random, conditions: int) -> dict[str, Any]:
    return {
        f"tide{i}": {
            q: {
                "rate": draw.random(),
                "k": draw.randrange(100),
                "n": 100,
                "depths": {f"D{d}": {"r": draw.random(), "p": draw.random(), "n": 60} for d in range(4)},
            }
            for q in QUAYS
        }
        for i in range(conditions)
    }


def superlatives(draw: random.Random) -> str:
    claims = (
        f"The {draw.choice(QUAYS)} has the highest rate and all 60 quays exceed {i % 100}%, half of them {i % 90} to "
        f"{i % 99}%."
        for i in range(600)
    )
    return table(draw) + "\n\n".join(claims)


def named(draw: random.Random) -> str:
    claims = (f"{draw.choice(QUAYS)} has {draw.randrange(100)}%, more than {draw.choice(QUAYS)};" for _ in range(4_000))
    words = list(claims)
    return table(draw) + "\n\n".join(" ".join(words[i : i + 60]) for i in range(0, len(words), 60))


def lists(draw: random.Random) -> str:
    one = (", ".join(f"{q} ({draw.randrange(100)}%)" for q in QUAYS) + " respectively." for _ in range(200))
    return table(draw) + "\n\n".join(one)


def tables(draw: random.Random) -> str:
    return table(draw) * 40


@pytest.mark.parametrize("write", [superlatives, named, lists, tables])
@pytest.mark.parametrize("conditions", [0, 10, 60])
def test_a_page_is_answered_in_time(tmp_path: Path, write: Any, conditions: int) -> None:
    draw = random.Random(5)
    page_of(tmp_path, write(draw), records(draw, conditions) if conditions else None)


FILES: dict[str, Any] = {
    "many rows": [{"quay": QUAYS[i % 60], "depth": i // 60, "rate": i % 97 / 97} for i in range(20_000)],
    "wide rows": [{f"layer{j}": (7 * j + i) % 50 for j in range(600)} for i in range(100)],
    "texts": [{f"k{j}": f"v{i * j % 7}" for j in range(400)} | {"x": i / 300} for i in range(300)],
    "long vectors": {f"quay{i}": [j % 83 / 83 for j in range(70)] for i in range(1_500)},
    "counts of counts": {f"quay{i}": [i % 100, 100] for i in range(40_000)},
    "outcomes": {f"quay{i}": [(i * j) % 3 % 2 for j in range(300)] for i in range(1_500)},
}


@pytest.mark.parametrize("name", FILES)
def test_a_large_file_is_read_in_time(tmp_path: Path, name: str) -> None:
    page_of(tmp_path, table(random.Random(5)) + "The quay7 has 12%, the most of all.", FILES[name])


def test_a_deep_file_is_read_in_time(tmp_path: Path) -> None:
    (tmp_path / "deep.json").write_text("[" + ",".join(['{"a":' * 300 + "0.5" + "}" * 300] * 1_000) + "]")
    started = time.process_time()
    found = read_dataset("deep.json", (tmp_path / "deep.json").read_text())
    assert time.process_time() - started < LONG
    assert found.unread == "what is nested more than 40 deep was not compared"


def test_it_is_said_that_a_file_was_compared_in_part(tmp_path: Path) -> None:
    report = page_of(tmp_path, "The quay7 has 12%.", {f"quay{i}": {"rate": i / 20_000} for i in range(20_000)})
    (unread,) = report.unread
    assert unread.reason == f"of its numbers only the first {MOST_LEAVES} were compared"
    assert not unread.given
    assert report.data == ("results.json",)


def test_it_is_said_that_less_of_a_page_was_held_against_a_large_file(tmp_path: Path) -> None:
    draw = random.Random(5)
    body = superlatives(draw)
    assert not page_of(tmp_path, body[:20_000]).unread_parts
    (part,) = page_of(tmp_path, body, records(draw, 30)).unread_parts
    assert part.reason.endswith("already, the most that is held against files so large")


def test_a_small_file_leaves_nothing_out(tmp_path: Path) -> None:
    report = page_of(tmp_path, "The quay7 has 12%.", {q: {"rate": 0.5, "n": 100} for q in QUAYS})
    assert (report.unread, report.unread_parts) == ((), ())


def test_of_many_large_files_that_a_page_names_some_are_left_out(tmp_path: Path) -> None:
    body = json.dumps({f"quay{i}": {"rate": i / 20_000} for i in range(20_000)})
    names = [f"results_{i}.json" for i in range(4)]
    for name in names:
        (tmp_path / name).write_text(body)
    report = page_of(tmp_path, "The quay7 has 12%: " + ", ".join(f"`{name}`" for name in names) + ".")
    assert report.data == ("results_0.json",)
    reasons = {unread.reason for unread in report.unread}
    assert f"the files that the page names before it hold {MOST_LEAVES} numbers already" in reasons
