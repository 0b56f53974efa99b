"""The frame of every page: one HTML file that needs nothing else, no network and no other file.

All words are escaped by the template; scripts and styles are this package's own, and the page's content security
policy allows these by their hashes and nothing else, so that a photo's metadata can never run.
"""

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup


def render(name: str, *, title: str, remarks: Sequence[str], **values: object) -> bytes:
    """Renders `<name>.html` with `<name>.css` and, where there is one, `<name>.js`; returns UTF-8.

    `remarks`: a line of text each, below the title. `values`: what the template asks for.
    """
    environment = Environment(
        loader=FunctionLoader(_own),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = _own(f"{name}.css") or "", _own(f"{name}.js") or ""
    return (
        environment.get_template(f"{name}.html")
        .render(
            title=title,
            remarks=remarks,
            style=Markup(style),  # noqa: S704 - our own files
            script=Markup(script),  # noqa: S704
            style_hash=_hash(style),
            script_hash=_hash(script),
            **values,
        )
        .encode()
    )


def _own(name: str) -> str | None:
    """A file of this package; None where there is none."""
    file = files(__package__) / name
    return file.read_text("utf-8") if file.is_file() else None


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
