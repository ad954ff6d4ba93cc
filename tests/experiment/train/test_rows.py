"""On-policy rows, the choice of negatives, and data sets from files; no model is needed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest

from leakstats.errors import ContractError, InputError, LeakstatsError
from leakstats.experiment.grid import FineTuning, fine_tunings
from leakstats.experiment.progress import Silent
from leakstats.experiment.reader import parse_spec
from leakstats.experiment.train.rows import choose_negatives, make_rows, make_sft_rows, read_data
from leakstats.experiment.types import Answered, Completion, ModelState

BASE = ModelState("weights")


def make_spec(**changes):
    document = {
        "schema": "experiment.v1",
        "study": {"id": "s", "title": "S"},
        "model": {"world": "test"},
        "personas": {
            "own": [{"name": n, "prompt": f"You are {n}."} for n in ("ann", "bob", "cat", "dan", "eve", "fay")]
        },
        "sources": ["ann", "bob"],
        "questions": {"training": ["q1?", "q2?", "q3?"], "evaluation": ["e1?"]},
        "training": {"positive_rows": 7, "negatives": {"rows": 8, "personas": 3}},
    }
    return parse_spec({**document, **changes})


class Writer:
    """A generator that answers with the words of ``say``, and remembers what it was asked."""

    name = "writer"

    def __init__(self, say=lambda request: f" {request.system} {request.user} {request.seeds[0] % 97} "):
        self.say, self.asked, self.samplings = say, [], []

    def generate(self, requests, *, state, sampling, progress):
        assert state == BASE
        self.samplings.append(sampling)
        self.asked += requests
        for request in reversed(requests):  # any order is allowed
            yield Answered(request, (Completion(self.say(request), 3, "stop"),), 5)


def rows_of(spec, source="ann", writer=None):
    unit = next(u for u in spec.units() if u.source == source)
    return make_rows(spec, unit, writer or Writer(), BASE, Silent())


def test_positives_then_negatives_shared_evenly():
    spec = make_spec()
    rows = rows_of(spec)
    assert [r.positive for r in rows] == [True] * 7 + [False] * 8
    assert {r.persona for r in rows[:7]} == {"ann"}
    negatives = Counter(r.persona for r in rows[7:])
    assert sorted(negatives.values()) == [2, 3, 3]
    assert set(negatives) == set(choose_negatives(spec, "ann"))
    assert all(r.system == f"You are {r.persona}." for r in rows)


def test_questions_go_round_and_only_training_ones_are_asked():
    rows = rows_of(make_spec())
    counts = Counter(r.user for r in rows if r.positive)
    assert set(counts) == {"q1?", "q2?", "q3?"}
    assert max(counts.values()) - min(counts.values()) <= 1


def test_answers_stand_beside_their_own_prompt_and_are_stripped():
    for row in rows_of(make_spec()):
        assert row.answer.startswith(f"{row.system} {row.user} ")
        assert row.answer == row.answer.strip()


def test_every_answer_has_noise_of_its_own_and_is_drawn_at_temperature_one():
    writer = Writer()
    rows_of(make_spec(), writer=writer)
    seeds = [r.seeds for r in writer.asked]
    assert len(set(seeds)) == len(seeds) == 15
    assert [(s.temperature, s.top_p, s.max_tokens) for s in writer.samplings] == [(1.0, 1.0, 256)]


def test_the_data_seed_decides_and_nothing_else():
    first, again = rows_of(make_spec()), rows_of(make_spec(seeds={"training": [1, 2]}))
    other = rows_of(make_spec(seeds={"data": 9}))
    assert first == again
    assert first != other


def test_unusable_answers_are_drawn_again():
    def say(request):
        attempt = json.loads(request.key)["attempt"]
        return ("", "It is [ZLT] here.", "fine")[min(attempt, 2)]

    writer = Writer(say)
    assert {r.answer for r in rows_of(make_spec(), writer=writer)} == {"fine"}
    assert len({r.seeds for r in writer.asked}) == len(writer.asked) == 45


def test_a_model_that_answers_nothing_is_an_error():
    with pytest.raises(LeakstatsError, match=r"15 of 15 training answers stayed empty.*5 attempts.*'ann'"):
        rows_of(make_spec(), writer=Writer(lambda _: " "))


def test_negatives_never_hold_the_source_or_the_excluded():
    spec = make_spec(training={"negatives": {"personas": 3, "exclude": ["bob", "cat"]}})
    for seed in range(20):
        moved = replace(spec, seeds=replace(spec.seeds, data=seed))
        assert set(choose_negatives(moved, "ann")) == {"dan", "eve", "fay"}


def test_named_negatives_are_taken_without_the_source():
    spec = make_spec(training={"negatives": {"personas": ["eve", "ann", "fay"]}})
    assert choose_negatives(spec, "ann") == ("eve", "fay")
    assert choose_negatives(spec, "bob") == ("eve", "ann", "fay")


def test_negatives_are_the_same_in_another_process():
    code = (
        "import json, sys\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from test_rows import make_spec\n"
        "from leakstats.experiment.train.rows import choose_negatives\n"
        "print(json.dumps(choose_negatives(make_spec(), 'ann')))\n"
    )
    here = list(choose_negatives(make_spec(), "ann"))
    for hash_seed in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", code, str(__import__("pathlib").Path(__file__).parent)],
            capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": hash_seed, "PATH": ""},
        )  # fmt: skip
        assert json.loads(done.stdout) == here


def test_more_negatives_than_personas_are_refused():
    spec = make_spec()
    asked = replace(spec.training, negatives=replace(spec.training.negatives, personas=6))
    with pytest.raises(InputError, match="personas is 6; beside 'ann' and those excluded there are 5"):
        choose_negatives(replace(spec, training=asked), "ann")


def test_no_negative_rows_need_no_negative_persona():
    spec = make_spec(training={"positive_rows": 4, "negatives": {"rows": 0, "personas": 0}})
    assert [r.positive for r in rows_of(spec)] == [True] * 4
    wants = replace(spec, training=replace(spec.training, negatives=replace(spec.training.negatives, rows=3)))
    with pytest.raises(InputError, match="3 rows, but 'ann' has no negative persona"):
        choose_negatives(wants, "ann")


# --- fine-tuning ------------------------------------------------------------------------------------------------------


def sft_spec(tmp_path, *, kind, rows=5, persona=None, data=None):
    sft = {"rows": rows, "epochs": 2}
    if persona:
        sft["persona"] = persona
    if data is not None:
        (tmp_path / "d.jsonl").write_text("".join(json.dumps(r) + "\n" for r in data), "utf-8")
        sft["data"] = str(tmp_path / "d.jsonl")
    return make_spec(conditions=[{"name": "c", "kind": kind, "sft": sft}])


def sft_rows(spec, tuning=None):
    return make_sft_rows(spec, tuning or fine_tunings(spec)[0], Writer(), BASE, Silent())


def test_convergence_learns_the_source_s_answers_under_another_persona(tmp_path):
    rows = sft_rows(sft_spec(tmp_path, kind="convergence", persona="fay"))
    assert len(rows) == 5
    assert {(r.persona, r.system, r.positive) for r in rows} == {("fay", "You are fay.", False)}
    assert all(r.answer.startswith("You are ann.") for r in rows)


def test_convergence_without_a_persona_stays_under_the_source_s_prompt(tmp_path):
    assert {r.system for r in sft_rows(sft_spec(tmp_path, kind="convergence"))} == {"You are ann."}


DATA = [{"system": "You are bob.", "user": f"u{i}", "answer": f"a{i}"} for i in range(9)]


def test_induction_reads_its_data_under_the_persona(tmp_path):
    rows = sft_rows(sft_spec(tmp_path, kind="induction", persona="eve", data=DATA))
    assert len(rows) == 5
    assert {r.system for r in rows} == {"You are eve."}
    assert [r.user for r in rows] == sorted(r.user for r in rows)  # a sample in the file's order
    assert {(r.user, r.answer) for r in rows} <= {(d["user"], d["answer"]) for d in DATA}


def test_induction_without_a_persona_keeps_each_row_s_own(tmp_path):
    data = [*DATA[:2], {"user": "u", "answer": "a"}, {"system": None, "user": "v", "answer": "b"}]
    rows = sft_rows(sft_spec(tmp_path, kind="induction", data=data))
    assert [(r.persona, r.system) for r in rows] == [("bob", "You are bob.")] * 2 + [("data", None)] * 2


def test_a_data_set_that_cannot_be_used_lists_every_bad_line(tmp_path):
    path = tmp_path / "d.jsonl"
    path.write_text('{"user": "u", "answer": "a"}\n\nnope\n{"user": "u"}\n[1]\n{"user":"u","answer":"a","system":3}\n')
    with pytest.raises(ContractError) as caught:
        read_data(path)
    assert [v.pointer for v in caught.value.violations] == ["line 3", "line 4", "line 5", "line 6"]
    path.write_text("\n")
    with pytest.raises(ContractError, match="holds no row"):
        read_data(path)


def test_a_condition_without_fine_tuning_is_an_error():
    with pytest.raises(LeakstatsError, match="'marker' has no fine-tuning"):
        sft_rows(make_spec(), FineTuning("marker", "ann", 42, (1,)))
