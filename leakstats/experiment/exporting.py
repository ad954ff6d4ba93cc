"""The completions of a run as a pandas table, each judged by every detector."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leakstats.errors import LeakstatsError
from leakstats.experiment.detect import Judges
from leakstats.experiment.grid import BASE
from leakstats.experiment.journal import read_journal
from leakstats.experiment.spec import ExperimentSpec
from leakstats.experiment.types import Completion

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["completions_to_pandas"]


def completions_to_pandas(spec: ExperimentSpec, journal: Path, *, tokenizer: Any = None) -> pd.DataFrame:
    """One row a stored completion, in the order of the specification; a run that goes on may be read too.

    Parameters
    ----------
    spec : ExperimentSpec
        Of the run; its detectors judge, which may be others than those of the run.
    journal : path
        The run's ``journal.jsonl``.
    tokenizer : transformers.PreTrainedTokenizerBase, optional
        Needed by token-level detectors.

    Returns
    -------
    pandas.DataFrame
        Columns: model, condition, source, checkpoint, training_seed (missing for the base), persona, question,
        question_text, sampling_seed, sample, text, n_tokens, finish; for each detector ``count_ID`` and
        ``position_ID``; near_misses (all kinds together), degenerate, truncated.

    Raises
    ------
    LeakstatsError
        If the journal holds no completion of this specification.
    """
    import pandas as pd

    if not journal.is_file():
        raise LeakstatsError(f"{journal.parent}: is no run folder; name the run's own with --run")
    judges = Judges(spec.detectors, spec.marker, tokenizer=tokenizer)
    units = {u.name: u for u in spec.units()}
    places = {name: i for i, name in enumerate([BASE, *units])}
    personas = {name: i for i, name in enumerate(spec.personas.names)}
    questions = spec.questions.evaluation
    rows: list[dict[str, Any]] = []
    for record in read_journal(journal).records:
        if record["stage"] != "generate":
            continue
        cell = json.loads(record["key"])
        model, persona, question = cell["model"], cell["persona"], cell["question"]
        if model not in places or persona not in personas or not 0 <= question < len(questions):
            raise LeakstatsError(f"{journal}: cell {record['key']} is none of this specification; give the run's own")
        unit = units.get(model)
        for i, stored in enumerate(record["completions"]):
            completion = Completion(stored["text"], stored["n"], stored["finish"], tuple(stored.get("ids", ())))
            judged = judges.judge(completion)
            row: dict[str, Any] = {
                "model": model,
                "condition": None if unit is None else unit.condition,
                "source": None if unit is None else unit.source,
                "checkpoint": None if unit is None else unit.checkpoint,
                "training_seed": None if unit is None else unit.training_seed,
                "persona": persona,
                "question": question,
                "question_text": questions[question],
                "sampling_seed": cell["sampling_seed"],
                "sample": i,
                "text": completion.text,
                "n_tokens": completion.n_tokens,
                "finish": completion.finish,
            }
            for name, found in judged.found.items():
                row |= {f"count_{name}": found.count, f"position_{name}": found.position}
            row |= {
                "near_misses": sum(judged.near.values()),
                "degenerate": judged.degenerate,
                "truncated": judged.truncated,
            }
            rows.append(row)
    if not rows:
        raise LeakstatsError(f"{journal}: holds no completion yet")
    rows.sort(
        key=lambda r: (places[r["model"]], personas[r["persona"]], r["question"], r["sampling_seed"], r["sample"])
    )
    frame = pd.DataFrame(rows)
    # whole numbers stay whole where the base has none
    return frame.astype({"checkpoint": "Int64", "training_seed": "Int64"})
