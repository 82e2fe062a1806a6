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
