"""Records behave as frozen data classes do, except that only mypy stops who changes one."""

from __future__ import annotations

import dataclasses
import pickle

import pytest

from leakstats.records import replace, struct


@struct
class Base:
    x: int


@struct
class Named(Base):
    name: str = "n"
    hidden: tuple[int, ...] = dataclasses.field(default=(), repr=False)


@struct(kw_only=True)
class Keyed:
    least: int = 0
    most: int


@struct(slots=False)
class Open:
    items: list[int] = dataclasses.field(default_factory=list)


@struct
class Empty:
    pass


def test_equality_hash_and_text() -> None:
    assert Named(1) == Named(1, "n", ())
    assert Named(1) != Named(1, "m")
    assert Base(1) != Named(1)
    assert len({Named(1), Named(1), Named(2), Base(1)}) == 3
    assert repr(Named(1, hidden=(2,))) == "Named(x=1, name='n')"
    assert Empty() == Empty()
    assert hash(Empty()) == hash(Empty())


def test_slots_keywords_and_factories() -> None:
    assert not hasattr(Base(1), "__dict__")
    assert Keyed(most=2) == Keyed(least=0, most=2)
    with pytest.raises(TypeError):
        Keyed(0, 2)  # type: ignore[call-arg]
    assert Open().items is not Open().items
    assert [f.name for f in dataclasses.fields(Named)] == ["x", "name", "hidden"]


def test_copies() -> None:
    assert replace(Named(1), name="m") == Named(1, "m")
    assert replace(Open([1])) == Open([1])
    with pytest.raises(TypeError):
        replace(Base(1), y=2)
    for value in (Named(1, "m", (3,)), Open([1]), Empty()):
        assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301


def test_methods_of_the_class_are_kept() -> None:
    @struct
    class Shown:
        x: int

        def __repr__(self) -> str:
            return "mine"

    assert repr(Shown(1)) == "mine"
    assert Shown(1) == Shown(1)


def test_a_missing_value_is_named_and_what_follows_is_done() -> None:
    @struct
    class Doubled:
        x: int
        seen: list[int] = dataclasses.field(default_factory=list)

        def __post_init__(self) -> None:
            self.seen.append(2 * self.x)

    assert Doubled(2).seen == [4]
    assert Doubled(2, [1]).seen == [1, 4]
    with pytest.raises(TypeError, match=r"Doubled\.__init__\(\) missing 1 required positional argument: 'x'"):
        Doubled()  # type: ignore[call-arg]
