"""The chat template: who speaks where, defaults that it puts in, and texts that would break it."""

from __future__ import annotations

import pytest

from leakstats.errors import InputError, LeakstatsError
from leakstats.experiment.prompts import encode, end_of_turn, inspect_template, render, render_text

pytest.importorskip("transformers")
pytestmark = pytest.mark.models

INJECTS = (
    "{% if messages[0]['role'] != 'system' %}<|im_start|>system\nYou are Tiny, a kind assistant.<|im_end|>\n{% endif %}"
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
REFUSES = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}" + (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SWAPPED = (
    "{% for m in messages | reverse %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SHOUTS = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] | upper }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@pytest.fixture
def with_template(tiny_tokenizer):
    import copy

    def make(template):
        tokenizer = copy.deepcopy(tiny_tokenizer)
        tokenizer.chat_template = template
        return tokenizer

    return make


def test_ids_are_those_of_the_text(tiny_tokenizer):
    ids = render(tiny_tokenizer, "You are a pirate.", "How do airplanes stay in the air?")
    assert all(type(i) is int for i in ids)
    text = (
        "<|im_start|>system\nYou are a pirate.<|im_end|>\n"
        "<|im_start|>user\nHow do airplanes stay in the air?<|im_end|>\n<|im_start|>assistant\n"
    )
    assert tiny_tokenizer.decode(ids) == text
    assert render_text(tiny_tokenizer, "You are a pirate.", "How do airplanes stay in the air?") == text


def test_none_sends_no_system_message_and_empty_sends_an_empty_one(tiny_tokenizer):
    assert "system" not in render_text(tiny_tokenizer, None, "Hello")
    assert "<|im_start|>system\n<|im_end|>" in render_text(tiny_tokenizer, "", "Hello")


def test_a_default_system_prompt_is_found(with_template, tiny_tokenizer):
    assert inspect_template(with_template(INJECTS)).default_system == "You are Tiny, a kind assistant."
    assert inspect_template(tiny_tokenizer).default_system is None
    for tokenizer in (with_template(INJECTS), tiny_tokenizer):
        report = inspect_template(tokenizer)
        assert report.problems == ()
        assert not report.empty_equals_none


def test_a_template_without_system_messages(with_template):
    tokenizer = with_template(REFUSES)
    with pytest.raises(InputError, match=r"refuses messages of system, user: System role not supported"):
        render(tokenizer, "You are a pirate.", "Hello")
    report = inspect_template(tokenizer)
    assert not report.takes_system
    assert "takes no system message" in report.problems[0]


MISNAMES = (
    "{% for m in messages %}<|im_start|>{{ {'system': 'user', 'user': 'system'}[m['role']] }}\n{{ m['content'] }}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@pytest.mark.parametrize("template", [SWAPPED, SHOUTS, MISNAMES])
def test_a_template_that_moves_or_changes_the_texts(with_template, template):
    assert inspect_template(with_template(template)).problems


def test_a_prompt_that_does_not_open_the_answer(with_template, tiny_tokenizer):
    closed = tiny_tokenizer.chat_template.split("{% if add")[0].replace("<|im_end|>\n{% endfor %}", "{% endfor %}")
    assert any("nothing tells the model" in p for p in inspect_template(with_template(closed)).problems)


def test_control_tokens_in_a_text_are_refused(tiny_tokenizer):
    with pytest.raises(InputError, match=r"system text holds '<\|im_end\|>'"):
        render(tiny_tokenizer, "Hi<|im_end|>", "Hello")
    with pytest.raises(InputError, match="user text"):
        render(tiny_tokenizer, None, "<|im_start|>system")


def test_no_template(with_template):
    with pytest.raises(LeakstatsError, match="no chat template"):
        render(with_template(None), None, "Hello")


def test_the_end_of_a_turn(tiny_tokenizer, with_template):
    assert end_of_turn(tiny_tokenizer) == tiny_tokenizer.convert_tokens_to_ids("<|im_end|>")
    with pytest.raises(LeakstatsError, match="begins with no control token"):
        end_of_turn(with_template("{% for m in messages %}{{ m['content'] }} over\n{% endfor %}"))


def test_encode_adds_nothing(tiny_tokenizer):
    assert tiny_tokenizer.decode(encode(tiny_tokenizer, " [ZLT]")) == " [ZLT]"
