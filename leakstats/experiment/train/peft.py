"""Adapters trained with peft on transformers."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from leakstats.errors import InputError, LeakstatsError, MissingDependency
from leakstats.experiment.generate.transformers import out_of_memory
from leakstats.experiment.loading import (
    load_model,
    load_tokenizer,
    older_names,
    resolve_device,
    resolve_dtype,
    without_bars,
)
from leakstats.experiment.prompts import end_of_turn
from leakstats.experiment.seeds import derive_seed
from leakstats.experiment.spec import ModelSpec, SftSpec, TrainingSpec
from leakstats.experiment.train.batches import Batch, check_marker_batch, collate, order_epoch
from leakstats.experiment.train.card import CARD, CURVE, Curve, rows_sha256, weights_name
from leakstats.experiment.train.encoding import Encoded, Tails, encode_rows, marker_tails
from leakstats.experiment.train.loop import OPTIMIZER, FitReport, Optimisation, fit, seeded
from leakstats.experiment.types import AdapterRef, Progress, TrainingRow
from leakstats.files import read_bytes, sha256_of, write_json

__all__ = ["PeftTrainer", "Probe"]

Probe = Callable[[Any, Any, int], Mapping[str, float]]
"""Called with the model (in evaluation mode), its tokenizer and the number of steps done; what it returns is logged."""

WEIGHTS_FILE = "adapter_model.safetensors"
_COMPILE_STEPS = 1000
"""From so many steps on "auto" compiles on a GPU. Benchmarks: 85 s of compiling against 0.087 s saved a step."""
_MULTIPLE = {"cpu": 1, "cuda": 8}
"""Lengths are padded to these multiples; tensor cores like 8."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """The batches of a training run, and what is known of the rows."""

    steps: list[list[Batch]]
    steps_per_epoch: int
    encoded: list[Encoded]


class PeftTrainer:
    """A :class:`~leakstats.experiment.types.Trainer` on transformers and peft.

    Parameters
    ----------
    model : ModelSpec
        For its dtype (auto: bfloat16 on a GPU, float32 on a CPU), device and revision.
    probe : callable, optional
        Called every ``probe_every`` steps; what it returns goes into the curve.
    probe_every : int
        At least 1.

    Notes
    -----
    What a recipe asks for (``compile``, ``gradient_checkpointing``) each training does for itself; its card says
    whether layers were compiled. The adapter's weights move in fp32 whatever the model's number format. Random numbers
    (initial adapter, dropout, order of the rows) come from the seed that each call names; the same seed, rows and
    machine give the same bytes.
    """

    name = "peft"

    def __init__(
        self,
        model: ModelSpec | None = None,
        *,
        probe: Probe | None = None,
        probe_every: int = 20,
    ) -> None:
        if probe_every < 1:
            raise InputError(f"probe_every is {probe_every}; it must be at least 1")
        asked = model or ModelSpec()
        self.device = resolve_device(asked.device)
        self.dtype = resolve_dtype(asked.dtype, self.device)
        self.revision = asked.revision
        self.probe = probe
        self.probe_every = probe_every

    def train_marker(
        self,
        rows: Sequence[TrainingRow],
        *,
        weights: str,
        marker: str,
        recipe: TrainingSpec,
        seed: int,
        name: str,
        out: Path,
        progress: Progress,
    ) -> AdapterRef:
        """Train a marker adapter; write it with card and curve into ``out``.

        Positives learn the marker and the end of the turn, negatives the end of the turn alone
        (``recipe.loss = "marker"``), or all of them the answer as well (``"full"``). Of every batch of marker loss it
        is checked that exactly those tokens carry loss.

        Parameters
        ----------
        rows : sequence of TrainingRow
            With at least one positive.
        weights : str
            Folder or hub id of the base.
        marker : str
            What follows a positive answer, its separator included.
        recipe : TrainingSpec
            Rank, rates, epochs.
        seed : int
            The training seed.
        name : str
            Of the adapter.
        out : Path
            Folder for the adapter.
        progress : Progress
            Told of each row learned.

        Raises
        ------
        InputError
            If no row is positive, a row does not fit ``max_length``, or no module of the model has a name asked for.
        LeakstatsError
            If the loss mask is not what it should be, or the loss is not finite.
        MissingDependency
            Without torch, transformers and peft.
        """
        if not any(r.positive for r in rows):
            raise InputError(f"{name}: none of {len(rows)} rows is positive; the marker would never be learned")
        tokenizer = self._tokenizer(weights)
        tails = marker_tails(tokenizer, marker)
        plan = self._plan(tokenizer, rows, tails, recipe, loss=recipe.loss, seed=seed)
        if recipe.loss == "marker":
            for parts in plan.steps:
                for batch in parts:
                    check_marker_batch(batch, tails)
        with seeded(derive_seed(seed, "adapter"), self.device):
            model = self._adapter(self._model(weights), recipe, steps=len(plan.steps))
            report = self._fit(model, tokenizer, plan, recipe, out, progress, first_marker=tails.positive[0])
        extra = {"marker": marker, "marker_tokens": list(tails.positive[:-1]), "end_token": tails.positive[-1]}
        self._save(model, out, weights)
        return self._card(model, rows, plan, report, recipe, out, weights, name, seed, "marker adapter", extra)

    def train_sft(
        self,
        rows: Sequence[TrainingRow],
        *,
        weights: str,
        recipe: SftSpec,
        seed: int,
        checkpoints: Sequence[int],
        name: str,
        out: Path,
        progress: Progress,
    ) -> Mapping[int, str]:
        """Fine-tune on whole answers; write the merged weights of each checkpoint into ``out/e<epoch>``.

        Each checkpoint folder is a model folder with its tokenizer, and holds the adapter that was merged in
        ``adapter/``. The merge starts from the base's own files, so that no checkpoint inherits the rounding of one
        before.

        Parameters
        ----------
        rows, weights, recipe, seed, name, out, progress
            As in :meth:`train_marker`; no row's marker is used.
        checkpoints : sequence of int
            Epochs, from 1 to ``recipe.epochs``; 0 stands for the given weights and is passed over.

        Returns
        -------
        mapping of int to str
            Epoch to folder, without 0.

        Raises
        ------
        InputError
            If a checkpoint lies beyond the last epoch, or the rows cannot be learned.
        """
        wanted = sorted({c for c in checkpoints if c != 0})
        beyond = [c for c in wanted if not 0 < c <= recipe.epochs]
        if beyond:
            raise InputError(f"{name}: checkpoint {beyond[0]} is not among the epochs 1 to {recipe.epochs}")
        tokenizer = self._tokenizer(weights)
        end = (end_of_turn(tokenizer),)
        plan = self._plan(tokenizer, rows, Tails(end, end), recipe, loss="full", seed=seed)
        made: dict[int, str] = {}
        with seeded(derive_seed(seed, "fine-tuning"), self.device):
            model = self._adapter(self._model(weights), recipe, steps=len(plan.steps))

            def keep(step: int) -> None:
                epoch, rest = divmod(step, plan.steps_per_epoch)
                if rest == 0 and epoch in wanted:
                    made[epoch] = str(self._merged(model, tokenizer, weights, out / f"e{epoch}"))
                    progress.note(f"{name}: epoch {epoch} merged and saved")

            report = self._fit(model, tokenizer, plan, recipe, out, progress, after=keep)
        hashes = {f"e{epoch}": _weights_sha256(Path(folder)) for epoch, folder in made.items()}
        document = self._document(model, rows, plan, report, recipe, weights, name, seed, "fine-tuning")
        write_json(out / CARD, document | {"checkpoints": hashes})
        return made

    def describe(self) -> dict[str, Any]:
        """Engine, versions, device, number format and threads, as JSON."""
        import torch

        cuda = self.device.startswith("cuda")
        return {
            "engine": "peft",
            "versions": {name: metadata.version(name) for name in ("torch", "transformers", "peft")},
            "device": torch.cuda.get_device_name(self.device) if cuda else platform.machine() + " CPU",
            "dtype": self.dtype,
            "threads": torch.get_num_threads(),
            "optimizer": OPTIMIZER,
        }

    def close(self) -> None:
        """Free cached memory; models are freed after each training."""
        if self.device.startswith("cuda"):
            import torch

            torch.cuda.empty_cache()

    # --- parts of a training ---

    def _tokenizer(self, weights: str) -> Any:
        return load_tokenizer(weights, None if Path(weights).is_dir() else self.revision)

    def _model(self, weights: str) -> Any:
        revision = None if Path(weights).is_dir() else self.revision
        model = load_model(weights, dtype=self.dtype, device=self.device, revision=revision)
        model.config.use_cache = False
        return model

    def _adapter(self, model: Any, recipe: TrainingSpec | SftSpec, *, steps: int) -> Any:
        peft = _peft()
        modules = recipe.target_modules
        config = peft.LoraConfig(
            r=recipe.rank,
            lora_alpha=recipe.alpha,
            lora_dropout=recipe.dropout,
            use_rslora=recipe.rslora,
            target_modules=modules if isinstance(modules, str) else list(modules),
            task_type="CAUSAL_LM",
        )
        if recipe.gradient_checkpointing:
            _checkpoint_activations(model)
        try:
            with older_names():
                # in the base's number format: the loop keeps the fp32 copy, and no product has to change formats
                wrapped = peft.get_peft_model(model, config, autocast_adapter_dtype=False)
        except ValueError as error:
            raise InputError(f"target_modules is {modules!r}: {error}") from error
        if self._compiles(recipe, steps):
            import torch

            for layer in wrapped.get_base_model().get_decoder().layers:
                layer.forward = torch.compile(layer.forward, dynamic=True)
        return wrapped

    def _compiles(self, recipe: TrainingSpec | SftSpec, steps: int) -> bool:
        if recipe.compile == "auto":
            return self.device.startswith("cuda") and steps >= _COMPILE_STEPS
        return recipe.compile

    def _plan(
        self,
        tokenizer: Any,
        rows: Sequence[TrainingRow],
        tails: Tails,
        recipe: TrainingSpec | SftSpec,
        *,
        loss: str,
        seed: int,
    ) -> _Plan:
        encoded = encode_rows(tokenizer, rows, tails=tails, loss=loss, max_length=recipe.max_length)
        multiple = _MULTIPLE["cuda" if self.device.startswith("cuda") else "cpu"]
        lengths = [len(e.ids) for e in encoded]
        steps: list[list[Batch]] = []
        for epoch in range(recipe.epochs):
            order = order_epoch(lengths, batch_size=recipe.batch_size, seed=seed, epoch=epoch)
            batches = [collate([encoded[i] for i in b], pad=tokenizer.pad_token_id, multiple=multiple) for b in order]
            steps += [batches[k : k + recipe.accumulation] for k in range(0, len(batches), recipe.accumulation)]
        return _Plan(steps, len(steps) // recipe.epochs, encoded)

    def _fit(
        self,
        model: Any,
        tokenizer: Any,
        plan: _Plan,
        recipe: TrainingSpec | SftSpec,
        out: Path,
        progress: Progress,
        *,
        first_marker: int | None = None,
        after: Callable[[int], None] | None = None,
    ) -> FitReport:
        out.mkdir(parents=True, exist_ok=True)
        how = Optimisation(
            learning_rate=recipe.learning_rate,
            schedule=recipe.schedule,
            warmup_ratio=recipe.warmup_ratio,
            weight_decay=recipe.weight_decay,
            max_grad_norm=recipe.max_grad_norm,
            accumulation=recipe.accumulation,
        )
        with Curve(out / CURVE) as curve:

            def each(record: Mapping[str, float]) -> None:
                curve.add(record)
                progress.advance(tokens=int(record["tokens"]))

            def done(step: int) -> None:
                if after is not None:
                    after(step)
                if self.probe is not None and (step % self.probe_every == 0 or step == len(plan.steps)):
                    model.eval()
                    curve.add({"step": step, "probe": dict(self.probe(model, tokenizer, step))})

            try:
                return fit(model, plan.steps, how=how, first_marker=first_marker, on_step=each, after_step=done)
            except (RuntimeError, MemoryError) as error:
                if not out_of_memory(error):
                    raise
                raise LeakstatsError(
                    f"training does not fit into memory with batch_size = {recipe.batch_size} and rows of up to "
                    f"{max(len(e.ids) for e in plan.encoded)} tokens; lower batch_size and raise accumulation by as "
                    "much, which learns the same"
                ) from error

    def _save(self, model: Any, out: Path, weights: str) -> None:
        """The adapter alone, naming its base without a path of this machine."""
        model.peft_config["default"].base_model_name_or_path = weights_name(weights)
        model.save_pretrained(str(out), safe_serialization=True, save_embedding_layers=False)
        (out / "README.md").unlink(missing_ok=True)

    def _merged(self, model: Any, tokenizer: Any, weights: str, folder: Path) -> Path:
        """Merge the adapter as it is now into the base's own files, on the CPU."""
        peft = _peft()
        adapter = folder / "adapter"
        if folder.exists():
            shutil.rmtree(folder)
        self._save(model, adapter, weights)
        revision = None if Path(weights).is_dir() else self.revision
        base = load_model(weights, dtype=self.dtype, device="cpu", revision=revision)
        with older_names():
            whole = peft.PeftModel.from_pretrained(base, str(adapter), autocast_adapter_dtype=False)
        merged = whole.merge_and_unload(safe_merge=True)
        with without_bars():
            merged.save_pretrained(str(folder), safe_serialization=True)
        tokenizer.save_pretrained(str(folder))
        return folder

    def _card(
        self,
        model: Any,
        rows: Sequence[TrainingRow],
        plan: _Plan,
        report: FitReport,
        recipe: TrainingSpec | SftSpec,
        out: Path,
        weights: str,
        name: str,
        seed: int,
        kind: str,
        extra: Mapping[str, Any],
    ) -> AdapterRef:
        digest = sha256_of(read_bytes(out / WEIGHTS_FILE))
        document = self._document(model, rows, plan, report, recipe, weights, name, seed, kind)
        write_json(out / CARD, document | dict(extra) | {"sha256": digest})
        return AdapterRef(name, out, digest)

    def _document(
        self,
        model: Any,
        rows: Sequence[TrainingRow],
        plan: _Plan,
        report: FitReport,
        recipe: TrainingSpec | SftSpec,
        weights: str,
        name: str,
        seed: int,
        kind: str,
    ) -> dict[str, Any]:
        trainable, total = model.get_nb_trainable_parameters()
        folder = Path(weights)
        return {
            "schema": "training-card.v1",
            "name": name,
            "kind": kind,
            "base": weights_name(weights),
            "base_sha256": _weights_sha256(folder) if folder.is_dir() else None,
            "recipe": _recipe(recipe),
            "compiled": self._compiles(recipe, report.steps),
            "training_seed": seed,
            "rows": {
                "positive": sum(r.positive for r in rows),
                "negative": sum(not r.positive for r in rows),
                "personas": {p: sum(r.persona == p for r in rows) for p in sorted({r.persona for r in rows})},
                "cut": sum(e.cut > 0 for e in plan.encoded),
                "longest_tokens": max(len(e.ids) for e in plan.encoded),
            },
            "data_sha256": rows_sha256(rows),
            "parameters": {"trained": int(trainable), "total": int(total)},
            "steps": report.steps,
            "tokens": report.tokens,
            "final_loss": report.final_loss,
            "wall_s": round(report.wall_s, 3),
            "made_with": self.describe(),
        }


def _recipe(recipe: TrainingSpec | SftSpec) -> dict[str, Any]:
    """The recipe as JSON, its data set by name: a path would make the cards of two machines differ."""
    document = asdict(recipe)
    if document.get("data") is not None:
        document["data"] = Path(document["data"]).name
    return document


def _checkpoint_activations(model: Any) -> None:
    """Keep no activations inside a block; transformers renamed the method in version 5."""
    enable = getattr(model, "activation_checkpointing_enable", None) or model.gradient_checkpointing_enable
    enable({"use_reentrant": False})


def _weights_sha256(folder: Path) -> str:
    """One digest for all safetensors files of a model folder."""
    files = sorted(p for p in folder.glob("*.safetensors"))
    return sha256_of("".join(f"{p.name} {sha256_of(read_bytes(p))}\n" for p in files).encode())


def _peft() -> Any:
    try:
        import peft
    except ModuleNotFoundError as error:
        if error.name != "peft":
            raise
        raise MissingDependency("training an adapter", extra="models") from error
    return peft
