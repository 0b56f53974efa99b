"""The version is the package's own; a checkout that was never installed says so."""

from importlib.metadata import PackageNotFoundError, version

import pytest

import dualzoom
from dualzoom import version as module
from dualzoom.version import installed_version


def test_it_is_what_the_package_says() -> None:
    assert installed_version() == version("dualzoom") == dualzoom.__version__


def test_a_checkout_that_was_never_installed_is_no_release(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(module, "version", missing)
    assert installed_version() == "0+source"
