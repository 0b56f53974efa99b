"""How a batch reaches a scheduler: certificates."""

import pytest

from dualzoom.batch.cluster_connection import Tls, _security
from dualzoom.errors import UsageError


def test_certificates_need_an_address_for_them_and_must_be_there(tmp_path):
    files = [tmp_path / name for name in ("ca.pem", "cert.pem", "key.pem")]
    for file in files:
        file.touch()
    with pytest.raises(UsageError, match="not one for encrypted"):
        _security("tcp://host:1", Tls(*files))
    files[2].unlink()
    with pytest.raises(UsageError, match=r"key\.pem: there is no such file"):
        _security("tls://host:1", Tls(*files))
    assert _security("tcp://host:1", None) is None
