"""``sfr recipes``, and the kits that it lists, copies and looks at."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sfr import kits
from sfr.kits import copy_kit, kit_files, kit_names, kit_root
from sfr.trainers import KITS

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
    assert sorted(KITS) == kit_names()


@pytest.mark.parametrize("name", KITS)
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
        trainer = KITS[line.split()[0]]
        assert trainer.title in line
        assert trainer.read_from.partition(",")[0] in line
        assert line.endswith(" ".join(kit_files(trainer.name)))


def test_ls_leaves_out_what_python_leaves_behind(sfr, own_kit):
    assert sfr("recipes", "ls").stdout.splitlines()[1].endswith("  README.md recipes/own.yaml run.py")


# -- copy ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", KITS)
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


# -- validate --------------------------------------------------------------------------------------------


@pytest.fixture
def supervised(tmp_path, monkeypatch):
    """Writes a small recipe of LLaMAFactory with some lines of others in the place of its own."""
    monkeypatch.chdir(tmp_path)

    def supervised(name, **values):
        usual = {"stage": "sft", "dataset": "cm_1", "template": "qwen3", "enable_thinking": "false", "cutoff_len": 3072}
        usual["output_dir"] = f"out/{name}"
        lines = [f"{key}: {value}\n" for key, value in {**usual, **values}.items() if value is not None]
        Path(f"{name}.yaml").write_text("".join(lines), encoding="utf-8")
        return f"{name}.yaml"

    return supervised


def told(result, level, about=None):
    """The texts of findings of a level."""
    found = [(text[:9].strip(), text[9:23].strip(), text[23:]) for text in result.stdout.splitlines()]
    return [text for word, what, text in found if word == level and about in {None, what}]


def test_the_shipped_recipes_are_well_and_agree(sfr):
    result = sfr("recipes", "validate")
    looked_at = [text.rpartition(" is for ")[0] for text in told(result, "ok", "recipe") if " is for " in text]
    shipped = [path for name in kit_names() for path in sorted((kit_root() / name).glob("recipes/*.yaml"))]

    assert (result.exit_code, result.stderr, told(result, "PROBLEM")) == (0, "", [])
    assert [str(path) for path in shipped] == looked_at
    together = sum(path.stem != "cpu" for path in shipped)
    assert told(result, "ok", "thinking") == [
        f"{together} recipes ask alike: prompts end with an empty block of thinking"
    ]
    assert result.stdout.splitlines()[-1] == "all is well"


@pytest.mark.parametrize("name", ["axolotl", "nemo-rl", "llamafactory"])
def test_the_recipes_of_a_kit_are_named_by_it(sfr, name):
    result = sfr("recipes", "validate", name)

    assert result.exit_code == 0
    assert told(result, "ok", "recipe")[0].endswith(f" is for {KITS[name].title}")


def test_a_folder_stands_for_its_recipes_and_nothing_is_looked_at_twice(sfr, tmp_path, supervised):
    for name in ("a", "b"):
        supervised(name)
    result = sfr("recipes", "validate", tmp_path, tmp_path / "b.yaml")

    assert told(result, "ok", "recipe")[0] == f"{tmp_path / 'a.yaml'} is for LLaMAFactory"
    assert result.stdout.count(" is for LLaMAFactory") == 2


def test_stages_that_ask_otherwise_are_a_problem_with_what_mends_it(sfr, supervised):
    verl = kit_root() / "verl" / "recipes" / "de_ner.yaml"
    result = sfr("recipes", "validate", supervised("sa", enable_thinking="true"), verl)

    assert result.exit_code == 2
    assert result.stderr == "1 problem, see above\n"
    expected = (
        f"{verl}: prompts end with an empty block of thinking "
        "(data.apply_chat_template_kwargs.enable_thinking: false), but end without a block of thinking in sa.yaml "
        "(template: qwen3 with enable_thinking: true); leave thinking as the template has it, or train with "
        "template: qwen3, enable_thinking: false"
    )
    assert told(result, "PROBLEM", "thinking") == [expected]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("stage: sft\nstage: pt\n", "own.yaml: not YAML: the key 'stage' stands twice"),
        ("stage: [sft\n", "own.yaml: not YAML: "),
        ("- stage\n", "own.yaml: expected keys and their values"),
        ("", "own.yaml: expected keys and their values"),
        ("a: 1\nb: 2\n", "own.yaml: expected a recipe of verl, easyr1, axolotl, trl, llamafactory or nemo-rl, found"),
    ],
)
def test_what_is_no_recipe_is_a_problem(sfr, tmp_path, monkeypatch, text, problem):
    monkeypatch.chdir(tmp_path)
    Path("own.yaml").write_text(text, encoding="utf-8")
    result = sfr("recipes", "validate", "own.yaml")

    assert result.exit_code == 2
    assert told(result, "PROBLEM", "recipe")[0].startswith(problem)


@pytest.mark.parametrize(("name", "problem"), [("none", "is no file, no folder and no kit"), (".", "has no recipes")])
def test_a_recipe_that_is_not_there_is_refused(sfr, tmp_path, monkeypatch, name, problem):
    monkeypatch.chdir(tmp_path)
    result = sfr("recipes", "validate", name)

    assert result.exit_code == 2
    assert f"{name} {problem}; kits: axolotl, " in result.stderr


def test_without_the_extra_the_others_work_and_validate_says_what_to_install():
    program = "import sys; sys.modules['yaml'] = None; from sfr.cli import main; main(['recipes', {!r}], 'sfr')"
    done = {
        name: subprocess.run(
            [sys.executable, "-c", program.format(name)], capture_output=True, text=True, timeout=60, check=False
        )
        for name in ("ls", "validate")
    }

    assert (done["ls"].returncode, done["ls"].stderr) == (0, "")
    assert done["validate"].returncode == 1
    assert done["validate"].stderr == "Error: sfr recipes validate takes yaml: python -m pip install 'sfr[data]'\n"
