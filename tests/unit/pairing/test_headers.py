"""Each file is read once, whatever comes of it."""

import pytest

from dualzoom.errors import CaptureError
from dualzoom.pairing import headers


def test_a_header_is_read_once_and_a_failure_fails_again(tmp_path, shoot, monkeypatch):
    good, bad = shoot("a.jpg"), tmp_path / "b.jpg"
    bad.write_bytes(b"no photo")
    read, seen = headers.read_header, []
    monkeypatch.setattr(headers, "read_header", lambda path: (seen.append(path), read(path))[1])
    known = headers.Headers()
    assert known.of(good) is known.known(good) is known.of(good)
    for _ in range(2):
        assert known.known(bad) is None
        with pytest.raises(CaptureError, match=r"b\.jpg"):
            known.of(bad)
    assert seen == [good, bad]
