"""Files as they are: odd encodings, binaries, giants and folders."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import PageError
from rag.ingest.decode import MAX_BYTES, decode
from rag.ingest.page import split_page
from rag.ingest.read import find_pages, read_bytes


def test_utf8_and_utf16_with_their_marks() -> None:
    for codec in ("utf-8", "utf-8-sig", "utf-16"):
        assert decode("Élodie — “hi”\r\nyou\r".encode(codec), name="x") == "Élodie — “hi”\nyou\n"


def test_control_characters_and_odd_spaces_go() -> None:
    assert decode("a\u200bb\u00a0c\t\td\x07e\u2028f".encode(), name="x") == "ab c de\nf"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "x.txt is empty: save"),
        (b" \n\t ", "x.txt is empty: save"),
        (b"\x7fELF\x00\x00\x01", "x.txt is a binary file: save the page as HTML, text"),
        ("Zürich fällt".encode("latin-1"), r"x.txt is not UTF-8 text \(byte 1\): convert it .*iconv"),
        (b"\xff\xfea", "x.txt is not UTF-8 text"),
    ],
)
def test_what_is_no_text_is_a_clear_error(data: bytes, message: str) -> None:
    with pytest.raises(PageError, match=message):
        decode(data, name="x.txt")


def test_a_giant_is_refused_before_it_is_read(tmp_path: Path) -> None:
    giant = tmp_path / "giant.txt"
    with giant.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(PageError, match=r"giant.txt has 20 MB, more than .* split the file"):
        read_bytes(giant)


def test_a_folder_gives_its_text_files_in_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "c.png", ".hidden.txt", "deep/d.TXT", ".git/e.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [p.relative_to(tmp_path).as_posix() for p in find_pages(tmp_path)] == ["a.txt", "b.txt", "deep/d.TXT"]


def test_missing_paths_and_empty_folders_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(PageError, match=r"nope does not exist"):
        list(find_pages(tmp_path / "nope"))
    with pytest.raises(PageError, match=r"holds no saved page"):
        list(find_pages(tmp_path))


@given(st.binary(max_size=2000) | st.text(max_size=2000).map(str.encode))
def test_any_bytes_give_articles_or_a_clear_error(data: bytes) -> None:
    try:
        stories = split_page(decode(data, name="x"), name="x")
    except PageError:
        return
    assert all(story.text and story.title for story in stories)
