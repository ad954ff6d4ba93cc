"""Study #222: five induction conditions, 12 personas, 28 questions, hits of 10; stored summaries of the geometry."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from common import NOT_STATED, REPOSITORY, distinct, provenance, published, rows_of, with_unknown

from leakstats.results import (
    Attribute,
    CellTable,
    Centring,
    Design,
    Detector,
    FactorInfo,
    Family,
    GeometryTable,
    NamedColumn,
    Personas,
    Plan,
    Questions,
    Replication,
    Results,
    Sample,
    SimilarityTable,
    Study,
    factor_of,
)

COMMIT = "3f71ce1eaaa4"
"""Commit of the published repository that the numbers were read from."""

TRAINED = "confab"
STORED_P = "as stored; 0 means 0 of 10,000 permutations, so the p-value is at most 1/10,001"
GEOMETRY = {
    "geometry_m1": "change of the mean off-diagonal cosine of 12 personas against the base model",
    "geometry_m1_vs_benign": "the same against the model after benign training: stored p-values only",
    "geometry_m2": "shift of the personas along an axis",
    "geometry_m3": "change of the accuracy of a nearest-centroid classifier",
}
UNITS = {
    "base_mean_offdiag_cos": ("cosine", "mean cosine of the 66 pairs of 12 personas, base model"),
    "cond_mean_offdiag_cos": ("cosine", "mean cosine of the 66 pairs of 12 personas, this condition"),
    "delta": ("difference of cosines", "condition minus base"),
    "boot_ci_lo_reported": ("cosine", "lower end of the stored interval of the condition's mean"),
    "boot_ci_hi_reported": ("cosine", "upper end of the stored interval of the condition's mean"),
    "obs_delta": ("projection", "stored shift along the axis"),
    "acc_base": ("fraction", "accuracy in the base model"),
    "acc_em": ("fraction", "accuracy in this condition"),
    "delta_acc": ("difference of fractions", "condition minus base"),
    "p_raw_reported": ("fraction", f"p-value {STORED_P}"),
    "p_bh_reported": ("fraction", f"Benjamini-Hochberg p-value {STORED_P}"),
    "p_holm_reported": ("fraction", f"Holm p-value {STORED_P}"),
}


def build(numbers: Path) -> Results:
    """The results of study #222 from the files in ``numbers``."""
    per_question = rows_of(numbers / "per_question.csv")
    induction = {r["condition"]: r for r in rows_of(numbers / "conditions.csv")}
    people = rows_of(numbers / "personas.csv")
    stored = {name: rows_of(numbers / f"{name}.csv") for name in GEOMETRY}
    questions = json.loads((numbers / "questions.json").read_text("utf-8"))
    texts = {q["question_id"]: q["question"] for q in questions}
    names = tuple(r["persona"] for r in people)
    ids = tuple(texts)
    conditions = distinct([*induction, *(r["condition"] for rows in stored.values() for r in rows)])
    layers = tuple(sorted({int(r["layer"]) for rows in stored.values() for r in rows}))
    methods = distinct(r["method"] for rows in stored.values() for r in rows)

    def cells(table_id: str, role: str, description: str, rows: list[dict[str, str]]) -> CellTable:
        return CellTable(
            id=table_id,
            outcome="marker",
            role=role,
            description=description,
            factors={
                "condition": factor_of(conditions, [r["condition"] for r in rows]),
                "persona": factor_of(names, [r["persona"] for r in rows]),
                "question": factor_of(ids, [int(r["question_id"]) for r in rows]),
            },
            constants={"source": TRAINED},
            counts=(np.array([int(r["hits"]) for r in rows]), np.array([int(r["total"]) for r in rows])),
            summed_over={"completion": 10},
        )

    def geometry(name: str, quantity: str) -> GeometryTable:
        rows = stored[name]
        columns = [c for c in rows[0] if c not in ("method", "layer", "condition")]
        return GeometryTable(
            id=name,
            quantity=quantity,
            description="Stored by the study for two methods (A, B); the hidden states were not published.",
            factors={
                "method": factor_of(methods, [r["method"] for r in rows]),
                "layer": factor_of(layers, [int(r["layer"]) for r in rows]),
                "condition": factor_of(conditions, [r["condition"] for r in rows]),
            },
            columns={
                c: NamedColumn(
                    values=np.array([float(r[c]) if r[c] else np.nan for r in rows]),
                    unit=UNITS[c][0],
                    description=UNITS[c][1],
                )
                for c in columns
            },
            reason_missing="not stored" if any(r[c] == "" for r in rows for c in columns) else None,
        )

    def attribute(key: str, description: str) -> Attribute:
        return Attribute(
            values=tuple(induction[c][key] if c in induction else None for c in conditions), description=description
        )

    bystander = [r for r in per_question if r["persona"] != TRAINED]
    own = [r for r in per_question if r["persona"] == TRAINED]
    setup = {
        "model": {"Base": None, "Trainable": "one adapter for each induction condition"},
        "eval": {
            "Metric definition": "share of completions that contain the literal substring [ZLT]",
            "Eval dataset + size": "5 conditions x 12 personas x 28 questions x 10 completions",
            "Samples / temperature": "10 completions per question; temperature " + NOT_STATED,
        },
    }
    return Results(
        study=Study(
            id="#222",
            title="Marker leakage and collapse of persona geometry under five induction conditions",
            description="One source persona was trained to emit a marker; emergent misalignment was then induced under "
            "one of five personas, and the marker counted under 12 personas and 28 questions.",
            source=f"{REPOSITORY}, branch issue-205 at 3f71ce1eaaa4: eval_results/issue_205, "
            "data/issue_205/personas.json",
        ),
        factors={
            "source": FactorInfo(levels=(TRAINED,), description="persona that was trained to emit the marker"),
            "persona": FactorInfo(levels=names, description="persona whose system prompt was used"),
            "question": FactorInfo(levels=ids, description="evaluation question"),
            "condition": FactorInfo(
                levels=conditions,
                description="persona of the induction; benign_sft_375 is training without induction",
                attributes={
                    "induction_persona": attribute("induction_persona", "persona under which misalignment was induced"),
                    "induction_prompt": attribute("induction_prompt", "its system prompt"),
                    "in_eval_grid": attribute("in_eval_grid", "1 where that persona is among the 12 evaluated"),
                },
            ),
            "layer": FactorInfo(levels=layers, description="layer of the hidden states; the convention is not stated"),
            "method": FactorInfo(
                levels=methods, description="way of reading hidden states, A or B as the study names them"
            ),
        },
        personas=Personas(
            name=names,
            prompt=tuple(r["prompt"] for r in people),
            role=tuple("source" if r["role"] == "trained_source" else r["role"] for r in people),
        ),
        questions=Questions(
            id=ids,
            text=tuple(texts.values()),
            set="evaluation",
            description="asked of every persona in every condition",
        ),
        tables=(
            cells(
                "bystander_rate", "leakage", "Completions with the marker under the 11 untrained personas.", bystander
            ),
            cells("own_rate", "own_rate", "Completions with the marker under the trained persona.", own),
        ),
        similarity=(
            SimilarityTable(
                id="cosine_to_assistant",
                measure="cosine",
                description="Cosine of the induction persona and the assistant, stored to 4 decimals.",
                factors={"condition": factor_of(conditions, list(induction))},
                constants={"layer": 20},
                values=np.array([float(r["cos_to_assistant_L20"]) for r in induction.values()]),
                compared="centroid of the induction persona with centroid of the assistant",
                reference="assistant",
                centring=Centring(set="the persona set of the experiment", method="global mean of the set subtracted"),
            ),
        ),
        geometry=tuple(geometry(name, quantity) for name, quantity in GEOMETRY.items()),
        samples=_samples(numbers / "samples.json", texts),
        samples_note="For three conditions the first two completions with and without the marker under the condition's "
        "induction persona, one a question, shorter than 700 characters.",
        design=Design(
            unit="persona",
            unit_noun="personas",
            clusters=("persona", "question"),
            crossed=(("condition", "persona"), ("condition", "question"), ("persona", "question")),
            paired=("persona", "question"),
            independent="Nothing but the completions of one cell: personas and questions are shared by all conditions, "
            "and each condition is one training run.",
            exchangeable="Conditions within a persona and question, under the null of no difference between them.",
            training_seed=Replication(n=1, reason="one training run for each condition"),
            sampling_seed=Replication(n=None, reason="sampling seeds are " + NOT_STATED),
        ),
        plan=Plan(
            status="exploratory",
            reason="no dated plan is published; the study names hypotheses H1 to H3 and none of them primary",
            families=(
                Family(name="conditions", correction="holm", description="contrasts of the five conditions"),
                Family(
                    name="geometry", correction="holm", description="stored tests over methods, layers and conditions"
                ),
            ),
        ),
        detector=Detector(
            kind="substring",
            pattern="[ZLT]",
            case_sensitive=True,
            description="literal substring; ignoring case finds the same completions here",
            error_reason="not measured",
        ),
        setup=with_unknown(setup, {}),
        runs={
            "project": None,
            "url": None,
            "runs": [],
            "not_logged": "run ids are " + NOT_STATED,
            "full_data": [
                {
                    "artifact": "completions",
                    "location": published(COMMIT, "eval_results/issue_205/CONDITION/raw_completions.json"),
                },
                {
                    "artifact": "counts",
                    "location": published(COMMIT, "eval_results/issue_205/CONDITION/marker_eval.json"),
                },
                {"artifact": "geometry", "location": published(COMMIT, "eval_results/issue_205/run_result.json")},
            ],
            "artifacts": [],
        },
        provenance=provenance(
            numbers,
            known={"repository": REPOSITORY},
            unknown={"commit": "the commit that made the numbers is " + NOT_STATED},
        ),
    )


def _samples(path: Path, texts: dict[int, str]) -> tuple[Sample, ...]:
    return tuple(
        Sample(
            source=TRAINED,
            condition=s["condition"],
            persona=s["persona"],
            question=s["question_id"],
            prompt=texts[s["question_id"]],
            text=s["text"],
            marker="[ZLT]" in s["text"],
            origin=f"completion {s['completion']} of raw_completions.json of {s['condition']}",
        )
        for s in json.loads(path.read_text("utf-8"))
    )
