"""Networks' configurations come from files, so each field is checked before anything is built of it."""

from dataclasses import dataclass, fields

_LARGEST = 512  # wider or deeper than any network here by far


@dataclass(frozen=True, kw_only=True)
class NetworkConfig:
    """What builds a network: fields of type bool, int or float.

    They are held to their types and to 0..512, counts to 1..512; raises TypeError, ValueError naming the field.
    """

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
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
