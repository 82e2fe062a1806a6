"""Manifests say what was made from what, the same on every machine, and whether it still stands."""

import hashlib
import json
import os

import pytest

from sfr import __version__
from sfr.data import manifests
from sfr.data.manifests import fingerprints, holds, manifest_of, read_manifest, write_manifest

MADE_FROM = {"files": {"train.txt": "abc"}, "sizes": {"train": 1}, "empty": None, "split": ("train", "dev")}


@pytest.fixture
def made(tmp_path):
    """A manifest of an output."""
    output = tmp_path / "train.jsonl"
    output.write_bytes(b"{}\n")
    path = tmp_path / "manifest.json"
    write_manifest(path, MADE_FROM, {"train.jsonl": output}, {"rows": 1})
    return path, output


def test_the_manifest_of_a_file_stands_beside_it(tmp_path):
    assert manifest_of(tmp_path / "cm_1.jsonl") == tmp_path / "cm_1.jsonl.manifest.json"


def test_a_fingerprint_is_the_sha_256_of_the_bytes_and_names_are_sorted(tmp_path):
    contents = {"b": b"", "a": b"x" * (3 << 20) + b"y"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    found = fingerprints({name: tmp_path / name for name in contents})
    assert list(found.items()) == [(name, hashlib.sha256(contents[name]).hexdigest()) for name in "ab"]


def test_the_fingerprint_of_a_missing_file_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        fingerprints({"a": tmp_path / "a"})


def test_a_manifest_says_version_origin_outputs_and_result(made):
    path, output = made
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "sfr": __version__,
        "made_from": {**MADE_FROM, "split": ["train", "dev"]},
        "outputs": {"train.jsonl": hashlib.sha256(output.read_bytes()).hexdigest()},
        "result": {"rows": 1},
    }


def test_a_manifest_is_the_same_bytes_in_another_folder(made, tmp_path):
    path, output = made
    elsewhere = tmp_path / "elsewhere" / "below"
    elsewhere.mkdir(parents=True)
    os.utime(output, (0, 0))
    write_manifest(elsewhere / "m.json", MADE_FROM, {"train.jsonl": output}, {"rows": 1})
    assert (elsewhere / "m.json").read_bytes() == path.read_bytes()
    assert str(tmp_path).encode() not in path.read_bytes()


def test_what_was_made_from_the_same_stands(made):
    path, output = made
    assert holds(path, MADE_FROM, {"train.jsonl": output})


CHANGES = {
    "a file": {**MADE_FROM, "files": {"train.txt": "xyz"}},
    "a parameter": {**MADE_FROM, "sizes": {"train": 2}},
    "one more thing": {**MADE_FROM, "form": "jsonl"},
    "one thing less": {name: value for name, value in MADE_FROM.items() if name != "empty"},
}


@pytest.mark.parametrize("made_from", CHANGES.values(), ids=CHANGES)
def test_what_was_made_from_something_else_does_not_stand(made, made_from):
    path, output = made
    assert not holds(path, made_from, {"train.jsonl": output})


def test_what_another_version_made_does_not_stand(made, monkeypatch):
    path, output = made
    monkeypatch.setattr(manifests, "__version__", "99")
    assert not holds(path, MADE_FROM, {"train.jsonl": output})


def test_an_output_that_was_changed_does_not_stand(made):
    path, output = made
    output.write_bytes(b"[]\n")
    assert not holds(path, MADE_FROM, {"train.jsonl": output})


def test_an_output_that_is_gone_does_not_stand(made):
    path, output = made
    output.unlink()
    assert not holds(path, MADE_FROM, {"train.jsonl": output})


def test_another_number_of_outputs_does_not_stand(made):
    path, output = made
    assert not holds(path, MADE_FROM, {})
    assert not holds(path, MADE_FROM, {"train.jsonl": output, "dev.jsonl": output})


UNREADABLE = {
    "nothing": b"",
    "half of it": b'{"sfr": "1", "made_from": {',
    "no UTF-8": b'{"sfr": "\xff"}',
    "a list": b"[]",
    "an object of others": b'{"name": "x"}',
    "less than all": b'{"sfr": "1", "made_from": {}, "outputs": {}}',
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_manifest_is_none_and_nothing_stands(tmp_path, content):
    path = tmp_path / "manifest.json"
    path.write_bytes(content)
    assert read_manifest(path) is None
    assert not holds(path, {}, {})


def test_a_manifest_that_is_not_there_is_none(tmp_path):
    assert read_manifest(tmp_path / "manifest.json") is None
    assert read_manifest(tmp_path / "nowhere" / "manifest.json") is None


def test_a_manifest_is_read_as_it_was_written(made):
    path, _ = made
    found = read_manifest(path)
    assert (found["result"], found["sfr"]) == ({"rows": 1}, __version__)
