"""Whether a model or a checkpoint is whole."""

import json
import struct

import pytest

from sfr.pipeline.checkpoints import cut_archive, damage_of, put_aside
from tests.pipeline import fakes


@pytest.fixture
def model(tmp_path):
    fakes.model(tmp_path / "model", "a")
    return tmp_path / "model"


def test_a_whole_model_has_no_damage(model):
    assert damage_of(model) == ""
    assert damage_of(model, "tokenizer.json") == ""


def test_weights_cut_anywhere_are_damaged(model):
    path = model / "model.safetensors"
    whole = path.read_bytes()
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        assert damage_of(model).startswith("model.safetensors: expected "), size
    path.write_bytes(whole + b"\0")
    assert damage_of(model) == f"model.safetensors: expected {len(whole):,} bytes, found {len(whole) + 1:,}"


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"{",
        b'{"a": {}}',
        b'{"a": {"data_offsets": []}}',
        b'{"a": {"data_offsets": 3}}',
        b'{"a": 1}',
        b"\xff\xff",
    ],
)
def test_weights_with_a_senseless_header_are_damaged(model, header):
    (model / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    assert damage_of(model) == "model.safetensors: expected weights, found something else"


def test_a_file_full_of_zeros_is_damaged(model):
    path = model / "model.safetensors"
    path.write_bytes(b"\0" * path.stat().st_size)
    assert damage_of(model) == "model.safetensors: expected weights, found something else"


def test_weights_without_tensors_are_whole(model):
    (model / "model.safetensors").write_bytes(struct.pack("<Q", 2) + b"{}")
    assert damage_of(model) == ""


def test_what_is_missing_is_named(model):
    assert damage_of(model, "trainer_state.json") == "there is no trainer_state.json"
    (model / "config.json").write_text('{"a": ')
    assert damage_of(model) == "config.json is no JSON"
    (model / "config.json").unlink()
    assert damage_of(model) == "there is no config.json"
    assert damage_of(model / "nowhere") == "there is no config.json"


def test_a_model_without_weights_is_damaged(model):
    (model / "model.safetensors").unlink()
    assert damage_of(model) == "there are no weights (*.safetensors)"


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        ({"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}}, "there is no model-2.safetensors"),
        ({"weight_map": {"a": "model.safetensors"}}, ""),
        ({"weights": {}}, "model.safetensors.index.json is not whole"),
        ([], "model.safetensors.index.json is not whole"),
    ],
)
def test_all_parts_that_an_index_names_must_be_there(model, index, expected):
    (model / "model.safetensors.index.json").write_text(json.dumps(index))
    assert damage_of(model) == expected


def test_half_an_index_is_damage(model):
    (model / "model.safetensors.index.json").write_text('{"weight_map": {"a": ')
    assert damage_of(model) == "model.safetensors.index.json is not whole"


def test_an_archive_that_was_cut_is_named(tmp_path):
    names = [tmp_path / "a.pt", tmp_path / "b.pt"]
    for path in names:
        fakes.archive(path)
    assert cut_archive(names) == ""
    names[1].write_bytes(names[1].read_bytes()[:-30])
    assert cut_archive(names) == "b.pt is not whole"
    assert cut_archive([tmp_path / "none.pt"]) == "none.pt is not whole"


def test_what_is_put_aside_is_kept_with_the_reason(tmp_path, model):
    first = put_aside(model, tmp_path, "half of it is gone")
    assert first == tmp_path / "damaged-1-model"
    assert (first / "WHY.txt").read_text() == "half of it is gone\n"
    assert not model.exists()
    fakes.model(model, "b")
    assert put_aside(model, tmp_path, "again") == tmp_path / "damaged-2-model"
