"""Static files: built whole, found again, rebuilt when a source changes, served for good."""

import json
import re
from pathlib import Path

import pytest
from flask import Flask

from mla_tracker.web import asset_build, assets, fonts


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("static")
    assets.ready(made)
    return made


def test_every_name_carries_its_content_and_texts_are_packed(folder: Path) -> None:
    found = assets.read(folder)
    assert found is not None
    for plain, name in found.names.items():
        stem, ending = plain.rsplit(".", 1)
        assert re.fullmatch(rf"{re.escape(stem)}\.[0-9a-f]{{12}}\.{ending}", name)
        size = (folder / name).stat().st_size
        if ending != "woff2" and size >= 512:
            assert (folder / f"{name}.gz").stat().st_size < size
            assert (folder / f"{name}.br").stat().st_size < size
    assert {"register.css", "register.rtl.css", "register.js", "signs.svg"} <= set(found.names)
    assert {one.file for one in fonts.CUTS} <= set(found.names)


def test_what_the_files_name_is_there(folder: Path) -> None:
    for path in folder.glob("*.css"):
        named = re.findall(r"url\((?!\"data:)([^)]+)\)", path.read_text("utf-8"))
        assert named
        assert [name for name in named if not (folder / name).is_file()] == []
    imported = 0
    for path in folder.glob("*.js"):
        for name in re.findall(r'from "\./([^"]+)"', path.read_text("utf-8")):
            imported += 1
            assert (folder / name).is_file()
    assert imported


def test_a_second_build_changes_nothing_and_a_damaged_folder_is_made_whole(folder: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir() if not path.name.startswith(".")}
    assets.ready(folder)
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir() if not path.name.startswith(".")} == before
    lost = folder / assets.ready(folder).names["register.css"]
    lost.unlink()
    (folder / "left-by-a-former-version.0123456789ab.css").write_text("")
    assets.ready(folder)
    assert lost.is_file()
    assert not (folder / "left-by-a-former-version.0123456789ab.css").exists()


def test_fonts_are_kept_when_only_a_sheet_changed(folder: Path) -> None:
    manifest = json.loads((folder / assets.MANIFEST).read_text())
    font = folder / manifest["names"][fonts.CUTS[0].file]
    before = font.stat().st_mtime_ns
    (folder / assets.MANIFEST).write_text(json.dumps({**manifest, "sources": "older"}))
    asset_build.build(folder)
    assert font.stat().st_mtime_ns == before


def test_they_are_served_packed_and_for_good(folder: Path) -> None:
    app = Flask(__name__, static_folder=None)
    found = assets.ready(folder)
    assets.install(app, found)
    answer = app.test_client().get(found.url("register.css"), headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    assert app.test_client().get("/static/register.css").status_code == 404
    with pytest.raises(KeyError):
        found.url("nothing.css")


def test_fonts_are_small_enough_for_a_slow_line(folder: Path) -> None:
    found = assets.ready(folder)
    first = [found.names[f"{family}-latin.woff2"] for family in ("source-sans-3", "source-serif-4")]
    assert sum((folder / name).stat().st_size for name in first) < 70_000
    assert all((folder / name).stat().st_size < 100_000 for name in found.names.values())
