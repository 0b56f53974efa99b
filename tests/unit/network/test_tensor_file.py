"""A header is read as it was written; a file that is not whole, or lies about a size, is refused in one line."""

import contextlib
import json
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load, save, save_file

from dualzoom.errors import WeightsError
from dualzoom.network.tensor_file import MAX_HEADER_BYTES, in_order, read_header

DTYPES = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
}  # fmt: skip
TENSORS = {
    "a": torch.arange(6.0).reshape(2, 3),
    "b.bias": torch.zeros(4, dtype=torch.float16),
    "c": torch.ones(()),
}
WHOLE = save(TENSORS, metadata={"config": "{}"})
shapes = st.lists(st.integers(0, 4), max_size=3).map(tuple)
entries = st.dictionaries(
    st.text(min_size=1, max_size=8), st.tuples(st.sampled_from(list(DTYPES)), shapes), max_size=5
)
on_disk = settings(
    max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def refused(path: Path) -> str:
    with pytest.raises(WeightsError) as caught:
        read_header(path)
    assert caught.value.subject == str(path)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def with_header(header: object, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


@given(entries, st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3))
@on_disk
def test_what_was_written_is_read(
    tmp_path: Path, wanted: dict[str, tuple[torch.dtype, tuple[int, ...]]], metadata: dict[str, str]
) -> None:
    wanted = {name: entry for name, entry in wanted.items() if name != "__metadata__"}
    path = tmp_path / "a.safetensors"
    save_file(
        {name: torch.zeros(shape, dtype=kind) for name, (kind, shape) in wanted.items()},
        path,
        metadata or None,
    )
    found = read_header(path)
    assert found.tensors == {name: (DTYPES[kind], shape) for name, (kind, shape) in wanted.items()}
    assert found.metadata == metadata


def test_every_truncation_and_every_byte_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    for length in range(len(WHOLE)):
        path.write_bytes(WHOLE[:length])
        refused(path)
    path.write_bytes(WHOLE + b"\0")
    refused(path)
    path.write_bytes(WHOLE)
    read_header(path)


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
@on_disk
def test_a_changed_byte_gives_a_header_that_adds_up_or_one_error(tmp_path: Path, at: int, by: int) -> None:
    data = bytearray(WHOLE)
    data[at] ^= by
    path = tmp_path / "a.safetensors"
    path.write_bytes(data)
    found = None
    with contextlib.suppress(WeightsError):
        found = read_header(path)
    if found is None:
        refused(path)
        return
    bytes_of = {name: torch.zeros(0, dtype=kind).element_size() for kind, name in DTYPES.items()}
    sizes = [bytes_of[kind] * torch.Size(shape).numel() for kind, shape in found.tensors.values()]
    assert sum(sizes) == len(data) - 8 - int.from_bytes(data[:8], "little")


def entry(begin: int, end: int, shape: object = None, dtype: object = "U8") -> dict[str, object]:
    return {"dtype": dtype, "shape": [end - begin] if shape is None else shape, "data_offsets": [begin, end]}


@pytest.mark.parametrize(
    "header",
    [
        {"a": entry(0, 4), "b": entry(5, 8)},
        {"a": entry(0, 4), "b": entry(3, 8)},
        {"a": entry(0, 4), "b": entry(0, 4)},
        {"a": entry(1, 8)},
        {"a": entry(0, 7)},
        {"a": entry(0, 9)},
        {"a": entry(8, 0, [8])},
        {"a": entry(0, 8, [-8])},
        {"a": entry(0, 8, [-2, -4])},
        {"a": entry(0, 8, [8.0])},
        {"a": entry(0, 8, [True, 8])},
        {"a": entry(0, 8, "8")},
        {"a": entry(0, 8, [2, 4], "F99")},
        {"a": entry(0, 8, [8], ["U8"])},
        {"a": entry(0, 8, [10**30, 10**30])},
        {"a": {"dtype": "U8", "shape": [8], "data_offsets": [0, 4, 8]}},
        {"a": {"dtype": "U8", "shape": [8]}},
        {"a": 8},
        {"__metadata__": 3},
        [],
        "text",
        None,
        b"\xff\xfe",
        b"[" * 100_000,
        b"",
    ],
    ids=str,
)
def test_sizes_that_do_not_add_up_are_refused(tmp_path: Path, header: object) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(with_header(header, bytes(8)))
    assert "header is damaged" in refused(path)


def test_tensors_may_stand_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(with_header({"b": entry(4, 8), "empty": entry(4, 4), "a": entry(0, 4)}, bytes(8)))
    assert set(read_header(path).tensors) == {"a", "b", "empty"}


def test_a_long_header_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    header = b" " * (MAX_HEADER_BYTES + 1)
    path.write_bytes(with_header(header))
    assert "not a whole safetensors file" in refused(path)
    path.write_bytes((1 << 63).to_bytes(8, "little") + bytes(100))
    assert "not a whole safetensors file" in refused(path)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickle_is_called_one(tmp_path: Path, zipped: bool) -> None:
    path = tmp_path / "a.safetensors"
    torch.save({"a": torch.zeros(1)}, path, _use_new_zipfile_serialization=zipped)
    assert "pickle, which can run code" in refused(path)


def test_what_cannot_be_read_is_said_in_the_systems_words(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path / "nowhere.safetensors")
    assert "Is a directory" in refused(tmp_path)


def test_metadata_in_any_order_make_one_file(tmp_path: Path) -> None:
    """Two orders of the same five entries are one file afterwards, with the same tensors in it."""
    entries = {name: name * 3 for name in ("e", "b", "ä", "d", "c")}
    start = 8 + int.from_bytes(WHOLE[:8], "little")
    files = set()
    for names in (sorted(entries), sorted(entries, reverse=True)):
        header = json.loads(WHOLE[8:start]) | {"__metadata__": {name: entries[name] for name in names}}
        text = json.dumps(header).encode()
        files.add(in_order(len(text).to_bytes(8, "little") + text + WHOLE[start:]))
    (whole,) = files
    (tmp_path / "a.safetensors").write_bytes(whole)
    assert read_header(tmp_path / "a.safetensors").metadata == entries
    assert int.from_bytes(whole[:8], "little") % 8 == 0
    loaded = load(whole)
    assert loaded.keys() == TENSORS.keys()
    assert all(torch.equal(loaded[name], value) for name, value in TENSORS.items())
