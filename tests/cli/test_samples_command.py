"""``sfr samples``: what is in the sample, as a file, and down a pipe."""

import json

from sfr.samples import KINDS, rows, sentences

ROWS = list(rows())


def test_without_a_place_to_write_it_says_what_is_in_the_sample_and_how_to_write_it(sfr, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = sfr("samples")
    table = {line.split()[0]: line.split()[1:4] for line in result.stdout.splitlines() if line.split()[0] in KINDS}
    counts = {
        kind: [str(sum(row["kind"] == kind and row["task"] == task for row in ROWS)) for task in ("ner", "re", "ee")]
        for kind in KINDS
    }
    assert counts == table
    assert "write it with: sfr samples -o samples.jsonl" in result.stdout.splitlines()
    assert (result.exit_code, result.stderr, list(tmp_path.iterdir())) == (0, "", [])


def test_with_a_path_it_writes_every_row_and_says_how_many(sfr, tmp_path, read):
    out = tmp_path / "samples.jsonl"
    result = sfr("samples", "-o", out)
    assert read(out) == ROWS
    said = f"wrote {len(ROWS):,} outputs of {len(list(sentences()))} sentences to {out}\n"
    assert (0, said, "") == (result.exit_code, result.stdout, result.stderr)


def test_a_dash_writes_the_rows_and_nothing_else_to_standard_output(sfr, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = sfr("samples", "-o", "-")
    assert [json.loads(line) for line in result.stdout.splitlines()] == ROWS
    assert (result.exit_code, result.stderr, list(tmp_path.iterdir())) == (0, "", [])


def test_a_file_and_a_pipe_get_the_same_bytes(sfr_process, tmp_path):
    out = tmp_path / "samples.jsonl"
    assert sfr_process("samples", "-o", out).returncode == 0
    assert out.read_bytes() == sfr_process("samples", "-o", "-").stdout


def test_a_folder_that_does_not_exist_is_named(sfr, tmp_path):
    result = sfr("samples", "-o", tmp_path / "nowhere" / "samples.jsonl")
    assert result.exit_code in {1, 2}
    assert isinstance(result.exception, SystemExit)
    assert str(tmp_path / "nowhere") in result.stderr


def test_made_up_sentences_are_written_as_data_sets_that_build_without_any_dirt(sfr, tmp_path, read):
    raw, built = tmp_path / "raw", tmp_path / "built"
    result = sfr("samples", "--raw", raw, "--newswire", 40, "--held-out", 7)
    said = f"wrote newswire_ee, newswire_ner, newswire_re to {raw}; build them with: sfr data build {raw} -o built\n"
    assert (0, said, "") == (result.exit_code, result.stdout, result.stderr)

    assert sfr("data", "build", raw, "-o", built).exit_code == 0
    report = json.loads((built / "report.json").read_text())
    for task in ("ner", "re", "ee"):
        splits = report[f"newswire_{task}"]["splits"]
        assert {name: split["rows"] for name, split in splits.items()} == {"train": 40, "dev": 7, "test": 7}
        assert {"no-unit"} == {note["rule"] for note in read(built / f"newswire_{task}" / "dirt.jsonl")}


def test_another_seed_makes_up_other_sentences_and_the_same_one_the_same(sfr, tmp_path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        sfr("samples", "--raw", tmp_path / name, "--newswire", 5, "--held-out", 1, "--seed", seed)
    first, again, other = ((tmp_path / name / "newswire_re" / "train.jsonl").read_bytes() for name in "abc")
    assert first == again
    assert first != other


def test_made_up_sentences_need_a_folder(sfr):
    result = sfr("samples", "--newswire", 5)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: --newswire needs --raw, the folder to write to" in result.stderr
