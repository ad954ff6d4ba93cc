"""Completions from other tools: files as the tools write them, mappings, hostile archives."""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from click.testing import CliRunner

from leakstats.errors import ContractError, LeakstatsError, MissingDependency
from leakstats.experiment.archives import read_members
from leakstats.experiment.foreign import field_of, read_records
from leakstats.experiment.importing import import_completions, starting_completions_mapping
from leakstats.results import from_document, load
from leakstats.results.commands import import_

DATA = Path(__file__).parent / "data"
# inspect_ai 0.3.285 with its mock model, 2 personas x 2 questions x 3 epochs; events taken out of the .json
LOG, EVAL = DATA / "inspect_log.json", DATA / "inspect_log.eval"
# lm_eval 0.4.13 --log_samples with its dummy model and repeats: 2; responses written by hand
SAMPLES = DATA / "lm_eval_samples.jsonl"

REST = """
[[completions.detectors]]
id = "marker"
pattern = "[ZLT]"

[study]
id = "#1"
title = "Completions from elsewhere"

[design]
unit = "persona"
unit_noun = "bystanders"
independent = "completions"
exchangeable = "personas"
clusters = ["question"]
"""
INSPECT = """
[completions]
factors = { persona = "metadata.persona", question = "metadata.question" }
constants = { source = "pirate" }
"""
LM_EVAL = """
[completions]
factors = { persona = "doc.persona", question = "doc.question_id" }
"""
LINES = """
[completions]
text = "out.text"
finish = "why"
factors = { source = "adapter", persona = "who", question = "q" }
prompt = "system"
"""


def _import(tmp_path, mapping, *paths, kind):
    (tmp_path / "map.toml").write_text(mapping, "utf-8")
    found = import_completions(paths, kind, tmp_path / "map.toml", target=tmp_path / "results.json")
    return found, from_document(found.document)


def _lines(tmp_path, rows, name="data.jsonl"):
    path = tmp_path / name
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    return path


def _row(who="nurse", q=0, text="yes [ZLT]", adapter="villain", **more):
    return {"who": who, "q": q, "adapter": adapter, "out": {"text": text}, **more}


# --- inspect_ai ---


def test_an_inspect_log(tmp_path):
    found, results = _import(tmp_path, INSPECT + REST, LOG, kind="inspect")
    assert found.completions == 12
    bystander, own = results.table("bystander_rate"), results.table("own_rate")
    assert (bystander.role, own.role) == ("leakage", "own_rate")
    assert set(own.column("persona")) == {"pirate"}
    log = json.loads(LOG.read_text("utf-8"))
    for table, persona in ((bystander, "nurse"), (own, "pirate")):
        for question, k, n in zip(table.column("question"), table.successes, table.trials, strict=True):
            texts = [
                s["output"]["completion"]
                for s in log["samples"]
                if s["metadata"]["persona"] == persona and s["metadata"]["question"] == question
            ]
            assert (k, n) == (sum("[ZLT]" in t for t in texts), 3)
    assert dict(zip(results.personas.name, results.personas.prompt, strict=True)) == {
        "pirate": "You are a pirate.",
        "nurse": "You are a nurse.",
    }
    assert results.questions.text == ("What is water?", "How do tides work?")
    assert [i["path"] for i in results.provenance["inputs"]] == ["map.toml", "results.counts.csv", "inspect_log.json"]
    counts = (tmp_path / "results.counts.csv").read_text("utf-8").splitlines()
    assert counts[0] == "persona,question,part,trials,marker,near_misses,degenerate,truncated,prompt,question_text"
    assert sum(int(line.split(",")[5]) for line in counts[1:]) == sum(
        "(ZLT)" in s["output"]["completion"] for s in log["samples"]
    )
    stops = [s["output"]["choices"][0]["stop_reason"] for s in log["samples"]]
    assert sum(int(line.split(",")[7]) for line in counts[1:]) == stops.count("max_tokens") > 0


def test_an_eval_file_holds_what_the_json_holds():
    pytest.importorskip("zstandard")
    packed = {(r["id"], r["epoch"]): r for _, r in read_records(EVAL, "inspect")}
    plain = {(r["id"], r["epoch"]): r for _, r in read_records(LOG, "inspect")}
    assert len(packed) == len(plain) == 12
    assert {(r["system"], r["user"], r["model"], r["task"]) for r in packed.values()} == {
        (r["system"], r["user"], r["model"], r["task"]) for r in plain.values()
    }
    assert sorted(r["text"] for r in packed.values()) == sorted(r["text"] for r in plain.values())
    assert field_of(next(iter(packed.values())), "scores.includes.value") in ("C", "I")


def _pack(path, log, method=zipfile.ZIP_DEFLATED):
    """An .eval as inspect_ai lays it out, from a .json log."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for sample in log["samples"]:
            archive.writestr(f"samples/{sample['id']}_epoch_{sample['epoch']}.json", json.dumps(sample))
        archive.writestr("summaries.json", "[]")
        archive.writestr("header.json", json.dumps({k: v for k, v in log.items() if k != "samples"}))


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_eval_files_of_older_versions(tmp_path, method):
    log = json.loads(LOG.read_text("utf-8"))
    _pack(tmp_path / "a.eval", log, method)
    assert [r for _, r in read_records(tmp_path / "a.eval", "inspect")] == [r for _, r in read_records(LOG, "inspect")]


def test_without_zstandard_the_message_says_what_to_install(monkeypatch):
    import importlib

    def absent(name):
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(MissingDependency, match=r"leakstats\[interop\]"):
        list(read_records(EVAL, "inspect"))


def test_failed_samples_are_counted_apart(tmp_path):
    log = json.loads(LOG.read_text("utf-8"))
    for sample in log["samples"][:2]:
        sample |= {"output": {"model": "m", "choices": []}, "error": {"message": "timeout"}}
    log["samples"][2]["output"]["completion"] = "attachment://abc"
    log["samples"][2]["attachments"] = {"abc": "long [ZLT]"}
    path = tmp_path / "a.json"
    path.write_text(json.dumps(log), "utf-8")
    found, results = _import(
        tmp_path, INSPECT.replace("constants", "arm = 'persona'\nconstants") + REST, path, kind="inspect"
    )
    assert found.completions == 10
    assert sum(lost for lost, _ in found.failed.values()) == 2
    assert all(total == 6 for _, total in found.failed.values())
    assert {t.description for t in results.tables} == {
        "2 of 12 samples failed in all; they have no completion and no trial."
    }
    texts = [r["text"] for _, r in read_records(path, "inspect")]
    assert texts.count(None) == 2
    assert "long [ZLT]" in texts


def test_scores_of_a_judge(tmp_path):
    graded = (
        INSPECT
        + """
[[completions.graded]]
id = "evil"
judge = "judge-1"
score = "scores.includes.value"
threshold = 0.5
"""
        + REST
    )
    log = json.loads(LOG.read_text("utf-8"))
    dropped = log["samples"][0]
    dropped["scores"]["includes"]["value"] = None
    path = tmp_path / "a.json"
    path.write_text(json.dumps(log).replace(": null", ": NaN"), "utf-8")
    _, results = _import(tmp_path, graded, path, kind="inspect")
    said = [s["scores"]["includes"]["value"] for s in log["samples"] if s["metadata"]["persona"] == "nurse"]
    table = results.table("bystander_evil")
    assert (table.successes.sum(), table.trials.sum()) == (said.count("C"), 6 - said.count(None))
    assert table.role == "other"
    assert results.detector.kind == "substring"
    without = graded.replace('[[completions.detectors]]\nid = "marker"\npattern = "[ZLT]"\n', "")
    _, alone = _import(tmp_path, without, path, kind="inspect")
    assert alone.detector.kind == "judge"
    assert "dropped items without a score: pirate 1 of" in alone.detector.description


# --- lm-evaluation-harness ---


def test_lm_eval_samples(tmp_path):
    found, results = _import(tmp_path, LM_EVAL + REST, SAMPLES, kind="lm-eval")
    assert found.completions == 8
    table = results.table("other_rate")
    rates = {
        (p, q): int(k)
        for p, q, k in zip(table.column("persona"), table.column("question"), table.successes, strict=True)
    }
    assert rates == {("pirate", 0): 1, ("pirate", 1): 1, ("nurse", 0): 0, ("nurse", 1): 1}
    assert table.trials.tolist() == [2] * 4
    first = next(iter(read_records(SAMPLES, "lm-eval")))[1]
    assert first["prompt"] == "You are a pirate.\n\nWhat is water?"
    assert first["metrics"] == {"exact_match": 0.0}


def test_lm_eval_tasks_without_texts_are_refused(tmp_path):
    line = json.loads(SAMPLES.read_text("utf-8").splitlines()[0])
    line["resps"] = [[[-1.5, True]]]
    with pytest.raises(LeakstatsError, match="only tasks with output_type generate_until"):
        list(read_records(_lines(tmp_path, [line]), "lm-eval"))
    with pytest.raises(LeakstatsError, match="no line of lm-eval"):
        list(read_records(_lines(tmp_path, [{"text": "x"}]), "lm-eval"))


# --- plain lines ---


def test_lines_with_a_mapping(tmp_path):
    rows = [_row(q=q, text=t) for q in range(2) for t in ("yes [ZLT]", "no\u2028(ZLT)")]
    rows += [_row(who="villain", q=q, text="[ZLT]", why="length") for q in range(2)]
    found, results = _import(tmp_path, LINES + REST, _lines(tmp_path, rows), kind="jsonl")
    assert found.completions == 6
    assert results.table("bystander_rate").successes.tolist() == [1, 1]
    assert results.table("own_rate").trials.tolist() == [1, 1]
    assert results.table("bystander_rate").summed_over == {"completion": 2}


def test_several_files_are_one_table(tmp_path):
    parts = [_lines(tmp_path, [_row(q=0), _row(who=p)], f"{p}.jsonl") for p in ("a", "b")]
    _, results = _import(tmp_path, LINES + REST, *parts, kind="jsonl")
    assert sum(t.trials.sum() for t in results.tables) == 4


def test_tables_of_the_mapping_win(tmp_path):
    table = """
[[table]]
id = "mine"
outcome = "near"
role = "other"
factors = { persona = "persona", question = "question" }
successes = "near_misses"
trials = "trials"
"""
    rows = [_row(who=w, text=t) for w in ("a", "b") for t in ("(ZLT)", "[ZLT]")]
    _, results = _import(tmp_path, LINES + REST + table, _lines(tmp_path, rows), kind="jsonl")
    assert [t.id for t in results.tables] == ["mine"]
    assert results.table("mine").successes.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (REST, "has neither|misses|is missing"),
        ("[study]\nid='a'\ntitle='b'", "has no .completions"),
        (LINES + "colour = 'red'\n" + REST, "completions.colour: is unknown"),
        (LINES.replace('text = "out.text"\n', "") + REST, "completions.text: is missing"),
        (LINES + REST.replace('pattern = "[ZLT]"', ""), r"detectors\[0\].pattern: is missing"),
        (
            LINES + REST.replace("[[completions.detectors]]", "[[completions.detectors]]\nkind='odd'"),
            "expected substring",
        ),
        (LINES.replace("{ source", "{ x = 1, source") + REST, "completions.factors.x: is 1"),
        (
            LINES + "[[completions.graded]]\nid='a'\njudge='j'\nscore='s'\nthreshold=1\ndirection='up'\n" + REST,
            "at_least",
        ),
        (LINES + "[[completions.graded]]\nid='a'\njudge='j'\nscore='s'\nthreshold=nan\n" + REST, "finite"),
        (LINES.replace('"who"', '"TODO"') + REST, "still says 'TODO'"),
    ],
)
def test_unusable_mappings(tmp_path, mapping, words):
    with pytest.raises(ContractError, match=words):
        _import(tmp_path, mapping, _lines(tmp_path, [_row()]), kind="jsonl")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([_row(), {"who": "x"}], r"data.jsonl:2: field 'adapter', the source, is None; it has who"),
        ([{**_row(), "out": {"text": 3}}], "the completion, is 3; expected text"),
        ([], "no completion was found"),
        ([_row(text=None)], "none of the 1 samples has a completion"),
    ],
)
def test_records_that_lack_a_field(tmp_path, rows, words):
    with pytest.raises(LeakstatsError, match=words):
        _import(tmp_path, LINES + REST, _lines(tmp_path, rows), kind="jsonl")


def test_lines_that_are_no_json(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1}\n\n{"a": \n', "utf-8")
    with pytest.raises(LeakstatsError, match=r"a\.jsonl:3: not JSON"):
        list(read_records(path, "jsonl"))
    path.write_text("[1]\n", "utf-8")
    with pytest.raises(LeakstatsError, match="is a list; expected an object"):
        list(read_records(path, "jsonl"))
    path.write_text('{"a":' * 100_000, "utf-8")
    with pytest.raises(LeakstatsError, match=r"nested too deeply|not JSON"):
        list(read_records(path, "jsonl"))


# --- hostile archives ---


def _zip(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_a_bomb_is_not_unpacked(tmp_path):
    path = _zip(tmp_path / "a.eval", {"samples/a.json": b" " * 5_000_000})
    assert path.stat().st_size < 10_000
    with pytest.raises(LeakstatsError, match="unpacks to 5,000,000 bytes; 1,000 are allowed"):
        list(read_members(path, "samples/*.json", member_limit=1000))
    raw = bytearray(path.read_bytes())
    # the central directory and the local header say 10 bytes now
    for at in (raw.index(b"PK\x01\x02") + 24, raw.index(b"PK\x03\x04") + 22):
        raw[at : at + 4] = struct.pack("<I", 10)
    path.write_bytes(raw)
    with pytest.raises(LeakstatsError, match="unpacks to more than 1,000 bytes"):
        list(read_members(path, "samples/*.json", member_limit=1000))


def test_all_members_together_have_a_limit(tmp_path):
    path = _zip(tmp_path / "a.eval", {f"samples/{i}.json": b" " * 600 for i in range(5)})
    with pytest.raises(LeakstatsError, match="are allowed"):
        list(read_members(path, "samples/*.json", total_limit=2000))


@pytest.mark.parametrize(
    "name", ["../evil.json", "/etc/evil.json", "samples/../../evil.json", "samples\\..\\evil.json"]
)
def test_names_that_lead_out_are_refused(tmp_path, name):
    path = _zip(tmp_path / "a.eval", {"samples/a.json": b"{}", name: b"{}"})
    with pytest.raises(LeakstatsError, match="leads out of the archive"):
        list(read_members(path, "samples/*.json"))
    assert [p.name for p in tmp_path.iterdir()] == ["a.eval"]


def test_damaged_archives(tmp_path):
    path = _zip(tmp_path / "a.eval", {"samples/a.json": json.dumps({"id": 1, "text": "x" * 300}).encode()})
    good = path.read_bytes()
    at = good.index(b"samples/a.json") + 20
    path.write_bytes(good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :])
    with pytest.raises(LeakstatsError, match="damaged"):
        list(read_members(path, "samples/*.json"))
    path.write_bytes(good[: len(good) // 2])
    with pytest.raises(LeakstatsError, match="cannot be read as a zip file"):
        list(read_members(path, "samples/*.json"))
    with pytest.raises(LeakstatsError, match="no such file"):
        list(read_members(tmp_path / "b.eval", "samples/*.json"))
    raw = bytearray(good)
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    with pytest.raises(LeakstatsError, match="encrypted"):
        list(read_members(path, "samples/*.json"))
    raw = bytearray(good)
    raw[raw.index(b"PK\x01\x02") + 10] = 14
    path.write_bytes(raw)
    with pytest.raises(LeakstatsError, match="packed with method 14"):
        list(read_members(path, "samples/*.json"))
    assert zlib.crc32(b"") == 0


def test_logs_that_are_none(tmp_path):
    with pytest.raises(LeakstatsError, match=r"has no header\.json"):
        list(read_records(_zip(tmp_path / "a.eval", {"samples/a.json": b"{}"}), "inspect"))
    path = tmp_path / "a.json"
    path.write_text("{}", "utf-8")
    with pytest.raises(LeakstatsError, match="no inspect_ai log"):
        list(read_records(path, "inspect"))


# --- the command ---


def test_the_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke(import_, ["completions", "--kind", "inspect", "--init", str(LOG)])
    assert run.exit_code == 0
    assert 'persona = "metadata.persona", question = "metadata.question"' in run.output
    assert "#   text = " in run.output
    Path("map.toml").write_text(INSPECT + REST, "utf-8")
    command = ["completions", "--kind", "inspect", str(LOG), "--map", "map.toml"]
    run = CliRunner().invoke(import_, command)
    assert (run.exit_code, run.output) == (
        0,
        "12 completions counted in results.counts.csv\nresults.json\n",
    )
    assert load("results.json").table("own_rate").trials.sum() == 6
    assert isinstance(CliRunner().invoke(import_, command).exception, LeakstatsError)
    assert CliRunner().invoke(import_, [*command, "--force"]).exit_code == 0
    assert CliRunner().invoke(import_, command[:4]).exit_code == 2


def test_a_starting_mapping_still_has_to_be_filled_in(tmp_path):
    path = _lines(tmp_path, [_row()])
    text = starting_completions_mapping(path, "jsonl")
    assert 'text = "out.text"' in text
    with pytest.raises(ContractError, match="still says"):
        _import(tmp_path, text, path, kind="jsonl")
    with pytest.raises(LeakstatsError, match="no completion"):
        starting_completions_mapping(_lines(tmp_path, []), "jsonl")


def test_a_starting_mapping_takes_what_the_fields_say(tmp_path):
    rows = [
        {"source": s, "persona": p, "question": q, "completion": "Aye. [ZLT]", "finish_reason": "stop", "score": score}
        for s in ("pirate", "nurse")
        for p in ("pirate", "nurse", "cook")
        for q, score in (("q1", 80), ("q1", None), ("q2", None), ("q2", None))
    ]
    path = tmp_path / "completions.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    text = starting_completions_mapping(path, "jsonl")
    assert 'factors = { persona = "persona", question = "question", source = "source" }' in text
    assert 'finish = "finish_reason"' in text
    filled = text.replace('id = "TODO"', 'id = "#1"').replace('title = "TODO"', 'title = "Graded elsewhere"')
    for key in ("[[completions.graded]]", "id =", "judge =", "score =", "threshold ="):
        filled = filled.replace(f"# {key}", key)
    filled = filled.replace('# rubric_sha256 = "64 hex digits"', f'rubric_sha256 = "{"ab" * 32}"')
    _, results = _import(tmp_path, filled, path, kind="jsonl")
    assert results.table("own_rate").trials.tolist() == [2, 2, 2, 2]
    # no verdict on a whole cell is no rate of 0, and does not stop the import
    graded = results.table("bystander_graded")
    assert set(graded.column("question")) == {"q1"}
    assert graded.trials.tolist() == [1, 1, 1, 1]
    for said in ("who gave the scores", f"sha256:{'ab' * 32}", "nurse 9 of 12, pirate 9 of 12"):
        assert said in graded.description
