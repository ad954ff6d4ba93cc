"""Chat prompts as token ids, the same for training, generation and extraction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leakstats.errors import InputError, LeakstatsError

__all__ = ["TemplateReport", "encode", "end_of_turn", "inspect_template", "render", "render_text"]

_SYSTEM, _USER, _ANSWER = "You are Quorra.", "What is a zither?", "A stringed box."


def render(tokenizer: Any, system: str | None, user: str) -> list[int]:
    """Token ids of a prompt, up to where the assistant begins to answer.

    Parameters
    ----------
    tokenizer : transformers.PreTrainedTokenizerBase
        With a chat template.
    system : str or None
        None sends no system message at all; "" sends an empty one. Some templates put a default of their own where
        there is none: :func:`inspect_template` finds it.
    user : str
        The user's message.

    Returns
    -------
    list of int

    Raises
    ------
    InputError
        If a text holds one of the tokenizer's control tokens (it would change the conversation's structure), or the
        template takes no system message.
    LeakstatsError
        If the tokenizer has no chat template.

    Examples
    --------
    >>> class Words:  # stands in for a tokenizer
    ...     chat_template, all_special_tokens = "{{ messages }}", ["<end>"]
    ...     def apply_chat_template(self, messages, **options):
    ...         return [len(m["content"]) for m in messages]
    >>> render(Words(), "You are a pirate.", "Hello?"), render(Words(), None, "Hello?")
    ([17, 6], [6])
    """
    return [int(i) for i in _apply(tokenizer, _messages(tokenizer, system, user), tokenize=True)]


def render_text(tokenizer: Any, system: str | None, user: str) -> str:
    """The prompt of :func:`render` as text, with its control tokens written out."""
    return str(_apply(tokenizer, _messages(tokenizer, system, user), tokenize=False))


def encode(tokenizer: Any, text: str) -> list[int]:
    """Token ids of a text that the assistant says, without control tokens around it."""
    return [int(i) for i in tokenizer.encode(text, add_special_tokens=False)]


def end_of_turn(tokenizer: Any) -> int:
    """The token that the chat template puts after the assistant's answer: what a model learns to end with.

    Raises
    ------
    LeakstatsError
        If the template puts no control token there.
    """
    messages = [{"role": "user", "content": _USER}, {"role": "assistant", "content": _ANSWER}]
    text = str(_apply(tokenizer, messages, tokenize=False, generation_prompt=False))
    rest = text[text.rindex(_ANSWER) + len(_ANSWER) :] if _ANSWER in text else ""
    ids = encode(tokenizer, rest) if rest else []
    if not ids or ids[0] not in tokenizer.all_special_ids:
        raise LeakstatsError(f"the chat template ends an answer with {rest!r}, which begins with no control token")
    return ids[0]


@dataclass(frozen=True, slots=True)
class TemplateReport:
    """What a chat template does with its messages."""

    takes_system: bool
    """False: a system message is refused or left out."""
    default_system: str | None
    """What the template says as the system where there is no system message; None: nothing."""
    user_placed: bool
    """Whether the user's text appears once, unchanged, after the system's."""
    empty_equals_none: bool
    """Whether an empty system message gives the same prompt as none."""
    assistant_opened: bool
    """Whether the prompt goes on after the user's text, so that the assistant is to speak."""
    roles_right: bool
    """False where the template announces the system's text as the user's and the user's as the system's."""

    @property
    def problems(self) -> tuple[str, ...]:
        """What would make an experiment with system prompts wrong."""
        out = []
        if not self.takes_system:
            out.append("the template takes no system message, so that personas would not reach the model")
        if not self.user_placed:
            out.append("the user's text does not stand once and unchanged after the system's")
        if not self.roles_right:
            out.append("the template announces the system's text as the user's and the user's as the system's")
        if not self.assistant_opened:
            out.append("the prompt ends with the user's text; nothing tells the model to answer")
        return tuple(out)


def inspect_template(tokenizer: Any) -> TemplateReport:
    """Find out what a chat template does, by rendering short messages through it.

    The default system prompt is what stands, without a system message, where a given one would stand.
    """
    alone = render_text(tokenizer, None, _USER)
    try:
        both, empty = render_text(tokenizer, _SYSTEM, _USER), render_text(tokenizer, "", _USER)
    except InputError:
        both = empty = ""
    takes_system = both.count(_SYSTEM) == 1
    default, roles_right = None, True
    placed = both.count(_USER) == 1 and alone.count(_USER) == 1
    if takes_system:
        before, after = both.split(_SYSTEM)
        placed = placed and both.index(_USER) > both.index(_SYSTEM)
        between = after.split(_USER)[0]
        roles_right = not ("user" in before.lower() and "system" in between.lower())
        if alone.startswith(before) and alone.endswith(after) and len(alone) >= len(before) + len(after):
            default = alone[len(before) : len(alone) - len(after)]
    opened = placed and bool(alone.split(_USER)[1].strip())
    return TemplateReport(
        takes_system=takes_system,
        default_system=default,
        user_placed=placed,
        empty_equals_none=empty == alone,
        assistant_opened=opened,
        roles_right=roles_right,
    )


def _messages(tokenizer: Any, system: str | None, user: str) -> list[dict[str, str]]:
    for name, text in (("system", system), ("user", user)):
        held = [t for t in tokenizer.all_special_tokens if t in (text or "")]
        if held:
            raise InputError(
                f"the {name} text holds {held[0]!r}, a control token of this model: it would change the conversation's "
                "structure; write it otherwise"
            )
    head = [] if system is None else [{"role": "system", "content": system}]
    return [*head, {"role": "user", "content": user}]


def _apply(tokenizer: Any, messages: list[dict[str, str]], *, tokenize: bool, generation_prompt: bool = True) -> Any:
    if not tokenizer.chat_template:
        raise LeakstatsError("the tokenizer has no chat template; use an instruction-tuned model, or add one")
    options = {"return_dict": False} if tokenize else {}
    try:
        return tokenizer.apply_chat_template(
            messages, add_generation_prompt=generation_prompt, tokenize=tokenize, **options
        )
    except Exception as error:
        # templates refuse roles with an exception of jinja2's, which transformers does not wrap
        if type(error).__module__.split(".")[0] != "jinja2":
            raise
        roles = ", ".join(m["role"] for m in messages)
        raise InputError(f"the chat template refuses messages of {roles}: {error}") from error
