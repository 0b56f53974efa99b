"""Text that a terminal shows as it is: names of files may hold characters that move the cursor or turn the line."""

import re

#: Control characters (C0, DEL, C1), line and paragraph separators, and what changes the direction of writing.
_ACTIVE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def plain(text: str) -> str:
    r"""`text` with every character that acts on a terminal written as an escape.

    >>> print(plain("a\nb\x1b[2J\u202egpj"))
    a\nb\x1b[2J\u202egpj
    """
    return _ACTIVE.sub(lambda found: _SHORT.get(found[0]) or _escaped(ord(found[0])), text)


def _escaped(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
