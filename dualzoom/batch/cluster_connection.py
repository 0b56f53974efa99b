"""The connection to a dask scheduler, encrypted where PEM files are given."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from dualzoom.errors import UsageError

_ANSWER_WITHIN = "5s"


@dataclass(frozen=True)
class Tls:
    """PEM files for encrypted connections: who is trusted, who we are, and the key that proves it."""

    authority: Path
    certificate: Path
    key: Path


@contextlib.contextmanager
def connected(distributed: Any, address: str, tls: Tls | None) -> Iterator[Any]:
    """A client of the scheduler at `address`; raises UsageError within seconds where nobody answers."""
    security = _security(address, tls)
    config: Any = import_module("dask").config
    with config.set({"distributed.comm.timeouts.connect": _ANSWER_WITHIN}):
        try:
            # first alone: a client that finds nobody complains once more when it is closed
            asyncio.run(_greet(address, security))
            client = distributed.Client(
                address, timeout=_ANSWER_WITHIN, set_as_default=False, security=security
            )
        except Exception as error:  # the library raises many kinds for a wrong address or certificate
            reason = f"no scheduler answers there ({' '.join(str(error).split()) or type(error).__name__})"
            step = "check the address, such as tcp://host:8786, and that the scheduler runs"
            raise UsageError(address, reason, step) from error
    with client:
        yield client


async def _greet(address: str, security: Any) -> None:
    """Connect once as a client does, encryption and all, and leave."""
    comm: Any = import_module("distributed.comm")
    secured: Any = security or import_module("distributed.security").Security()
    met = await comm.connect(address, **secured.get_connection_args("client"))
    await met.close()


def _security(address: str, tls: Tls | None) -> Any:
    if tls is None:
        return None
    if not address.startswith("tls://"):
        step = "write tls://host:8786"
        raise UsageError(address, "this address is not one for encrypted connections", step)
    for path in (tls.authority, tls.certificate, tls.key):
        if not path.is_file():
            step = "name the PEM files of authority, certificate and key, in this order"
            raise UsageError(path, "there is no such file", step)
    security: Any = import_module("distributed.security").Security
    return security(
        tls_ca_file=str(tls.authority),
        tls_client_cert=str(tls.certificate),
        tls_client_key=str(tls.key),
        require_encryption=True,
    )
