"""Completions and cells as tables: every one is there, whole numbers stay whole, files are read back the same."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pandas as pd
import pytest
from click.testing import CliRunner

from leakstats.errors import InputError, LeakstatsError, MissingDependency
from leakstats.experiment.exporting import completions_to_pandas
from leakstats.experiment.journal import read_journal
from leakstats.experiment.progress import Reporter
from leakstats.experiment.reader import load_spec
from leakstats.experiment.run import run_experiment
from leakstats.experiment.spec import DetectorSpec
from leakstats.export import cells_to_pandas, write_table
from leakstats.export_commands import export
from leakstats.results import load


@pytest.fixture
def run(fake_experiment, tmp_path):
    path = fake_experiment()
    return path, run_experiment(path, tmp_path / "run", reporter=Reporter(io.StringIO()))


def test_every_completion_is_a_row(run):
    path, results = run
    spec = load_spec(path)
    frame = completions_to_pandas(spec, results.parent / "journal.jsonl")
    assert len(frame) == 3 * 12 * 4 * 5
    assert not frame.duplicated(["model", "persona", "question", "sampling_seed", "sample"]).any()
    assert frame["model"].drop_duplicates().tolist() == ["base", *(u.name for u in spec.units())]
    assert str(frame["training_seed"].dtype) == "Int64"
    assert frame.loc[frame["model"] == "base", "source"].isna().all()
    table = load(results).table("own_rate")
    own = frame[frame["source"] == frame["persona"]]
    assert (own["count_marker"] > 0).sum() == table.successes.sum()
    assert set(frame.loc[frame["count_marker"] == 0, "position_marker"].dropna()) == set()
    stored = {r["key"]: r for r in read_journal(results.parent / "journal.jsonl").records if r["stage"] == "generate"}
    row = frame.iloc[17]
    cell = json.dumps(
        {"model": row["model"], "persona": row["persona"], "question": int(row["question"]), "sampling_seed": 0},
        sort_keys=True,
        separators=(",", ":"),
    )
    assert stored[cell]["completions"][row["sample"]]["text"] == row["text"]


def test_other_detectors_judge_again(run):
    path, results = run
    spec = replace(load_spec(path), detectors=(DetectorSpec("vowel", "regex", "[aeiou]"),))
    frame = completions_to_pandas(spec, results.parent / "journal.jsonl")
    assert (frame["count_vowel"] == frame["text"].str.count("[aeiou]")).all()


def test_another_specification_is_refused(run):
    path, results = run
    spec = load_spec(path)
    other = replace(spec, questions=replace(spec.questions, evaluation=spec.questions.evaluation[:1]))
    with pytest.raises(LeakstatsError, match="none of this specification"):
        completions_to_pandas(other, results.parent / "journal.jsonl")
    with pytest.raises(LeakstatsError, match="is no run folder"):
        completions_to_pandas(spec, results.parent / "none.jsonl")


def test_cells_of_all_tables(run):
    results = load(run[1])
    frame = cells_to_pandas(results)
    assert len(frame) == sum(t.n_cells for t in results.tables)
    assert frame["table"].drop_duplicates().tolist() == [t.id for t in results.tables]
    assert (frame["successes"] / frame["trials"] == frame["rate"]).all()
    assert all(str(frame[c].dtype).startswith(("Int", "int")) for c in ("successes", "trials", "question"))


def test_files(run, tmp_path):
    frame = cells_to_pandas(load(run[1]))
    write_table(frame, tmp_path / "cells.csv")
    back = pd.read_csv(tmp_path / "cells.csv")
    assert back["successes"].tolist() == frame["successes"].tolist()
    with pytest.raises(InputError, match=r"must be \.csv or \.parquet"):
        write_table(frame, tmp_path / "cells.xlsx")


def test_parquet_without_pyarrow_says_what_to_install(run, tmp_path, monkeypatch):
    monkeypatch.setattr("leakstats.export.find_spec", lambda name: None)
    with pytest.raises(MissingDependency, match=r"leakstats\[interop\]"):
        write_table(cells_to_pandas(load(run[1])), tmp_path / "cells.parquet")


def test_parquet_is_read_back_the_same(run, tmp_path):
    pytest.importorskip("pyarrow")
    path, results = run
    for frame in (
        cells_to_pandas(load(results)),
        completions_to_pandas(load_spec(path), results.parent / "journal.jsonl"),
    ):
        write_table(frame, tmp_path / "a.parquet")
        back = pd.read_parquet(tmp_path / "a.parquet")
        pd.testing.assert_frame_equal(back, frame, check_dtype=False)


def test_the_commands(run, tmp_path):
    path, results = run
    done = CliRunner().invoke(export, ["cells", str(results), "-o", str(tmp_path / "cells.csv")])
    assert (done.exit_code, done.output) == (0, f"{tmp_path / 'cells.csv'}\n")
    again = CliRunner().invoke(export, ["cells", str(results), "-o", str(tmp_path / "cells.csv")])
    assert isinstance(again.exception, LeakstatsError)
    out = tmp_path / "completions.csv"
    done = CliRunner().invoke(export, ["completions", str(path), "--run", str(results.parent), "-o", str(out)])
    assert done.exit_code == 0, done.output
    assert len(pd.read_csv(out)) == 3 * 12 * 4 * 5
