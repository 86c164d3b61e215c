"""The built wheel alone, in an empty environment: it holds what it needs, claims no name but its own, and starts."""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.office import ROOT, environment, eventually, free_port, processes_of, with_static_files

LEFT_OUT = shutil.ignore_patterns(".*", "var", "build", "dist", "__pycache__")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, as a build from a clean checkout would be."""
    source, built = tmp_path_factory.mktemp("source") / "tree", tmp_path_factory.mktemp("built")
    shutil.copytree(ROOT, source, ignore=LEFT_OUT)
    program = f"from hatchling.build import build_wheel; print(build_wheel({str(built)!r}))"
    done = subprocess.run([sys.executable, "-c", program], cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    [path] = built.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`mla-tracker` of a fresh environment that has the wheel and, of this checkout, nothing."""
    home = tmp_path_factory.mktemp("venv") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    packages = next(home.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    libraries = Path(pytest.__file__).parents[1]
    # The libraries come from this environment, but not the line that points to the checkout.
    linked = packages.parent / "libraries"
    linked.mkdir()
    for entry in libraries.iterdir():
        if "mla_tracker" not in entry.name and entry.suffix != ".pth":
            (linked / entry.name).symlink_to(entry)
    (packages / "libraries.pth").write_text(f"{linked}\n", encoding="utf-8")
    script = home / "bin" / "mla-tracker"
    script.write_text(f"#!{home}/bin/python\nfrom mla_tracker.cli import main\nmain()\n", encoding="utf-8")
    script.chmod(0o755)
    return script


@pytest.fixture
def var() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="mla-wheel-"))
    folder.chmod(0o755)
    yield folder / "var"
    assert processes_of(folder / "var") == {}
    shutil.rmtree(folder)


def test_the_wheel_carries_what_lies_beside_the_package(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"mla_tracker"}
    for beside in ("config", "migrations", "templates", "worker"):
        wanted = {
            f"mla_tracker/{path.relative_to(ROOT)}"
            for path in (ROOT / beside).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert wanted <= set(names)
    assert not [name for name in names if name.endswith(".pyc") or "/var/" in name]
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_knows_its_folders_and_its_packages(command: Path, tmp_path: Path) -> None:
    program = (
        "import mla_tracker, config.settings, worker.schedule;"
        "from mla_tracker.core.folders import MIGRATIONS, TEMPLATES;"
        "print(config.settings.__file__, worker.schedule.__file__, MIGRATIONS, TEMPLATES)"
    )
    told = subprocess.run(
        [str(command.parent / "python"), "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    places = [Path(place) for place in told.stdout.split()]
    assert len(places) == 4
    assert all("mla_tracker" in place.parts and ROOT not in place.parents and place.exists() for place in places)


def test_upgrade_web_worker_and_schedule_start_from_the_wheel(command: Path, var: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    surroundings = environment(with_static_files(var), PORT=str(free_port()))
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(command), "serve", "--without-demonstration"],
            cwd=tmp_path,
            env=surroundings,
            stdout=output,
            stderr=output,
        )
    try:
        eventually("it greets", lambda: b"answers on" in log.read_bytes() or process.poll() is not None, 120)
        assert process.poll() is None, log.read_text(encoding="utf-8", errors="replace")
        eventually("the worker is ready", lambda: b" ready." in log.read_bytes(), 30)
    finally:
        process.terminate()
        assert process.wait(30) == 0
