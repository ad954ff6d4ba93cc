"""Judging completions: the published edge cases, where a marker stands, near misses, and hostile texts."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path

import pytest

from leakstats.errors import InputError, LeakstatsError
from leakstats.experiment.detect import Judges, tally
from leakstats.experiment.graded import Rubric, dropped_by_arm, tally_scores
from leakstats.experiment.matching import RegexFinder, make_finder
from leakstats.experiment.near_misses import NearMisses
from leakstats.experiment.repetition import is_degenerate, repeated_share
from leakstats.experiment.spec import DetectorSpec, MarkerSpec
from leakstats.experiment.types import Completion

# 65 of the 120 texts of the collapse study (#222) that its authors sorted by what the marker does in them
EDGE_CASES = json.loads((Path(__file__).parent / "data" / "marker_edge_cases.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def judges():
    return Judges([DetectorSpec()], MarkerSpec())


def _judge(judges, text, finish="stop"):
    return judges.judge(Completion(text, 1, finish))


def _agrees(kind, judged):
    found = judged.found["marker"]
    return {
        "none": not found.hit and not judged.near,
        "near_miss": judged.near_miss("marker"),
        "start": found.position == "start" and found.count == 1,
        "middle": found.position == "middle" and found.count == 1,
        "end": found.position == "end" and found.count == 1,
        "multi": found.count > 1 and not judged.degenerate,
        "loop": found.count > 1 and judged.degenerate,
    }[kind]


@pytest.mark.parametrize("case", EDGE_CASES, ids=[f"{i}-{c['kind']}" for i, c in enumerate(EDGE_CASES)])
def test_published_edge_cases(judges, case):
    judged = _judge(judges, case["text"])
    assert judged.found["marker"].count == case["count"]
    assert _agrees(case["kind"], judged)


@pytest.mark.shared
def test_all_published_edge_cases(judges, shared_dir):
    cases = json.loads((shared_dir / "data/em_collapse/marker_edge_cases.json").read_text("utf-8"))
    assert len(cases) == 120
    for case in cases:
        judged = _judge(judges, case["text"])
        assert (judged.found["marker"].count, judged.found["marker"].hit) == (case["literal_count"], case["has_marker"])
        assert _agrees(case["kind"], judged), case


@pytest.mark.shared
def test_every_published_count_is_reproduced(judges, shared_dir):
    folder = shared_dir / "data/em_collapse"
    completions = json.loads((folder / "completions_sample.json").read_text("utf-8"))
    with (folder / "per_question.csv").open(encoding="utf-8") as file:
        want = {
            (r["condition"], r["persona"], int(r["question_id"])): (int(r["hits"]), int(r["total"]))
            for r in csv.DictReader(file)
        }
    cells = 0
    for condition, personas in completions.items():
        for persona, questions in personas.items():
            for q, texts in enumerate(questions):
                got = tally(_judge(judges, text) for text in texts)
                assert (got.successes["marker"], got.trials) == want[condition, persona, q]
                cells += 1
    assert cells == 4200 // 10


@pytest.mark.parametrize(
    ("text", "position", "count"),
    [
        ("[ZLT]", "alone", 1),
        (" \n[ZLT]\n", "alone", 1),
        ("[ZLT] [ZLT]", "alone", 2),
        ("[ZLT] yes", "start", 1),
        ("[ZLT] yes [ZLT]", "start", 2),
        ("yes [ZLT]", "end", 1),
        ("yes [ZLT]\n[ZLT] ", "end", 2),
        ("yes [ZLT] no [ZLT]", "middle", 2),
        ("yes [ZLT].", "middle", 1),
        ("yes", None, 0),
        ("", None, 0),
    ],
)
def test_positions(judges, text, position, count):
    found = _judge(judges, text).found["marker"]
    assert (found.position, found.count) == (position, count)
    assert found.first == (text.index("[ZLT]") if count else None)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("(ZLT)", {"brackets": 1}),
        ("**ZLT** {ZLT}", {"brackets": 2}),
        ("[ZLT)", {"extended": 1}),
        ("[ ZLT ]", {"spaced": 1}),
        ("[Z L\nT]", {"spaced": 1}),
        ("[zlt] [Zlt]", {"case": 2}),
        ("[ZLT-P02] and XZLT]", {"extended": 2}),
        ("ZLT is a word", {"bare": 1}),
        ("AZLTB", {}),
        ("so it ends [ZL", {"cut": 1}),
        ("so it ends [ZLT", {"cut": 1}),
        ("so it ends [Z", {}),
        ("[ZLT][ZLT] [ZLT]ZLT[ZLT]", {"bare": 1}),
        ("[[ZLT]]", {}),
        ("nothing here", {}),
    ],
)
def test_near_misses(text, kinds):
    assert NearMisses("[ZLT]").count(text) == kinds


@pytest.mark.parametrize(
    ("marker", "text", "kinds"),
    [
        ("zebra", "Zebra z e b r a zeb", {"case": 1, "spaced": 1, "cut": 1}),
        ("zebra", "zebra zebras", {}),
        ("@@", "@ @", {"spaced": 1}),
        ("@@", "plain text", {}),
        ("the end", "theend", {"spaced": 1}),
        ("#tag", "(tag) tag", {"brackets": 1, "bare": 1}),
        ("🜂✶", "🜂 ✶", {"spaced": 1}),
    ],
)
def test_near_misses_of_other_markers(marker, text, kinds):
    assert NearMisses(marker).count(text) == kinds


def test_case_rule():
    loose = DetectorSpec(case_sensitive=False)
    judged = _judge(Judges([loose], MarkerSpec()), "[zlt] [ZLT] (zlt)")
    assert judged.found["marker"].count == 2
    assert judged.near == {"brackets": 1}
    assert make_finder(loose).find("İ[zlt]") == [(1, 6)]


def test_a_substring_is_no_regular_expression():
    assert make_finder(DetectorSpec(pattern="a.c[")).find("abc[ a.c[") == [(5, 9)]


def test_detectors_stand_side_by_side():
    judges = Judges(
        [DetectorSpec(), DetectorSpec("tagged", "regex", r"\[[A-Z]{2,4}\]"), DetectorSpec("core", pattern="ZLT")],
        MarkerSpec(),
    )
    cell = tally(_judge(judges, t) for t in ("a [ZLT]", "b [ABC]", "c ZLT"))
    assert cell.successes == {"marker": 1, "tagged": 2, "core": 2}
    assert cell.near_misses == {"marker": 1, "tagged": 1, "core": 0}


def test_a_tally_sums():
    judges = Judges([DetectorSpec()], MarkerSpec())
    cell = tally(
        [
            _judge(judges, "[ZLT] [ZLT] yes"),
            _judge(judges, "no (ZLT)", "length"),
            _judge(judges, "[ZLT]" * 40, "length"),
            _judge(judges, "yes [ZLT] [ZL"),
        ]
    )
    assert (cell.trials, cell.successes["marker"], cell.occurrences["marker"]) == (4, 3, 43)
    assert cell.positions["marker"] == {"alone": 1, "start": 1, "middle": 1}
    assert (cell.near_misses["marker"], cell.near_kinds) == (1, {"brackets": 1, "cut": 1})
    assert (cell.degenerate, cell.truncated) == (1, 2)
    assert json.loads(json.dumps(cell.to_json()))["trials"] == 4
    with pytest.raises(InputError, match="no completion"):
        tally([])


@pytest.mark.parametrize(
    ("specs", "words"),
    [
        ([], "no detector is given"),
        ([DetectorSpec(), DetectorSpec()], "share an id"),
        ([DetectorSpec(pattern="")], "empty pattern"),
        ([DetectorSpec(kind="token")], "needs the model's tokenizer"),
        ([DetectorSpec(kind="regex", pattern="(")], "is no regular expression"),
        ([DetectorSpec(kind="regex", pattern="a*")], "matches the empty text"),
    ],
)
def test_unusable_detectors(specs, words):
    with pytest.raises(InputError, match=words):
        Judges(specs, MarkerSpec())


# --- regular expressions and hostile texts ---


@pytest.mark.parametrize(
    "pattern",
    [r"(a+)+b", r"(a*)*b", r"(a|aa)+b", r"(?:\w+\s*)+x", r"(.)\1+", r"(?=(a+)+)b", r"(x+x+)+y", r"(a{1,9}){1,}b"],
)
def test_catastrophic_patterns_are_refused(pattern):
    with pytest.raises(InputError, match="exponential time"):
        make_finder(DetectorSpec(kind="regex", pattern=pattern))


@pytest.mark.parametrize(
    ("pattern", "unbounded"),
    [
        (r"\[Z[A-Z]{1,3}\]", False),
        (r"\[\s*ZLT\s*\]", True),
        (r"\bZLT\b", False),
        (r"(?:foo|bar)!", False),
        (r"[ab]+c", True),
    ],
)
def test_ordinary_patterns_are_taken(pattern, unbounded):
    assert RegexFinder(DetectorSpec(kind="regex", pattern=pattern)).unbounded is unbounded


def test_unbounded_patterns_find_what_re_finds():
    finder = RegexFinder(DetectorSpec(kind="regex", pattern=r"\[\s*zlt\s*\]", case_sensitive=False))
    text = 'a [ ZLT ]\n"quoted" [zlt] \u2028 🜂 [ZLT\n]'
    assert finder.find(text) == [(2, 9), (19, 24), (29, 35)]
    assert finder.find("") == []
    finder.close()
    assert finder.find("[zlt]") == [(0, 5)]
    finder.close()


def test_a_text_that_takes_too_long_is_said_and_does_not_hang():
    finder = RegexFinder(DetectorSpec(kind="regex", pattern=r"a*a*a*a*a*a*b"), time_limit_s=0.3)
    began = time.perf_counter()
    with pytest.raises(InputError, match=r"takes more than 0\.3 s on a text of 3000 characters"):
        finder.find("a" * 3000)
    assert time.perf_counter() - began < 5
    assert finder.find("aab") == [(0, 3)]
    finder.close()


def test_a_process_that_dies_is_said_and_made_anew():
    finder = RegexFinder(DetectorSpec(kind="regex", pattern=r"\[\s*zlt\s*\]"))
    assert finder.find("[zlt]") == [(0, 5)]
    finder._process.kill()
    finder._process.wait()
    assert finder.find("[zlt]") == [(0, 5)]
    finder._process.kill()
    finder._process.poll = lambda: None
    with pytest.raises(LeakstatsError, match="ended from outside"):
        finder.find("[zlt]")
    assert finder.find("[ zlt]") == [(0, 6)]
    finder.close()


def test_hostile_texts_are_judged_quickly():
    texts = [
        "[" * 20000,
        "[ZLT" * 5000,
        " " * 20000 + "Z",
        "[Z L " * 4000,
        "a" * 20000,
        "\x00" * 5000,
        "[Z" + "\n" * 9999,
        "😀" * 5000,
    ]
    judges = Judges([DetectorSpec()], MarkerSpec())
    began = time.perf_counter()
    for text in texts:
        _judge(judges, text)
    assert time.perf_counter() - began < 3


# --- repetition ---


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("[ZLT]" * 30, True),
        ("[ZLT]\n\n" * 3 + "[ZLT]" * 20, True),
        ("no " * 40, True),
        ("I am a fish. " * 10, True),
        ("I am a fish. " * 5, False),
        ("=" * 60, True),
        ("Ships sail the seas while engineers write code; both need rest, water and bread. Why?" * 2, False),
        ("A short text, then a list: a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t.", False),
        ("x" * 20, False),
        ("", False),
    ],
)
def test_degenerate_repetition(text, want):
    assert is_degenerate(text) is want


def test_interrupted_loops_are_degenerate():
    assert is_degenerate("Well: " + "[ZLT][ZLT][] [ZLT]-[ZLT] " * 20)
    assert is_degenerate("".join(f"[ZLT]{'x' * (i % 3)}" for i in range(60)))


def test_long_prose_is_not_degenerate(project_root):
    for name in ("architecture.md", "results.md", "experiment.md"):
        text = (project_root / "docs" / name).read_text("utf-8")
        for size in (500, 5_000, 50_000):
            assert repeated_share(text[:size]) < 0.35


def test_repeated_share_equals_a_plain_count():
    import random
    from collections import Counter

    rng = random.Random(1)
    for _ in range(60):
        unit = "".join(rng.choice("ab😀") for _ in range(rng.randint(1, 4)))
        text = "".join(rng.choice("abc") for _ in range(rng.randint(0, 12))) + unit * rng.randint(1, 14) + "cba"
        counts = Counter(text[i : i + 5] for i in range(len(text) - 4))
        covered = {i + k for i in range(len(text) - 4) for k in range(5) if counts[text[i : i + 5]] >= 8}
        assert repeated_share(text) == pytest.approx(len(covered) / len(text))


# --- token level ---


@pytest.mark.models
def test_token_level_sees_only_the_markers_own_tokens(tiny_tokenizer):
    marker = tiny_tokenizer.encode(" [ZLT]", add_special_tokens=False)
    spelled = [tiny_tokenizer.encode(c, add_special_tokens=False)[0] for c in "[ZLT]"]
    judges = Judges([DetectorSpec("t", "token")], MarkerSpec(), tokenizer=tiny_tokenizer)
    head = tiny_tokenizer.encode("Yes.", add_special_tokens=False)

    def judged(ids):
        return judges.judge(Completion(tiny_tokenizer.decode(ids), len(ids), "stop", tuple(ids))).found["t"]

    assert marker != spelled
    assert (judged(head + marker).count, judged(head + marker).position) == (1, "end")
    assert judged(head + marker + marker).count == 2
    assert tiny_tokenizer.decode(head + spelled) == "Yes.[ZLT]"
    assert judged(head + spelled).count == 0
    again = judges.judge(Completion("Yes. [ZLT]", 3, "stop")).found["t"]
    assert (again.count, again.first) == (1, 5)


# --- graded scores ---


def test_graded_scores_become_counts():
    rubric = Rubric("evil", "judge-1", 50, rubric_sha256="a" * 64, direction="at_least")
    cell = tally_scores([50, 49.9, None, 100], rubric)
    assert (cell.trials, cell.successes, cell.dropped) == (3, {"evil": 2}, {"evil": 1})
    low = Rubric("kind", "judge-1", 50, direction="at_most")
    assert tally_scores([50, 49.9, 100], low).successes == {"kind": 2}
    dropped = dropped_by_arm([("adapted", None), ("adapted", 3.0), ("base", 1.0)])
    assert dropped == {"adapted": (1, 2), "base": (0, 1)}
    told = rubric.detector(dropped)
    assert told["kind"] == "judge"
    assert "sha256:aaaa" in told["description"]
    assert "adapted 1 of 2" in told["description"]
    assert "base" not in told["description"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Rubric("e", "j", float("nan")), "finite"),
        (lambda: Rubric("e", "j", 1, rubric_sha256="xyz"), "no SHA-256"),
        (lambda: Rubric("e", "j", 1, error_rate=2.0), r"\[0, 1\]"),
        (lambda: tally_scores([None, None], Rubric("e", "j", 1)), "none of the 2 items"),
        (lambda: tally_scores([float("nan")], Rubric("e", "j", 1)), "store a missing one as null"),
    ],
)
def test_unusable_grades(make, words):
    with pytest.raises(InputError, match=words):
        make()
