"""What people call their files, and what hostile ones do (S27)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mla_tracker.documents.file_names import LONGEST, clean_name, extension


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Rogatory letter.pdf", "Rogatory letter.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system32\\cmd.exe", "cmd.exe"),
        ("C:\\Users\\anna\\Letter.docx", "Letter.docx"),
        ("letter.pdf\0.exe", "letter.pdf.exe"),
        ("evidence\u202efdp.exe", "evidencefdp.exe"),
        ('na"me;x=<1>|?*.pdf', "na_me;x=_1____.pdf"),
        ("  .hidden.  ", "hidden"),
        ("...", "document"),
        ("", "document"),
        ("/", "document"),
        ("CON.txt", "_CON.txt"),
        ("aux", "_aux"),
        ("Запит про допомогу.pdf", "Запит про допомогу.pdf"),
        ("طلب المساعدة.pdf", "طلب المساعدة.pdf"),
        ("u\u0308bersetzung.pdf", "übersetzung.pdf"),
        ("x" * 300 + ".pdf", "x" * (LONGEST - 4) + ".pdf"),
        ("y" * 300, "y" * LONGEST),
        ("\u200f\u2066\u2069.pdf", "pdf"),
    ],
)
def test_the_name_that_is_kept(given_name: str, kept: str) -> None:
    assert clean_name(given_name) == kept


@given(st.text(max_size=400) | st.text(alphabet='./\\\0\u202e\u2066. "ab', max_size=40))
def test_no_name_is_dangerous_and_a_clean_one_stays(name: str) -> None:
    clean = clean_name(name)
    assert 0 < len(clean) <= LONGEST
    assert not set(clean) & set('/\\<>:"|?*')
    assert not clean.startswith((".", " "))
    assert not clean.endswith((".", " "))
    assert all(unicodedata.category(sign) != "Cc" for sign in clean)
    assert not set(clean) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
    assert clean_name(clean) == clean
    clean.encode()


@pytest.mark.parametrize(("name", "found"), [("a.PDF", "pdf"), ("a.tar.gz", "gz"), ("a", ""), (".pdf", ""), ("a.", "")])
def test_the_extension(name: str, found: str) -> None:
    assert extension(name) == found
