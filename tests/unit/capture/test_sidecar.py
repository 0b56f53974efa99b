"""Sidecars travel beside results, by the habit they had; one that is there stays."""

from dataclasses import replace

import pytest

from dualzoom import capture
from dualzoom.capture.sidecar import Sidecar
from dualzoom.settings import WriteSettings

PACKET = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:ImageWidth="128" '
    b'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="5"/></rdf:RDF></x:xmpmeta>'
)


@pytest.fixture
def result(save, rgb8, tmp_path):
    """`result("photo.jpg.xmp")`: what is read with that sidecar, made true for twice the size."""

    def run(name: str, packet: bytes = PACKET):
        (tmp_path / name).write_bytes(packet)
        photo = capture.read(save("photo.jpg", rgb8))
        beside = capture.sidecar_for_output(photo, photo.size.scale(2), "test")
        return photo, replace(photo, sidecar=beside)

    return run


@pytest.mark.parametrize(
    ("name", "there"),
    [("photo.xmp", "big.xmp"), ("photo.jpg.xmp", "big.jpg.xmp"), ("photo.XMP", "big.xmp")],
)
def test_it_is_made_true_and_keeps_its_habit(result, tmp_path, name, there):
    _, made = result(name)
    capture.write(made, tmp_path / "big.jpg")
    assert (tmp_path / there).read_bytes() == PACKET.replace(b'"128"', b'"256"')
    assert (tmp_path / name).read_bytes() == PACKET


def test_both_habits_the_nearer_name_counts(result, tmp_path):
    (tmp_path / "photo.xmp").write_bytes(PACKET.replace(b'"5"', b'"1"'))
    photo, _ = result("photo.jpg.xmp")
    assert photo.sidecar == Sidecar(PACKET, whole_name=True, source=tmp_path / "photo.jpg.xmp")


def test_one_that_is_there_stays_unless_asked(result, tmp_path):
    _, made = result("photo.xmp")
    (tmp_path / "big.xmp").write_bytes(b"mine")
    told = capture.format_notes(made, tmp_path / "big.jpg", WriteSettings())
    assert told == ("big.xmp is there already and is left alone",)
    capture.write(made, tmp_path / "big.jpg")
    assert (tmp_path / "big.xmp").read_bytes() == b"mine"
    capture.write(made, tmp_path / "big.jpg", WriteSettings(on_exists="overwrite"))
    assert (tmp_path / "big.xmp").read_bytes() == PACKET.replace(b'"128"', b'"256"')


def test_the_one_that_was_read_never_changes(result, tmp_path):
    """`photo.xmp` would be the sidecar of `photo.png`, too."""
    _, made = result("photo.xmp")
    asked = WriteSettings(on_exists="overwrite")
    assert "left alone" in capture.format_notes(made, tmp_path / "photo.png", asked)[0]
    capture.write(made, tmp_path / "photo.png", asked)
    assert (tmp_path / "photo.xmp").read_bytes() == PACKET


def test_a_renamed_result_has_a_renamed_sidecar(result, tmp_path):
    _, made = result("photo.xmp")
    for _ in range(2):
        capture.write(made, tmp_path / "big.jpg", WriteSettings(on_exists="rename"))
    assert (tmp_path / "big-1.xmp").is_file()


@pytest.mark.parametrize("packet", [b"", b"<x", b"<!DOCTYPE a []><a/>", b" " * (4 << 20) + b"<a/>  "])
def test_one_that_cannot_be_read_is_left_out_with_a_note(result, packet):
    photo, made = result("photo.xmp", packet)
    assert photo.sidecar is None
    assert made.sidecar is None
    assert photo.notes == (next(note for note in photo.notes if "its sidecar photo.xmp" in note),)


@pytest.mark.parametrize("keep", ["basic", "none"])
def test_less_metadata_means_no_sidecar(result, keep):
    photo, _ = result("photo.xmp")
    assert capture.sidecar_for_output(photo, photo.size, "test", keep=keep) is None


def test_the_sidecar_of_another_photo_is_not_taken(save, rgb8, tmp_path):
    (tmp_path / "photo2.xmp").write_bytes(PACKET)
    assert capture.read(save("photo.jpg", rgb8)).sidecar is None
    (tmp_path / "photo.xmp").mkdir()
    assert capture.read(tmp_path / "photo.jpg").sidecar is None
