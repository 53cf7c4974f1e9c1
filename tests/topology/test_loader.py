from pathlib import Path

import pytest

from multipath.errors import InputError
from multipath.topology.loader import MAX_BYTES, load

TEXT = """\
name: one
source: s
target: t
nodes:
  s: {address: 192.0.2.1}
  t: {address: 192.0.2.2, zabbix_proxy: px}
"""


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(*paths: Path) -> list[str]:
    """Return what load says of the files, with their names alone."""
    with pytest.raises(InputError) as caught:
        load(paths)
    return [str(problem).replace(f"{paths[0].parent}/", "") for problem in caught.value.problems]


def test_topologies_come_in_the_order_of_their_files(tmp_path: Path) -> None:
    first = written(tmp_path, "z.yaml", TEXT)
    second = written(tmp_path, "a.yaml", TEXT.replace("one", "two"))
    assert [topology.name for topology in load([first, second])] == ["one", "two"]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    path = written(tmp_path, "a.yaml", TEXT)
    assert [topology.name for topology in load([path, path])] == ["one"]


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert load([path]) == load([written(tmp_path, "unix.yaml", TEXT)])


def test_the_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    bad = written(tmp_path, "bad.yaml", TEXT.replace("192.0.2.1", "224.0.0.1"))
    worse = written(tmp_path, "worse.yaml", "name: [")
    missing = tmp_path / "missing.yaml"
    assert problems_of(bad, missing, worse) == [
        "bad.yaml:5:16: nodes.s.address: 224.0.0.1 is a multicast address; "
        "write the node's own address",
        "missing.yaml: there is no such file; name a topology file",
        "worse.yaml:1:8: the file ends in the middle of this value; complete it",
    ]


def test_a_directory_is_no_topology(tmp_path: Path) -> None:
    folder = tmp_path / "topologies"
    folder.mkdir()
    assert problems_of(folder) == ["topologies: this is a directory; name the files in it"]


def test_a_path_below_a_file_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, "a.yaml", TEXT)
    (problem,) = problems_of(path / "b.yaml")
    assert "the file cannot be read" in problem


def test_bytes_that_are_not_utf_8_are_told_with_their_place(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(TEXT.encode() + "description: Zürich\n".encode("latin-1"))
    assert problems_of(path) == ["latin.yaml:7:15: the file is not UTF-8 text; save it as UTF-8"]


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as stream:
        stream.truncate(1 << 40)  # sparse: takes no space
    assert problems_of(path) == [
        f"huge.yaml: the file is larger than {MAX_BYTES:,} bytes; split it, or name a topology file"
    ]


def test_two_topologies_of_one_name_are_told(tmp_path: Path) -> None:
    first, second = written(tmp_path, "a.yaml", TEXT), written(tmp_path, "b.yaml", TEXT)
    assert problems_of(first, second) == [
        'b.yaml:1:7: name: a.yaml already has a topology "one"; give each topology its own name'
    ]


def test_a_node_is_one_host_in_all_files(tmp_path: Path) -> None:
    first = written(tmp_path, "a.yaml", TEXT)
    moved = TEXT.replace("one", "two").replace("2.1}", "2.9}").replace(", zabbix_proxy: px", "")
    assert problems_of(first, written(tmp_path, "b.yaml", moved)) == [
        "b.yaml:5:16: nodes.s: address is 192.0.2.1 in a.yaml and 192.0.2.9 here, "
        "but nodes of one name are one host; make them equal, or rename one",
        "b.yaml:6:3: nodes.t: zabbix_proxy is px in a.yaml and left out here, "
        "but nodes of one name are one host; make them equal, or rename one",
    ]


def test_one_address_in_two_spellings_is_one_place(tmp_path: Path) -> None:
    short = TEXT.replace("192.0.2.1}", '"2001:db8::1"}')
    long = TEXT.replace("192.0.2.1}", '"2001:0DB8:0::1"}').replace("one", "two")
    paths = written(tmp_path, "a.yaml", short), written(tmp_path, "b.yaml", long)
    assert [topology.name for topology in load(paths)] == ["one", "two"]


def test_zabbix_proxies_differ_by_the_case_of_a_letter(tmp_path: Path) -> None:
    first = written(tmp_path, "a.yaml", TEXT)
    second = written(tmp_path, "b.yaml", TEXT.replace("one", "two").replace("px", "PX"))
    (problem,) = problems_of(first, second)
    assert problem.startswith("b.yaml:6:41: nodes.t: zabbix_proxy is px in a.yaml and PX here")


def test_files_are_compared_even_where_they_have_problems_of_their_own(tmp_path: Path) -> None:
    first = written(tmp_path, "a.yaml", TEXT + "colour: red\n")
    told = problems_of(first, written(tmp_path, "b.yaml", TEXT))
    assert [problem.split(":")[:2] for problem in told] == [["a.yaml", "7"], ["b.yaml", "1"]]
