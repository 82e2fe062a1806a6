"""``sfr recipes``, and the kits that it lists and copies."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sfr import kits
from sfr.kits import copy_kit, kit_files, kit_names, kit_root
from sfr.trainers import CONVENTIONS

ROOT = Path(__file__).resolve().parents[2]
CHECKOUT = (ROOT / ".git").exists() and shutil.which("git") is not None


@pytest.fixture
def own_kit(tmp_path, monkeypatch):
    """A kit of a trainer in which files have been loaded."""
    kit = tmp_path / "kits" / "verl"
    for name in ("README.md", "recipes/own.yaml", "run.py", "__pycache__/run.cpython-311.pyc", "recipes/run.pyc"):
        (kit / name).parent.mkdir(parents=True, exist_ok=True)
        (kit / name).write_text(name)
    (kit / "run.py").chmod(0o755)
    monkeypatch.setattr(kits, "kit_root", lambda: tmp_path / "kits")
    return kit


# -- the kits --------------------------------------------------------------------------------------------


def test_there_is_a_kit_for_every_trainer():
    assert sorted(CONVENTIONS) == kit_names()


@pytest.mark.parametrize("name", CONVENTIONS)
def test_every_kit_begins_with_its_readme(name):
    assert "README.md" in kit_files(name)


@pytest.mark.skipif(not CHECKOUT, reason="takes a checkout and git")
def test_the_kits_are_what_is_under_version_control():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "adapters"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    expected = {name.removeprefix("adapters/") for name in listed.stdout.splitlines() if (ROOT / name).is_file()}

    assert kit_root() == ROOT / "adapters"
    assert expected == {f"{name}/{file}" for name in kit_names() for file in kit_files(name)} | {"README.md"}


# -- ls --------------------------------------------------------------------------------------------------


def test_ls_names_every_kit_with_how_it_was_proven_and_its_files(sfr):
    result = sfr("recipes", "ls")
    head, *lines = result.stdout.splitlines()

    assert (result.exit_code, result.stderr) == (0, "")
    assert head.split() == ["kit", "trainer", "proven", "with", "files"]
    assert [line.split()[0] for line in lines] == kit_names()
    for line in lines:
        convention = CONVENTIONS[line.split()[0]]
        assert convention.title in line
        assert convention.read_from.partition(",")[0] in line
        assert line.endswith(" ".join(kit_files(convention.name)))


def test_ls_leaves_out_what_python_leaves_behind(sfr, own_kit):
    assert sfr("recipes", "ls").stdout.splitlines()[1].endswith("  README.md recipes/own.yaml run.py")


# -- copy ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CONVENTIONS)
def test_a_kit_is_copied_whole(sfr, tmp_path, name):
    folder = tmp_path / "a" / "kit"
    result = sfr("recipes", "copy", name, folder)
    files = kit_files(name)

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"wrote {len(files)} files to {folder}; begin with {folder / 'README.md'}\n"
    assert files == sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert all((folder / file).read_bytes() == (kit_root() / name / file).read_bytes() for file in files)


def test_what_python_leaves_behind_is_not_copied_and_programs_stay_programs(own_kit, tmp_path):
    written = copy_kit("verl", tmp_path / "kit")

    assert [path.as_posix() for path in written] == kit_files("verl") == ["README.md", "recipes/own.yaml", "run.py"]
    assert not (tmp_path / "kit" / "__pycache__").exists()
    assert os.access(tmp_path / "kit" / "run.py", os.X_OK)


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_nothing_is_copied_onto_what_is_there(sfr, tmp_path, kind):
    there = tmp_path / "kit"
    {"folder": there.mkdir, "file": there.touch, "link": lambda: there.symlink_to("nowhere")}[kind]()
    result = sfr("recipes", "copy", "trl", there)

    assert result.exit_code == 1
    assert result.stderr == f"Error: {there} is there already; name a new folder\n"
    assert [there] == list(tmp_path.rglob("*"))


@pytest.mark.parametrize("name", ["none", "README.md", "..", "TRL"])
def test_a_kit_that_is_not_known_is_refused(sfr, tmp_path, name):
    result = sfr("recipes", "copy", name, tmp_path / "kit")

    assert result.exit_code == 2
    assert f"'{name}' is not one of 'axolotl', " in result.stderr
    with pytest.raises(ValueError, match="; known: axolotl, easyr1, "):
        copy_kit(name, tmp_path / "kit")
    assert not (tmp_path / "kit").exists()


def test_a_folder_that_cannot_be_made_is_told_in_a_line(sfr, tmp_path):
    (tmp_path / "file").touch()
    result = sfr("recipes", "copy", "trl", tmp_path / "file" / "kit")

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert str(tmp_path / "file") in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to_is_told_in_a_line(sfr, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o555)
    result = sfr("recipes", "copy", "trl", tmp_path / "locked" / "kit")

    assert result.exit_code == 1
    assert "Permission denied" in result.stderr
