"""The name of the reward, its settings, the file of the kit."""

import shlex
from dataclasses import replace

import pytest

from sfr.doctor import check_route
from sfr.doctor.route import environment_with
from sfr.trainers import CONVENTIONS, _convention


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    monkeypatch.delenv("SFR_REWARD", raising=False)


def lines(trainer, settings=None, about="settings"):
    convention = CONVENTIONS[trainer] if isinstance(trainer, str) else trainer
    return [(one.level, one.text) for one in check_route(convention, settings or {}) if one.about == about]


def told(found, level):
    return [text for one, text in found if one == level]


@pytest.mark.parametrize("trainer", CONVENTIONS)
def test_every_reward_is_found_under_its_name(trainer):
    found = lines(trainer, about="route")
    module, _, name = CONVENTIONS[trainer].route.partition(":")

    assert found[0] == ("ok", f"{module} has {name}")
    assert told(found, "problem") == []


# -- settings --------------------------------------------------------------------------------------------


def test_the_settings_of_the_paper_are_called_so():
    assert lines("verl") == [
        *[("ok", f"{task}: as in the paper") for task in ("ner", "re", "ee")],
        ("ok", "thinking: allow, bad gold: raise"),
    ]


def test_what_differs_from_the_paper_is_named():
    settings = {"ner.gamma": "2", "thinking": "forbid", "bad_gold": "skip", "log": "terms"}

    assert lines("verl", settings) == [
        ("ok", "ner: as in the paper, but gamma:2.0"),
        ("ok", "re: as in the paper"),
        ("ok", "ee: as in the paper"),
        ("ok", "thinking: forbid, bad gold: skip, all rewards to terms/"),
    ]


def test_a_wrong_setting_is_a_problem_and_ends_the_look():
    findings = list(check_route(CONVENTIONS["verl"], {"gama": "2"}))

    assert [(one.level, one.about) for one in findings] == [("problem", "settings")]
    assert "unknown setting 'gama'; known: " in findings[0].text


@pytest.mark.parametrize("trainer", ["verl", "openrlhf", "ms-swift"])
def test_a_wrong_setting_in_the_environment_is_a_problem(trainer, monkeypatch):
    monkeypatch.setenv("SFR_REWARD", "profile=papper")

    assert "profile='papper'" in told(lines(trainer), "problem")[0]


def test_a_trainer_that_passes_no_settings_is_told_how():
    settings = {"profile": "bounded", "log": "my terms"}
    (note,) = told(lines("openrlhf", settings), "note")
    said, _, line = note.partition(": ")

    assert said == "OpenRLHF passes no settings"
    word, assignment = shlex.split(line)
    assert word == "export"
    assert shlex.split(assignment.removeprefix("SFR_REWARD=")) == ["profile=bounded", "log=my terms"]


def test_what_the_environment_holds_already_is_kept(monkeypatch):
    monkeypatch.setenv("SFR_REWARD", "profile=bounded")

    assert environment_with({"gamma": 2}) == "profile=bounded gamma=2"
    assert environment_with({}) == "profile=bounded"


def test_settings_of_the_environment_have_to_be_set_for_the_training(monkeypatch):
    monkeypatch.setenv("SFR_REWARD", "gamma=2")
    found = lines("verl")

    assert told(found, "note") == [
        "SFR_REWARD is set here to 'gamma=2'; set it for the training too, on every node",
    ]
    assert ("ok", "ner: as in the paper, but gamma:2.0") in found


# -- the file of the kit ---------------------------------------------------------------------------------


@pytest.fixture
def kit(tmp_path, monkeypatch):
    """Writes the file of a kit; gives a trainer that loads it."""
    monkeypatch.setattr(_convention, "kit_root", lambda: tmp_path)
    (tmp_path / "openrlhf").mkdir()

    def kit(text):
        if text is not None:
            (tmp_path / "openrlhf" / "shim.py").write_text(text)
        return replace(CONVENTIONS["openrlhf"], shim="shim.py")

    return kit


@pytest.mark.parametrize(
    ("text", "level", "expected"),
    [
        ("from sfr.adapters.openrlhf import reward_func", "ok", "shim.py can be loaded"),
        ("import no_such_library.part", "note", "shim.py loads where no_such_library is installed"),
        ("from sfr.adapters.openrlhf import none", "problem", "cannot be loaded: ImportError: cannot import name"),
        ("raise RuntimeError('operator torchvision::nms does not exist')", "problem", "RuntimeError: operator"),
        (None, "problem", "shim.py: install sfr again"),
    ],
)
def test_the_file_of_the_kit_is_loaded(kit, text, level, expected):
    (found,) = lines(kit(text), about="route")[1:]

    assert level == found[0]
    assert expected in found[1]


def test_a_reward_that_cannot_be_sent_to_processes_is_a_problem(monkeypatch):
    import sfr.adapters.verl

    monkeypatch.setattr(sfr.adapters.verl, "compute_score", lambda **_: 0.0)

    assert (
        "sfr.adapters.verl:compute_score cannot be sent to other processes: "
        in told(lines("verl", about="route"), "problem")[0]
    )
