"""Study #109: seven sources, eleven checkpoints of convergence training, printed percentages only."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
from common import NOT_STATED, REPOSITORY, distinct, provenance, published, rows_of, with_unknown

from leakstats.results import (
    Attribute,
    CellTable,
    Centring,
    Design,
    Detector,
    Factor,
    FactorInfo,
    Family,
    Personas,
    Plan,
    Replication,
    Reported,
    Results,
    SimilarityTable,
    Study,
    factor_of,
)
from leakstats.results.printed import possible_successes, printed_rate

COMMIT = "774e0f68113d"
"""Commit of the published repository that the numbers were read from."""

LAYER = 15
STATED_TRIALS = 200
ONE_SEED = "the page names one seed, 42, for all runs"


def build(numbers: Path) -> Results:
    """The results of study #109 from the CSV files in ``numbers``."""
    trajectory = rows_of(numbers / "trajectory.csv")
    about = rows_of(numbers / "sources.csv")
    sources = tuple(r["source"] for r in about)
    epochs = distinct(int(r["epoch"]) for r in trajectory)
    source = factor_of(sources, [r["source"] for r in trajectory])
    checkpoint = factor_of(epochs, [int(r["epoch"]) for r in trajectory])
    texts = [r["cos_to_assistant_L15"] or None for r in trajectory]
    layer = {"layer": LAYER}
    centring = Centring(set="the persona set of the experiment", method="global mean of the set subtracted")
    similarity = (
        SimilarityTable(
            id="cosine_trajectory",
            measure="cosine",
            description="Cosine of source persona and assistant at each checkpoint, as tabulated to 3 decimals.",
            factors={"source": source, "checkpoint": checkpoint},
            constants=layer,
            values=np.array([np.nan if t is None else float(t) for t in texts]),
            kind="reported",
            printed=tuple(texts),
            missing_reason="no cosine trajectory is tabulated for nurse",
            compared="centroid of the source persona with centroid of the assistant, in the model at that checkpoint",
            reference="assistant",
            centring=centring,
        ),
        SimilarityTable(
            id="baseline_cosine",
            measure="cosine",
            description="Baseline cosine of source persona and assistant as the page's headline table prints it. "
            "For two sources it disagrees with checkpoint 0 of the trajectory (medical_doctor, librarian).",
            factors={"source": factor_of(sources, sources)},
            constants=layer,
            values=np.array([float(r["baseline_cosine_as_tabulated"]) for r in about]),
            kind="reported",
            printed=tuple(r["baseline_cosine_as_tabulated"] for r in about),
            compared="centroid of the source persona with centroid of the assistant",
            reference="assistant",
            centring=centring,
        ),
    )
    return Results(
        study=Study(
            id="#109",
            title="Marker leakage to the assistant over convergence training towards seven source personas",
            description="For each source, the assistant was trained towards the source persona for 20 epochs; at each "
            "of 11 checkpoints a fresh marker adapter was trained and the marker counted under the assistant.",
            source=f"{REPOSITORY}, branch issue-246 at 774e0f68113d: scripts/plot_strong_convergence.py (number "
            "tables); published page of study #109",
            created="2026-04-27",
            parents=("#61", "#91"),
        ),
        factors={
            "source": FactorInfo(
                levels=sources,
                description="persona that the assistant was trained towards",
                attributes={
                    "label": Attribute(values=tuple(r["label"] for r in about), description="name on the page")
                },
            ),
            "persona": FactorInfo(levels=("assistant",), description="persona under which the marker was counted"),
            "checkpoint": FactorInfo(levels=epochs, description="epoch of convergence training"),
            "layer": FactorInfo(
                levels=(LAYER,), description="layer of the hidden states; the convention is not stated"
            ),
        },
        personas=Personas(name=(*sources, "assistant"), role=(*["source"] * len(sources), "reference")),
        tables=(_leakage(trajectory, source, checkpoint),),
        similarity=similarity,
        samples_note="Completions of this study were not published.",
        design=Design(
            unit="source",
            unit_noun="sources",
            clusters=("source",),
            crossed=(("source", "checkpoint"),),
            paired=("checkpoint",),
            independent="The seven sources are seven convergence runs. The checkpoints of one source lie on one "
            "training run, so they are not independent; each has its own marker training run.",
            exchangeable="Sources, under the null of no relation between baseline similarity and leakage.",
            training_seed=Replication(n=1, values=(42,), reason=ONE_SEED),
            sampling_seed=Replication(n=None, reason="sampling seeds are " + NOT_STATED),
            notes=("The maximum over 11 checkpoints is biased upward as a measure of the rate.",),
        ),
        plan=Plan(
            status="exploratory",
            reason="no dated plan is published, and no analysis is named as primary",
            families=(
                Family(name="sources", correction="holm", description="one change over training for each source"),
            ),
        ),
        detector=Detector(
            kind="substring", pattern="[ZLT]", description="literal substring", error_reason="not measured"
        ),
        setup=with_unknown(
            _setup(),
            {
                "data.Version / hash": "not pinned; the data were generated during the run",
                "environment.Git commit": "014c267 is the commit of the figures only",
                "environment.Launch command": "per-source scripts, not centrally logged",
            },
        ),
        runs={
            "project": "explore_persona_space",
            "url": None,
            "runs": [],
            "not_logged": "77 runs (7 sources x 11 checkpoints) are not centrally logged",
            "full_data": [
                {
                    "artifact": "leakage trajectories",
                    "location": published(COMMIT, "scripts/plot_strong_convergence.py"),
                }
            ],
            "artifacts": [
                {
                    "type": "Figure",
                    "location": published(COMMIT, "figures/causal_proximity/strong_convergence_7sources.png"),
                },
                {
                    "type": "Figure",
                    "location": published(COMMIT, "figures/causal_proximity/cosine_vs_peak_leakage.png"),
                },
            ],
        },
        provenance=provenance(
            numbers,
            known={
                "repository": REPOSITORY,
                "python": "3.11.10",
                "packages": {"transformers": "4.48.3", "torch": "2.9.0+cu128", "peft": "0.18.1", "vllm": "0.8.0"},
                "hardware": "1x H200 SXM",
                "gpu_hours": 48,
                "seeds": {"training": [42], "sampling": None},
            },
            unknown={
                "commit": "the page gives 014c267 for the figures only",
                "command": "per-source scripts, not centrally logged",
                "wall_time_s": "the page gives about 48 h, rounded",
            },
        ),
    )


def _leakage(trajectory: list[dict[str, str]], source: Factor, checkpoint: Factor) -> CellTable:
    """The printed percentages with the intervals that their digits allow."""
    printed = tuple(r["assistant_leakage_pct"] for r in trajectory)
    bounds = np.array([printed_rate(text, "percent") for text in printed])
    impossible = Counter(
        r["source"]
        for r, (_, low, high) in zip(trajectory, bounds.tolist(), strict=True)
        if possible_successes(low, high, STATED_TRIALS) is None
    )
    cells = ", ".join(f"{n} of {sum(r['source'] == s for r in trajectory)} of {s}" for s, n in impossible.items())
    return CellTable(
        id="assistant_leakage",
        outcome="marker",
        role="leakage",
        description="Printed percentage of completions with the marker under the assistant.",
        factors={"source": source, "checkpoint": checkpoint},
        constants={"persona": "assistant"},
        reported=Reported(
            printed=printed,
            unit="percent",
            value=bounds[:, 0],
            low=bounds[:, 1],
            high=bounds[:, 2],
            declared_trials=STATED_TRIALS,
            trials_status="disputed",
            trials_reason="the page states 20 questions x 10 completions = 200 for each cell, but no whole number of "
            f"200 prints as these cells: {cells}; all cells are possible with 600",
        ),
    )


def _setup() -> dict[str, dict[str, str | int | None]]:
    lora = "r=32, alpha=64, dropout=0.0, targets=all linear, use_rslora=True"
    return {
        "model": {"Base": "Qwen/Qwen2.5-7B-Instruct (7.6B)", "Trainable": "LoRA adapter (r=32, all linear layers)"},
        "training": {
            "Method": "LoRA SFT: convergence towards the source, then a fresh marker adapter at each checkpoint",
            "Checkpoint source": "Qwen/Qwen2.5-7B-Instruct; marker training starts from the merged checkpoint",
            "LoRA config": f"{lora} (both stages)",
            "Loss": "convergence: all tokens; marker: marker positions only",
            "LR": "convergence 5e-5; marker 5e-6",
            "Epochs": "convergence 20; marker 20",
            "LR schedule": "cosine",
            "Optimizer": "AdamW",
            "Weight decay": "0.0",
            "Gradient clipping": "1.0",
            "Precision": "bf16, gradient checkpointing on",
            "Batch size (effective)": "4 (per_device=4 x grad_accum=1 x GPUs=1)",
            "Max seq length": 1024,
            "Seeds": "[42]",
        },
        "data": {
            "Source": "convergence: 400 on-policy examples per source; marker: 20 questions x (positive + negative)",
            "Version / hash": None,
            "Train / val size": "400 / 0 (convergence); about 200 / 0 (marker)",
            "Preprocessing": "Qwen2.5 chat template",
        },
        "eval": {
            "Metric definition": "share of completions that contain the marker, over 20 questions, per persona",
            "Eval dataset + size": "20 questions x 11 personas x 10 completions = 2,200 per checkpoint, as stated",
            "Method": "vLLM batched generation, substring match",
            "Judge model + prompt": "N/A — no judge, substring match",
            "Samples / temperature": "10 completions per question at temperature 1.0",
            "Significance": "Spearman correlation of baseline cosine and peak leakage, N = 7",
        },
        "compute": {"Hardware": "1x H200 SXM", "Wall time": "about 48 h", "Total GPU-hours": "about 48"},
        "environment": {
            "Python": "3.11.10",
            "Key libraries": "transformers 4.48.3, torch 2.9.0+cu128, peft 0.18.1, vllm 0.8.0",
            "Git commit": None,
            "Launch command": None,
        },
    }
