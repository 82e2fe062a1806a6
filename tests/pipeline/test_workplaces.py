"""What a trainer's process is started in."""

from sfr.pipeline.workplaces import _entered


def test_a_trainer_is_started_as_if_its_environment_had_been_entered(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin")
    monkeypatch.setenv("VIRTUAL_ENV", "/somewhere/else")
    (tmp_path / "bin").mkdir()
    (tmp_path / "pyvenv.cfg").touch()

    assert _entered(tmp_path / "bin" / "python") == {"PATH": f"{tmp_path}/bin:/usr/bin", "VIRTUAL_ENV": str(tmp_path)}


def test_an_interpreter_without_an_environment_leaves_none(tmp_path, monkeypatch):
    monkeypatch.setenv("VIRTUAL_ENV", "/somewhere/else")

    assert _entered(tmp_path / "bin" / "python")["VIRTUAL_ENV"] == ""
