"""Tables as spreadsheets write them: read, or refused with the line."""

import pytest

from dualzoom.errors import UsageError
from dualzoom.pairing import pairs, table

ROW = "w 1.jpg{d}t 1.jpg"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_any_separator_in_any_encoding(tmp_path, encoding, delimiter, end):
    path = tmp_path / "list.csv"
    lines = [
        f"Wide{delimiter} Tele {delimiter}name",
        f"ä.jpg{delimiter}t 1.jpg{delimiter}Düne",
        delimiter * 2,
        "",
    ]
    path.write_bytes(end.join(lines).encode(encoding))
    (pair,) = pairs.find(path)
    assert (pair.name, pair.wide, pair.tele) == ("Düne", tmp_path / "ä.jpg", tmp_path / "t 1.jpg")


def test_the_windows_code_page_is_read_and_said(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes("wide,tele,name\r\na.jpg,b.jpg,Düne\r\n".encode("cp1252"))
    found = pairs.find(path)
    assert found.pairs[0].name == "Düne"
    assert "1252" in found.notes[0]


def test_excels_hint_and_quotes(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text('sep=;\nwide;tele\n"a;1.jpg";b.jpg\n')
    assert pairs.find(path).pairs[0].wide == tmp_path / "a;1.jpg"


def test_either_slash(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("wide,tele\n.\\in\\a.jpg,in/b.jpg\n")
    (pair,) = pairs.find(path)
    assert (pair.wide, pair.tele) == (tmp_path / "in" / "a.jpg", tmp_path / "in" / "b.jpg")
    (tmp_path / "odd\\name.jpg").write_bytes(b"")
    path.write_text("wide\nodd\\name.jpg\n")
    assert pairs.find(path).pairs[0].wide == tmp_path / "odd\\name.jpg"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"left,right\na,b\n", "line 1 names no column wide, but left, right"),
        (b"wide,tele,wide\na,b,c\n", "line 1 names the column wide twice"),
        (b"wide,tele\na.jpg,b.jpg\n,b.jpg\n", "line 3 names no wide photo"),
        (b"wide,tele\na,1.jpg,b.jpg\n", "line 2 has 3 cells, the first has 2"),
        (b'wide,tele\na.jpg,"b.jpg\n', "line 2 cannot be read as CSV"),
        (b"wide\n\nC:\\photos\\a.jpg\n", r"line 3 names C:\photos\a.jpg, a path of another system"),
        (b"wide\na\n\x81\x8d\n", "line 3 holds bytes that are no UTF-8 text"),
        (b"\xff\xfew\0i", "UTF"),
        (b"", "names no photos"),
        (b"wide,tele\n\n", "names no photos"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_line(tmp_path, data, words):
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    if words == "UTF":
        path.write_bytes(data + b"\0d\0e\0\0\xd8")
        words = "no utf-16 text"
    with pytest.raises(UsageError) as caught:
        pairs.find(path)
    assert words in str(caught.value)
    assert "list.csv" in str(caught.value)


@pytest.mark.parametrize("name", ["cp1252", "crlf-bom", "semicolon", "utf16", "winpath"])
def test_real_tables(shared, name):
    folder = shared / "cases" / "csv"
    ((pair,), _) = table.read(folder / f"{name}.csv")
    assert (pair.wide, pair.tele) == (folder / "w 1.jpg", folder / "t 1.jpg")
    assert pair.name == ("Düne" if name == "cp1252" else "w 1")


def test_longer_lenses_and_frames_have_columns(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(
        "wide,tele3,tele,frames,tele2,note\nw.jpg,c.jpg,a.jpg,f 1.jpg | f2.jpg|,b.jpg,x\nv.jpg,,,,b.jpg,\n"
    )
    first, second = pairs.find(path).pairs
    assert [one.name for one in first.teles] == ["a.jpg", "b.jpg", "c.jpg"]
    assert first.frames == (tmp_path / "f 1.jpg", tmp_path / "f2.jpg")
    assert (second.tele, second.more, second.frames) == (tmp_path / "b.jpg", (), ())
