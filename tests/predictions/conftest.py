"""Small files of gold and of predictions, and what is read from them."""

import json

import pytest

from sfr.predictions import open_predictions, read_gold_files

KEVIN = {
    "id": "1",
    "dataset": "mine",
    "split": "test",
    "task": "ner",
    "text": "Kevin left Oslo.",
    "schema": {"types": ["person", "place"], "roles": []},
    "gold": {"person": ["Kevin"], "place": ["Oslo"]},
    "at": {"person": [[[0, 5]]], "place": [[[11, 15]]]},
}
THERESE = {
    "id": "2",
    "dataset": "mine",
    "split": "test",
    "task": "ner",
    "text": "Therese stayed.",
    "schema": {"types": ["person", "place"], "roles": []},
    "gold": {"person": ["Therese"]},
}


@pytest.fixture
def kevin():
    """An example, as a line of a file of examples has it."""
    return json.loads(json.dumps(KEVIN))


@pytest.fixture
def therese():
    """Another one, without offsets."""
    return json.loads(json.dumps(THERESE))


@pytest.fixture
def write(tmp_path):
    """Writes a file of rows, objects or lines as they are; folders are made."""

    def write(name, *rows):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode() for row in rows]
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        return path

    return write


@pytest.fixture
def gold(write, kevin, therese):
    """The two examples as gold."""
    return read_gold_files([write("gold.jsonl", kevin, therese)])


class Read:
    """Predictions that were read to their end."""

    def __init__(self, source, folder):
        self.kind = source.kind
        self.rows = list(source.rows)
        self.problems = [problem.replace(f"{folder}/", "") for problem in source.problems.shown]
        self.count = source.problems.count
        self.notes = source.notes
        self.source = source

    @property
    def outputs(self):
        return {row.id: row.outputs for row in self.rows}


@pytest.fixture
def read(tmp_path):
    """Opens predictions and reads all of them; problems name files without the folder."""
    return lambda path, **options: Read(open_predictions(path, **options), tmp_path)


@pytest.fixture
def refused():
    """What is said when predictions cannot be opened."""

    def refused(path, **options):
        with pytest.raises(ValueError, match=r".") as caught:
            open_predictions(path, **options)
        return str(caught.value)

    return refused
