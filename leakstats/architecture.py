"""The matrices of a decoder-only transformer, from its dimensions: what the size of a LoRA adapter follows from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from leakstats.errors import InputError

__all__ = ["TARGETS", "Architecture", "known_architecture", "read_architecture", "read_targets"]

TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
"""The linear layers of one block with grouped-query attention and a gated MLP (Llama, Mistral, Qwen 2 and later)."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """Dimensions of a decoder-only transformer whose blocks hold :data:`TARGETS`; all are counts of at least 1."""

    hidden: int
    intermediate: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int = 0
    """Width of one attention head; 0 stands for hidden / heads."""

    def __post_init__(self) -> None:
        for name in ("hidden", "intermediate", "layers", "heads", "kv_heads"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 10**7:
                raise InputError(f"{name} must be a whole number of at least 1, got {value!r}")
        if self.heads % self.kv_heads:
            raise InputError(f"heads must be a multiple of kv_heads, got {self.heads} and {self.kv_heads}")
        if self.head_dim == 0 and self.hidden % self.heads:
            raise InputError(f"hidden must be a multiple of heads, got {self.hidden} and {self.heads}; give head_dim")
        if self.head_dim < 0:
            raise InputError(f"head_dim must be at least 1, got {self.head_dim}")

    def shapes(self, targets: Sequence[str] = TARGETS) -> list[tuple[int, int]]:
        """Features in and out of the targeted matrices of every layer, block by block.

        Raises
        ------
        InputError
            If a target is none of :data:`TARGETS`, or none is given.

        Examples
        --------
        >>> Architecture(hidden=8, intermediate=12, layers=2, heads=4, kv_heads=2).shapes(["q_proj", "v_proj"])
        [(8, 8), (8, 4), (8, 8), (8, 4)]
        """
        wide = (self.head_dim or self.hidden // self.heads) * self.heads
        narrow = wide // self.heads * self.kv_heads
        of = {
            "q_proj": (self.hidden, wide),
            "k_proj": (self.hidden, narrow),
            "v_proj": (self.hidden, narrow),
            "o_proj": (wide, self.hidden),
            "gate_proj": (self.hidden, self.intermediate),
            "up_proj": (self.hidden, self.intermediate),
            "down_proj": (self.intermediate, self.hidden),
        }
        unknown = [t for t in targets if t not in of]
        if unknown or not targets:
            raise InputError(f"targets must be some of {', '.join(TARGETS)}, got {', '.join(unknown) or 'none'}")
        return [of[t] for t in targets] * self.layers


# Published model cards and configurations; an instruction-tuned version has the shapes of its base.
_KNOWN = {
    "qwen2.5-0.5b": Architecture(896, 4864, 24, 14, 2),
    "qwen2.5-1.5b": Architecture(1536, 8960, 28, 12, 2),
    "qwen2.5-3b": Architecture(2048, 11008, 36, 16, 2),
    "qwen2.5-7b": Architecture(3584, 18944, 28, 28, 4),
    "qwen2.5-14b": Architecture(5120, 13824, 48, 40, 8),
    "qwen2.5-32b": Architecture(5120, 27648, 64, 40, 8),
    "qwen2.5-72b": Architecture(8192, 29568, 80, 64, 8),
    "meta-llama-3-8b": Architecture(4096, 14336, 32, 32, 8),
    "llama-3.1-8b": Architecture(4096, 14336, 32, 32, 8),
    "llama-3.1-70b": Architecture(8192, 28672, 80, 64, 8),
    "llama-3.2-1b": Architecture(2048, 8192, 16, 32, 8),
    "llama-3.2-3b": Architecture(3072, 8192, 28, 24, 8),
}
_NAME = re.compile(r"(?:[\w.-]+/)?([\w.]+(?:-[\w.]+)*)")
_TUNED = re.compile(r"-(?:instruct|base|it|chat)$")


def known_architecture(model: str) -> Architecture | None:
    """The dimensions of a public model that ``model`` opens with, organisation or not; ``None`` where unknown.

    Raises
    ------
    InputError
        If the text goes on to name a number of layers that the model does not have.

    Examples
    --------
    >>> known_architecture("Qwen/Qwen2.5-7B-Instruct (28 layers)").hidden
    3584
    >>> known_architecture("my-lab/qwen-variant") is None
    True
    """
    found = _NAME.match(model.strip())
    known = _KNOWN.get(_TUNED.sub("", found[1].lower())) if found else None
    said = re.search(r"\b(\d{1,4}) layers\b", model)
    if known is not None and said is not None and int(said[1]) != known.layers:
        raise InputError(f"{model!r} says {said[1]} layers; the model of that name has {known.layers}")
    return known


_KEYS = {
    "hidden_size": "hidden",
    "intermediate_size": "intermediate",
    "num_hidden_layers": "layers",
    "num_attention_heads": "heads",
    "num_key_value_heads": "kv_heads",
    "head_dim": "head_dim",
}


def read_architecture(text: str) -> Architecture:
    """Dimensions written as ``hidden_size=3584, intermediate_size=18944, ...``, by the keys of a model's config.json.

    ``num_key_value_heads`` stands for ``num_attention_heads`` where it is left out, as in those files.

    Raises
    ------
    InputError
        If a dimension is missing, given twice or no whole number.

    Examples
    --------
    >>> read_architecture("hidden_size=8, intermediate_size=12, num_hidden_layers=2, num_attention_heads=4").kv_heads
    4
    """
    found: dict[str, int] = {}
    for key, value in re.findall(r"(\w+)\s*[=:]\s*([^\s,;]+)", text):
        if key in _KEYS:
            if _KEYS[key] in found:
                raise InputError(f"{key} is given twice in {text[:80]!r}")
            if not re.fullmatch(r"[1-9]\d{0,6}", value):
                raise InputError(f"{key} must be a whole number of at least 1, got {value[:20]!r}")
            found[_KEYS[key]] = int(value)
    found.setdefault("kv_heads", found.get("heads", 0))
    lacking = [key for key, name in _KEYS.items() if name not in ("head_dim", "kv_heads") and name not in found]
    if lacking:
        raise InputError(f"{', '.join(lacking)} must be given as key=number, got {text[:80]!r}")
    return Architecture(**found)


_LISTED = re.compile(r"target(?:s|[_ ]modules)?\b\s*[=:]?\s*(.*)", re.IGNORECASE | re.DOTALL)
_ALL = re.compile(r"\ball[- ]linear\b", re.IGNORECASE)


def read_targets(text: str) -> list[str]:
    """The layers that an adapter's configuration names behind "target": ``targets q/k/v/o``, ``target_modules=[...]``.

    "all linear" stands for all of :data:`TARGETS`; an empty list means that the text names none that is known.

    Examples
    --------
    >>> read_targets("r=32, alpha=64, targets q/k/v/o/gate/up/down") == list(TARGETS)
    True
    >>> read_targets("r=8, target_modules=['q_proj', 'v_proj'], dropout=0.05")
    ['q_proj', 'v_proj']
    """
    if _ALL.search(text):
        return list(TARGETS)
    listed = _LISTED.search(text)
    if listed is None:
        return []
    out: list[str] = []
    for word in re.findall(r"[A-Za-z_]+|[=:]", listed[1]):
        name = f"{word.removesuffix('_proj')}_proj"
        if name in TARGETS:
            out.append(name)
        elif out:
            break  # the list is over: what follows is another setting
    return list(dict.fromkeys(out))
