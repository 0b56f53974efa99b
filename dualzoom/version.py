"""The version that is installed."""

from importlib.metadata import PackageNotFoundError, version


def installed_version() -> str:
    """As the package says, or "0+source" for a checkout that was never installed."""
    try:
        return version("dualzoom")
    except PackageNotFoundError:
        return "0+source"
