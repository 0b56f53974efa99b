"""Networks' configurations come from files, so each field is checked before anything is built of it."""

from dataclasses import fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_LARGEST = 512  # wider or deeper than any network here by far


def check(config: "DataclassInstance") -> None:
    """Hold the fields (bool, int or float, as annotated) to their types and to 0..512, counts to 1..512.

    Raises TypeError, ValueError naming the field.
    """
    for field in fields(config):
        value = getattr(config, field.name)
        is_bool = isinstance(value, bool)
        fits = isinstance(value, int | float) and not is_bool
        if field.type is bool:
            fits = is_bool
        elif field.type is int:
            fits = isinstance(value, int) and not is_bool
        if not fits:
            raise TypeError(f"{field.name} is {value!r}")
        least = 1 if field.type is int else 0
        if not is_bool and not least <= value <= _LARGEST:
            raise ValueError(f"{field.name} is {value!r}, out of range")
