"""From a configuration to an (untrained) network.

A configuration is plain JSON: {"architecture": NAME, …the fields of that network's config dataclass}. The
network's files are imported only when asked for.
"""

from collections.abc import Callable, Mapping

from torch import nn

Builder = Callable[[Mapping[str, object]], nn.Module]


def _dcsr(fields: Mapping[str, object]) -> nn.Module:
    from dualzoom.network.dcsr import Dcsr, DcsrConfig

    return Dcsr(DcsrConfig(**fields))  # type: ignore[arg-type]


def _dcsr_lite(fields: Mapping[str, object]) -> nn.Module:
    from dualzoom.network.dcsr_lite import DcsrLite, DcsrLiteConfig

    return DcsrLite(DcsrLiteConfig(**fields))  # type: ignore[arg-type]


def _dcsr_official(fields: Mapping[str, object]) -> nn.Module:
    from dualzoom.network.compat import OfficialConfig, OfficialDcsr

    return OfficialDcsr(OfficialConfig(**fields))  # type: ignore[arg-type]


#: Fields of older files for a step that networks no longer end with (what they kept of the wide); without meaning now.
_RETIRED = ("projection", "projection_leeway")

#: Name of an architecture → what builds it from the rest of the configuration.
BUILDERS: dict[str, Builder] = {"dcsr": _dcsr, "dcsr-lite": _dcsr_lite, "dcsr-official": _dcsr_official}


def build_network(config: Mapping[str, object]) -> nn.Module:
    """The network `config` describes, with fresh parameters.

    Raises ValueError where the architecture is unknown or a field does not fit it.
    """
    fields = {name: value for name, value in config.items() if name not in _RETIRED}
    name = fields.pop("architecture", None)
    builder = BUILDERS.get(name) if isinstance(name, str) else None
    if builder is None:
        raise ValueError(f"architecture {name!r} is none of {', '.join(BUILDERS)}")
    try:
        return builder(fields)
    except TypeError as error:  # a field of another version, or of the wrong kind
        raise ValueError(f"{name}: {error}") from error
