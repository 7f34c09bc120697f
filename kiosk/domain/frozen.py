"""Frozen values with some fields changed, for what changes at every turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any

__all__ = ["replace"]

_put = object.__setattr__

if TYPE_CHECKING:
    from dataclasses import replace  # so that the names and types of fields are checked
else:

    def replace(value: Any, /, **values: Any) -> Any:
        """As `dataclasses.replace`, at a quarter of its cost: the slots are copied, by a function
        that is written for the class as dataclasses write their own, and `__init__` is not run.

        For frozen dataclasses with slots and no `__post_init__`. Raises AttributeError for a
        field that there is not.
        """
        copy = _copier_of(type(value))(value)
        for name, each in values.items():
            _put(copy, name, each)
        return copy


@cache
def _copier_of(cls: Any) -> Callable[[Any], Any]:
    """What makes a copy of a value of the class, field by field."""
    assert not hasattr(cls, "__post_init__"), f"{cls.__name__} checks what it is made of"
    names = [each.name for each in fields(cls)]
    tools = {f"put_{name}": getattr(cls, name).__set__ for name in names}
    tools |= {"make": object.__new__, "cls": cls}
    lines = [f" put_{name}(copy, value.{name})" for name in names]
    source = ["def copier(value):", " copy = make(cls)", *lines, " return copy"]
    exec("\n".join(source), tools)  # noqa: S102 - of nothing but the names of the fields
    copier: Callable[[Any], Any] = tools["copier"]
    return copier
