"""Completions as other tools store them: inspect_ai logs, lm-evaluation-harness samples, plain JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from leakstats.errors import LeakstatsError
from leakstats.experiment.archives import read_members
from leakstats.files import read_text

__all__ = ["KINDS", "Kind", "field_of", "fields_of", "read_records"]

Kind = Literal["inspect", "lm-eval", "jsonl"]
KINDS: tuple[Kind, ...] = ("inspect", "lm-eval", "jsonl")


def read_records(path: Path, kind: Kind) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each completion of a file with the place where it stands.

    Parameters
    ----------
    path : path
        An ``.eval`` or ``.json`` log (inspect), a ``samples_*.jsonl`` (lm-eval) or any JSON lines file.
    kind : {"inspect", "lm-eval", "jsonl"}

    Returns
    -------
    iterator of (str, dict)
        The dict of an inspect sample has ``id``, ``epoch``, ``system``, ``user``, ``text`` (None where the sample
        failed), ``finish``, ``model``, ``task``, ``metadata``, ``scores`` and ``error``; that of an lm-eval response
        ``doc``, ``doc_id``, ``repeat``, ``prompt``, ``text``, ``target`` and ``metrics``; that of a line is the line.

    Raises
    ------
    LeakstatsError
        For files that are not what ``kind`` says, with the place.
    """
    if kind == "inspect":
        yield from _inspect(path)
    elif kind == "lm-eval":
        yield from _lm_eval(path)
    else:
        yield from _lines(path)


def field_of(record: Mapping[str, Any], name: str) -> Any:
    """The value at a dotted name such as ``metadata.persona``; None where there is none.

    A key that holds dots itself is found too, the longest first.

    Examples
    --------
    >>> field_of({"doc": {"persona": "nurse", "a.b": 1}}, "doc.persona"), field_of({"doc": {"a.b": 1}}, "doc.a.b")
    ('nurse', 1)
    """
    if name in record:
        return record[name]
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        inner = record.get(".".join(parts[:cut]))
        if isinstance(inner, Mapping):
            return field_of(inner, ".".join(parts[cut:]))
    return None


def fields_of(record: Mapping[str, Any], prefix: str = "") -> list[str]:
    """The dotted names of all values of a record that are text, numbers or truth values."""
    out = []
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            out += fields_of(value, f"{name}.")
        elif isinstance(value, str | int | float):
            out.append(name)
    return out


def _parse(text: str, where: str) -> Any:
    try:
        # other tools write NaN for scores that are missing
        return json.loads(text, parse_constant=lambda _: None)
    except ValueError as error:
        raise LeakstatsError(f"{where}: not JSON: {error}") from None
    except RecursionError:
        raise LeakstatsError(f"{where}: nested too deeply to be a log") from None


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise LeakstatsError(f"{where}: is a {type(value).__name__}; expected an object")
    return value


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    # not splitlines(): texts may hold line separators that JSON need not escape
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if line.strip():
            where = f"{path}:{number}"
            yield where, _object(_parse(line, where), where)


# --- inspect_ai: an .eval is a zip with one JSON file a sample, a .json holds them all ---


def _inspect(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    if path.suffix == ".eval":
        headers = [
            _object(_parse(_utf8(data, path), f"{path}: header"), str(path))
            for _, data in read_members(path, "header.json")
        ]
        if not headers:
            raise LeakstatsError(
                f"{path}: has no header.json, so the evaluation did not end; mend it with `inspect log recover` first"
            )
        about = headers[0].get("eval", {})
        for name, data in read_members(path, "samples/*.json"):
            where = f"{path}: {name}"
            yield where, _inspect_sample(_object(_parse(_utf8(data, path), where), where), about, where)
        return
    log = _object(_parse(read_text(path), str(path)), str(path))
    if "eval" not in log or not isinstance(log.get("samples"), list):
        raise LeakstatsError(f"{path}: has no 'eval' and 'samples', so it is no inspect_ai log with samples")
    for i, sample in enumerate(log["samples"]):
        where = f"{path}: samples[{i}]"
        yield where, _inspect_sample(_object(sample, where), log["eval"], where)


def _utf8(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise LeakstatsError(f"{path}: holds text that is not UTF-8: {error.reason}") from None


def _inspect_sample(sample: dict[str, Any], about: Any, where: str) -> dict[str, Any]:
    attachments = sample.get("attachments") or {}
    output = _object(sample.get("output") or {}, f"{where}, output")
    choices = output.get("choices") or []
    text = finish = None
    if choices and not sample.get("error"):
        text = output.get("completion")
        if not isinstance(text, str):
            text = _said(choices[0].get("message") or {}, attachments)
        text = _attached(text, attachments)
        finish = choices[0].get("stop_reason")
    messages = sample.get("messages") or []
    about = about if isinstance(about, dict) else {}
    return {
        "id": sample.get("id"),
        "epoch": sample.get("epoch"),
        "system": _last(messages, "system", attachments),
        "user": _last(messages, "user", attachments),
        "text": text,
        "finish": finish,
        "model": output.get("model") or about.get("model"),
        "task": about.get("task"),
        "metadata": sample.get("metadata") or {},
        "scores": sample.get("scores") or {},
        "error": (sample.get("error") or {}).get("message"),
    }


def _last(messages: Any, role: str, attachments: Mapping[str, Any]) -> str | None:
    said = [_said(m, attachments) for m in messages if isinstance(m, dict) and m.get("role") == role]
    return said[-1] if said else None


def _said(message: Mapping[str, Any], attachments: Mapping[str, Any]) -> str:
    """The text of a message: its content, or the text parts of it (not reasoning, images or tools)."""
    content = message.get("content", "")
    if isinstance(content, str):
        return _attached(content, attachments)
    parts = [p.get("text", "") for p in content if isinstance(p, dict) and p.get("type") == "text"]
    return "\n".join(_attached(p, attachments) for p in parts)


def _attached(text: str, attachments: Mapping[str, Any]) -> str:
    """Long texts stand apart from the messages, and a reference in their place."""
    key = text.removeprefix("attachment://")
    return str(attachments.get(key, text)) if key != text else text


# --- lm-evaluation-harness: a line for each document, with all its responses ---


def _lm_eval(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for where, line in _lines(path):
        missing = [k for k in ("doc", "resps") if k not in line]
        if missing:
            raise LeakstatsError(f"{where}: has no {missing[0]!r}, so it is no line of lm-eval's --log_samples")
        prompt = field_of(line, "arguments.gen_args_0.arg_0")
        arguments = line.get("arguments")
        if prompt is None and isinstance(arguments, list) and arguments and arguments[0]:
            prompt = arguments[0][0]  # older versions write lists
        metrics = {m: line.get(m) for m in line.get("metrics", []) if m in line}
        for responses in line["resps"]:
            for repeat, text in enumerate(responses if isinstance(responses, list) else [responses]):
                if not isinstance(text, str):
                    raise LeakstatsError(
                        f"{where}: response {text!r} is no text; only tasks with output_type generate_until write texts"
                    )
                yield (
                    where,
                    {
                        "doc": line["doc"] if isinstance(line["doc"], dict) else {"doc": line["doc"]},
                        "doc_id": line.get("doc_id"),
                        "repeat": repeat,
                        "prompt": prompt,
                        "text": text,
                        "target": line.get("target"),
                        "metrics": metrics,
                    },
                )
