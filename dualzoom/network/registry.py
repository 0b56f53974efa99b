"""From a configuration to an (untrained) network, and back.

A configuration is plain JSON: {"architecture": NAME, …the fields of that network's config dataclass}. The
network's files are imported only when asked for.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict

from dualzoom.network.contract import RestorationNetwork

Builder = Callable[[Mapping[str, object]], RestorationNetwork]


def _dcsr(fields: Mapping[str, object]) -> RestorationNetwork:
    from dualzoom.network.dcsr import Dcsr, DcsrConfig

    return Dcsr(DcsrConfig(**fields))  # type: ignore[arg-type]


def _dcsr_lite(fields: Mapping[str, object]) -> RestorationNetwork:
    from dualzoom.network.dcsr_lite import DcsrLite, DcsrLiteConfig

    return DcsrLite(DcsrLiteConfig(**fields))  # type: ignore[arg-type]


def _dcsr_best(fields: Mapping[str, object]) -> RestorationNetwork:
    from dualzoom.network.dcsr_best import DcsrBest, DcsrBestConfig

    return DcsrBest(DcsrBestConfig(**fields))  # type: ignore[arg-type]


def _dcsr_frames(fields: Mapping[str, object]) -> RestorationNetwork:
    from dualzoom.network.frames.dcsr_frames import DcsrFrames, DcsrFramesConfig

    return DcsrFrames(DcsrFramesConfig(**fields))  # type: ignore[arg-type]


def _dcsr_official(fields: Mapping[str, object]) -> RestorationNetwork:
    from dualzoom.network.compat import OfficialConfig, OfficialDcsr

    return OfficialDcsr(OfficialConfig(**fields))  # type: ignore[arg-type]


#: Field of older files → its name today; None: it described a step that networks no longer have, and means nothing.
_FORMER_FIELDS: dict[str, str | None] = {
    "presumes_real": "assume_native",
    "projection": None,
    "projection_leeway": None,
}

#: Name of an architecture → what builds it from the rest of the configuration.
BUILDERS: dict[str, Builder] = {
    "dcsr": _dcsr,
    "dcsr-lite": _dcsr_lite,
    "dcsr-best": _dcsr_best,
    "dcsr-frames": _dcsr_frames,
    "dcsr-official": _dcsr_official,
}


def build_network(config: Mapping[str, object]) -> RestorationNetwork:
    """The network that `config` describes, with fresh parameters; fields of older files are understood.

    Raises ValueError where the architecture is unknown or a field does not fit it.
    """
    fields = _translated(config)
    name = fields.pop("architecture", None)
    builder = BUILDERS.get(name) if isinstance(name, str) else None
    if builder is None:
        raise ValueError(f"architecture {name!r} is none of {', '.join(BUILDERS)}")
    try:
        return builder(fields)
    except TypeError as error:  # a field of another version, or of the wrong kind
        raise ValueError(f"{name}: {error}") from error


def describe(network: RestorationNetwork) -> dict[str, object]:
    """The configuration from which `build_network` builds `network` again."""
    return {"architecture": network.architecture, **asdict(network.config)}


def _translated(config: Mapping[str, object]) -> dict[str, object]:
    """`config` in today's names; raises ValueError where it holds a field under both its names."""
    fields: dict[str, object] = {}
    for name, value in config.items():
        today = _FORMER_FIELDS.get(name, name)
        if today in fields:
            raise ValueError(f"{today} is given twice, also as {name}")
        if today is not None:
            fields[today] = value
    return fields
