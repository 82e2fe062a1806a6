"""``sfr data list``, ``show``, ``rules`` and ``build``, and the raw sample that is built with them."""

import json
import os
import subprocess
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
import yaml

from sfr.cli.data import _build
from sfr.data.catalogue import data_set, names
from sfr.data.rules import RULES

OWN = {
    "name": "own",
    "task": "ner",
    "layout": "records",
    "options": {"task": "ner"},
    "files": {"train": ["train.jsonl"]},
    "labels": {"PER": "person"},
}
ROW = {"text": "Kevin left Oslo.", "gold": {"PER": ["Kevin"]}}
BC5CDR = "Warfarin\tB-Chemical\ncauses\tO\nbleeding\tB-Disease\n\nIt\tO\nis\tO\nsafe\tO\n"


@pytest.fixture
def raw(tmp_path):
    """Makes a folder of raw data: file by file, with rows, a description or text in each."""

    def made(**files):
        for name, content in files.items():
            path = tmp_path / "raw" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(written(content), encoding="utf-8")
        return tmp_path / "raw"

    return made


def written(content):
    """A description as YAML, rows as lines of JSON, text as it is."""
    if isinstance(content, dict):
        return yaml.safe_dump(content)
    return content if isinstance(content, str) else "".join(json.dumps(row) + "\n" for row in content)


def own(name="own", rows=(ROW,), **changes):
    """The files of a data set of one's own."""
    return {f"{name}/data_set.yaml": {**OWN, "name": name, **changes}, f"{name}/train.jsonl": list(rows)}


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def table(text):
    """The lines of a table, cut where two spaces or more part the columns."""
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in text.splitlines()]


def refused(result, code=2):
    """The last line that a command printed when it could do nothing."""
    assert (result.exit_code, result.stdout) == (code, "")
    assert isinstance(result.exception, SystemExit)
    return result.stderr.splitlines()[-1]


# -- the catalogue ----------------------------------------------------------------------------


def test_the_list_has_every_data_set_in_the_order_of_the_catalogue(sfr):
    result = sfr("data", "list")
    header, *lines = [cells for cells in table(result.stdout) if cells]
    assert header[:6] == ["name", "task", "labels", "train", "dev", "test"]
    assert [line[0] for line in lines] == list(names())
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize("task", ["ner", "re", "ee"])
def test_the_list_of_a_task_has_its_data_sets(sfr, task):
    found = [cells[:2] for cells in table(sfr("data", "list", "--task", task).stdout) if cells][1:]
    assert found == [[name, task] for name in names() if data_set(name).task == task]


def test_the_list_says_the_sizes_of_table_8(sfr):
    lines = {cells[0]: cells for cells in table(sfr("data", "list").stdout) if cells}
    assert lines["bc5cdr"][1:6] == ["ner", "2", "4,560", "4,581", "4,797"]
    assert lines["PHEE"][1:6] == ["ee", "2 (16)", "2,898", "961", "968"]
    assert lines["CrossNER_ai"][3] == "-"


@pytest.mark.parametrize("name", ["bc5cdr", "BC5CDR"])
def test_a_data_set_is_shown_whatever_the_case_of_its_name(sfr, name):
    result = sfr("data", "show", name)
    assert table(result.stdout)[0] == ["name", "bc5cdr"]
    assert all(word in result.stdout for word in ("Chemical", "train.tsv", "tner/bc5cdr", "public domain"))


def test_everything_that_the_catalogue_says_is_shown(sfr):
    for name in names():
        shown = "".join(sfr("data", "show", name).stdout.split())
        data = data_set(name)
        said = [data.title, data.licence, data.home, data.layout, *data.labels, *data.roles, *data.notes]
        said += [pattern for patterns in data.files.values() for pattern in patterns]
        assert [word for word in said if "".join(word.split()) not in shown] == []


def test_a_data_set_is_shown_as_json(sfr):
    result = sfr("data", "show", "PHEE", "--json")
    assert json.loads(result.stdout) == data_set("PHEE").model_dump(mode="json")


def test_a_data_set_of_ones_own_is_shown(sfr, raw):
    path = raw(**own()) / "own" / "data_set.yaml"
    assert json.loads(sfr("data", "show", path, "--json").stdout)["labels"] == OWN["labels"]
    assert table(sfr("data", "show", path).stdout)[0] == ["name", "own"]


def test_an_unknown_data_set_is_told_with_where_to_look(sfr):
    assert refused(sfr("data", "show", "bc6")) == "Error: unknown data set 'bc6'; see: sfr data list"


def test_the_rules_are_listed_with_their_default_and_what_else_they_can_be(sfr):
    lines = {cells[0]: cells[1:] for cells in table(sfr("data", "rules").stdout)[1:]}
    assert lines.keys() == RULES.keys()
    for name, rule in RULES.items():
        assert lines[name] == [
            rule.default,
            ", ".join(action for action in rule.actions if action != rule.default),
            rule.meaning,
        ]


# -- which data sets are built ----------------------------------------------------------------


def test_without_a_name_all_data_sets_that_are_there_are_built(sfr, raw, out):
    folder = raw(**own(), **own("more"), **{"bc5cdr/train.tsv": BC5CDR, "notes/readme.txt": "x"})
    result = sfr("data", "build", folder, "-o", out)
    assert (result.exit_code, result.stderr) == (0, "")
    assert sorted(path.name for path in out.iterdir()) == ["bc5cdr", "more", "own", "report.json"]
    assert f"built 3 data sets in {out}" in result.stdout.splitlines()


def test_a_name_builds_that_data_set_alone(sfr, raw, out):
    folder = raw(**{"bc5cdr/train.tsv": BC5CDR, "AnatEM/train.tsv": "x\tO\n"})
    sfr("data", "build", folder, "bc5cdr", "-o", out)
    assert sorted(path.name for path in out.iterdir()) == ["bc5cdr", "report.json"]


def test_several_names_build_those(sfr, raw, out):
    folder = raw(**{"bc5cdr/train.tsv": BC5CDR, "AnatEM/train.tsv": "x\tO\n", "bc2gm/train.tsv": "x\tO\n"})
    sfr("data", "build", folder, "bc2gm", "BC5CDR", "-o", out)
    assert sorted(path.name for path in out.iterdir()) == ["bc2gm", "bc5cdr", "report.json"]


def test_the_folder_of_a_single_data_set_may_be_named_itself(sfr, raw, out):
    folder = raw(**{"somewhere/train.tsv": BC5CDR})
    assert sfr("data", "build", folder / "somewhere", "bc5cdr", "-o", out).exit_code == 0
    assert (out / "bc5cdr" / "train.jsonl").is_file()


def test_the_case_of_a_folder_does_not_matter(sfr, raw, out):
    assert sfr("data", "build", raw(**{"BC5CDR/train.tsv": BC5CDR}), "-o", out).exit_code == 0
    assert (out / "bc5cdr" / "train.jsonl").is_file()


def test_a_description_of_ones_own_is_named_by_its_file(sfr, raw, out, tmp_path):
    folder = raw(**{"own/train.jsonl": [ROW]})
    description = tmp_path / "described.yaml"
    description.write_text(yaml.safe_dump(OWN), encoding="utf-8")
    assert sfr("data", "build", folder, description, "-o", out).exit_code == 0
    assert sfr("data", "build", folder / "own", description, "-o", out).exit_code == 0
    assert sorted(path.name for path in out.iterdir()) == ["own", "report.json"]


def test_a_name_may_be_that_of_a_folder_that_describes_itself(sfr, raw, out):
    folder = raw(**own(), **own("more"))
    assert sfr("data", "build", folder, "own", "-o", out).exit_code == 0
    assert sorted(path.name for path in out.iterdir()) == ["own", "report.json"]


def test_a_description_in_its_folder_comes_before_that_of_the_catalogue(sfr, raw, out):
    sfr("data", "build", raw(**own("bc5cdr")), "bc5cdr", "-o", out)
    (line,) = (out / "bc5cdr" / "train.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["gold"] == {"person": ["Kevin"]}


def test_two_data_sets_of_one_name_are_refused(sfr, raw, out):
    folder = raw(**{**own("one"), **own("other"), "other/data_set.yaml": {**OWN, "name": "one"}})
    result = sfr("data", "build", folder, "-o", out)
    assert (result.exit_code, result.stdout, "one" in result.stderr) == (2, "", True)
    assert not (out / "one").exists()


def test_a_data_set_that_is_named_twice_is_built_once(sfr, raw, out):
    folder = raw(**{"bc5cdr/train.tsv": BC5CDR})
    result = sfr("data", "build", folder, "bc5cdr", "BC5CDR", "-o", out)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, f"built 1 data set in {out}")


# -- what is said -----------------------------------------------------------------------------


def test_the_table_has_a_line_for_each_split_with_its_counts(sfr, raw, out):
    folder = raw(**{"bc5cdr/train.tsv": BC5CDR, "bc5cdr/devel.tsv": BC5CDR + "\nIt\tO\nis\tO\nsafe\tO\n"})
    header, first, second, *_ = table(sfr("data", "build", folder, "-o", out).stdout)
    assert header[:7] == ["data set", "split", "rows", "Table 8", "empty", "units", "repeated"]
    assert first[:7] == ["bc5cdr", "train", "2", "4,560", "50.0%", "2", "0"]
    assert second[:7] == ["bc5cdr", "dev", "3", "4,581", "66.7%", "2", "0"]


def test_the_report_holds_the_counts_of_all_data_sets_that_stand_there(sfr, raw, out):
    sfr("data", "build", raw(**own()), "-o", out)
    folder = raw(**own("more", [ROW, ROW]))
    sfr("data", "build", folder, folder / "more" / "data_set.yaml", "-o", out)
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert {name: found["splits"]["train"]["rows"] for name, found in report.items()} == {"more": 2, "own": 1}
    manifest = json.loads((out / "own" / "manifest.json").read_text(encoding="utf-8"))
    assert report["own"] == manifest["result"]


@pytest.mark.parametrize("content", ["{}", "not JSON", '{"result": 1}'])
def test_a_manifest_of_somebody_else_is_no_part_of_the_report(sfr, raw, out, content):
    (out / "theirs").mkdir(parents=True)
    (out / "theirs" / "manifest.json").write_text(content)
    result = sfr("data", "build", raw(**own()), "-o", out)
    assert (result.exit_code, list(json.loads((out / "report.json").read_text()))) == (0, ["own"])


def test_what_a_killed_build_left_is_no_part_of_the_report(sfr, raw, out):
    folder = raw(**own(), **own("more"))
    sfr("data", "build", folder, "-o", out)
    (out / "more").rename(out / ".more.old")
    result = sfr("data", "build", folder, folder / "own" / "data_set.yaml", "-o", out)
    assert (result.exit_code, list(json.loads((out / "report.json").read_text()))) == (0, ["own"])


def test_dirt_is_listed_on_request_by_rule(sfr, raw, out):
    folder = raw(**own(rows=[ROW, {**ROW, "gold": {}}]))
    assert "no-unit" not in sfr("data", "build", folder, "-o", out).stdout
    lines = table(sfr("data", "build", folder, "-o", out, "--dirt").stdout)
    assert ["own", "train", "no-unit", "keep", "1", RULES["no-unit"].meaning] in lines


def test_a_data_set_that_stands_is_said_to_and_counted_all_the_same(sfr, raw, out):
    folder = raw(**own())
    first = sfr("data", "build", folder, "-o", out).stdout.splitlines()
    second = sfr("data", "build", folder, "-o", out).stdout.splitlines()
    assert (first[:-1], second[-1]) == (second[:-1], "1 data set stood there already")


def test_built_and_standing_data_sets_are_told_apart(sfr, raw, out):
    sfr("data", "build", raw(**own()), "-o", out)
    last = sfr("data", "build", raw(**own("more")), "-o", out).stdout.splitlines()[-1]
    assert last == f"built 1 data set in {out}, 1 data set stood there already"


def test_what_stands_is_built_again_on_request(sfr, raw, out):
    folder = raw(**own())
    sfr("data", "build", folder, "-o", out)
    assert sfr("data", "build", folder, "-o", out, "--again").stdout.splitlines()[-1] == f"built 1 data set in {out}"


def test_a_rule_is_changed_by_its_option(sfr, raw, out):
    folder = raw(**own(rows=[ROW, {**ROW, "gold": {}}]))
    sfr("data", "build", folder, "-o", out, "--rule", "no-unit=drop-row", "--rule", "not-in-text=fail")
    assert len((out / "own" / "train.jsonl").read_text().splitlines()) == 1


def test_parquet_is_written_on_request(sfr, raw, out):
    sfr("data", "build", raw(**own()), "-o", out, "--format", "parquet")
    assert sorted(contents(out)) == ["own/dirt.jsonl", "own/manifest.json", "own/train.parquet", "report.json"]


def test_two_processes_build_and_say_what_one_does(sfr, raw, out, tmp_path):
    folder = raw(**own(), **own("bad", [{"text": "x"}]), **{"bc5cdr/train.tsv": BC5CDR})
    one = sfr("data", "build", folder, "-o", out, "-j", 1)
    out.rename(tmp_path / "first")
    two = sfr("data", "build", folder, "-o", out, "-j", 2)
    assert (one.exit_code, one.stdout, one.stderr) == (two.exit_code, two.stdout, two.stderr)
    assert contents(tmp_path / "first") == contents(out)


def test_in_a_pipe_there_is_plain_text_and_nothing_else(sfr_process, raw, out):
    folder = raw(**own(), **{"bc5cdr/train.tsv": BC5CDR})
    for command in (["list"], ["show", "PHEE"], ["rules"], ["build", folder, "-o", out, "--dirt"]):
        result = sfr_process("data", *command)
        text = result.stdout.decode("utf-8")
        assert (result.returncode, result.stderr) == (0, b"")
        assert all(line.isprintable() and line == line.rstrip() for line in text.splitlines())


# -- what cannot be built ---------------------------------------------------------------------


def test_a_data_set_that_fails_does_not_stop_the_others(sfr, raw, out):
    folder = raw(**own("bad", [{**ROW, "gold": {"ORG": ["Kevin"]}}]), **own("good"))
    result = sfr("data", "build", folder, "-o", out)
    assert result.exit_code == 2
    problem, last = result.stderr.splitlines()
    assert problem.startswith(f"{folder / 'bad' / 'train.jsonl'}:1: unknown-label: unknown label 'ORG'; known: PER")
    assert last == "1 problem, and nothing was written of bad"
    assert sorted(path.name for path in out.iterdir()) == ["good", "report.json"]


def test_an_older_build_of_a_data_set_that_fails_is_said_to_stay(sfr, raw, out):
    sfr("data", "build", raw(**own()), "-o", out)
    result = sfr("data", "build", raw(**own(rows=[{}])), "-o", out)
    assert refused(result) == f"1 problem, and nothing was written of own; an older own stays in {out}"


def test_all_data_sets_that_fail_are_named(sfr, raw, out):
    folder = raw(**own("a", [{}]), **own("b", [{"text": "x"}]))
    assert refused(sfr("data", "build", folder, "-o", out)).endswith("and nothing was written of a, b")


def test_of_many_problems_the_last_line_says_that_there_are_others(sfr, raw, out):
    rows = [{**ROW, "gold": {f"X{number}": ["Kevin"]}} for number in range(60)]
    result = sfr("data", "build", raw(**own(rows=rows)), "-o", out)
    assert result.stderr.splitlines()[50:] == ["... and others", "60 problems, and nothing was written of own"]


def test_results_are_never_written_over_raw_data(sfr, raw):
    folder = raw(**own())
    before = contents(folder)
    result = sfr("data", "build", folder, "-o", folder)
    assert refused(result) == "1 problem, and nothing was written of own"
    assert f"{folder / 'own'} is there and was not built by sfr" in result.stderr
    assert contents(folder) == before


def test_a_raw_folder_that_does_not_exist_is_told(sfr, out, tmp_path):
    assert str(tmp_path / "nowhere") in refused(sfr("data", "build", tmp_path / "nowhere", "-o", out))
    assert not out.exists()


def test_a_file_in_the_place_of_the_raw_folder_is_told(sfr, out, tmp_path):
    (tmp_path / "file").touch()
    assert f"'{tmp_path / 'file'}' is a file" in refused(sfr("data", "build", tmp_path / "file", "-o", out))


def test_a_raw_folder_without_a_data_set_is_told_with_what_is_expected(sfr, out, tmp_path):
    (tmp_path / "raw").mkdir()
    message = refused(sfr("data", "build", tmp_path / "raw", "-o", out))
    assert message == (
        f"Error: {tmp_path / 'raw'} holds no folder of a data set; expected such as"
        f" {tmp_path / 'raw' / names()[0]}. See what is looked for: sfr data show NAME"
    )
    assert not out.exists()


def test_a_data_set_without_files_is_told_with_its_patterns(sfr, raw, out):
    folder = raw(**{"bc5cdr/other.tsv": ""})
    result = sfr("data", "build", folder, "bc5cdr", "-o", out)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{folder / 'bc5cdr'}: expected files of bc5cdr: train.tsv, ")


def test_an_unknown_name_is_told(sfr, raw, out):
    assert refused(sfr("data", "build", raw(**own()), "bc6", "-o", out)) == (
        "Error: unknown data set 'bc6'; see: sfr data list"
    )
    assert not out.exists()


def test_without_a_place_to_write_nothing_is_built(sfr, raw):
    assert "'-o'" in refused(sfr("data", "build", raw(**own())))


def test_a_place_below_a_file_is_told(sfr, raw, tmp_path):
    (tmp_path / "file").touch()
    result = sfr("data", "build", raw(**own()), "-o", tmp_path / "file" / "out")
    assert str(tmp_path / "file" / "out") in refused(result)


@pytest.fixture
def breaks_off(sfr, raw, out, monkeypatch):
    """Runs a build that an error ends; the last line that it prints."""

    def run(error, code=1):
        def fails(_):
            raise error

        monkeypatch.setattr(_build, "build", fails)
        return refused(sfr("data", "build", raw(**own()), "-o", out), code=code)

    return run


def test_an_error_of_the_system_fails_the_data_set(breaks_off):
    assert breaks_off(OSError(28, "No space left on device"), code=2) == "1 problem, and nothing was written of own"


def test_a_worker_that_died_is_told_in_one_line(breaks_off):
    assert breaks_off(BrokenProcessPool()).endswith("most likely for want of memory; try fewer jobs")


@pytest.mark.parametrize("jobs", ["0", "-1", "x"])
def test_a_number_of_jobs_that_is_none_is_told(sfr, raw, out, jobs):
    assert "'-j'" in refused(sfr("data", "build", raw(**own()), "-o", out, "-j", jobs))


@pytest.mark.parametrize("rule", ["no-unit", "no-unit=", "no-unit=drop-unit", "no-units=keep", "=keep", "no-unit=KEEP"])
def test_a_rule_that_is_none_is_told_with_all_that_are(sfr, raw, out, rule):
    message = refused(sfr("data", "build", raw(**own()), "-o", out, "--rule", rule))
    assert f"'{rule}' is none of " in message
    assert all(f"{name}={'|'.join(known.actions)}" in message for name, known in RULES.items())
    assert not out.exists()


BROKEN = {
    "no YAML": ("name: [", "not YAML"),
    "nothing": ("", "data_set.yaml: "),
    "a list": ("- own", "data_set.yaml: "),
    "an unknown key": (yaml.safe_dump({**OWN, "colour": "red"}), "data_set.yaml: colour: "),
    "an unknown layout": (yaml.safe_dump({**OWN, "layout": "scroll"}), "layout: unknown 'scroll'; known: "),
    "an unknown option": (yaml.safe_dump({**OWN, "options": {"colour": "red"}}), "has no option colour"),
    "an unknown rule": (yaml.safe_dump({**OWN, "rules": {"no-units": "keep"}}), "rules: unknown 'no-units'"),
    "an action that is none": (yaml.safe_dump({**OWN, "rules": {"no-unit": "drop-unit"}}), "no-unit can be keep, "),
    "an unknown split": (yaml.safe_dump({**OWN, "files": {"trains": ["x"]}}), "data_set.yaml: files.trains"),
    "splits carved out of nothing": (
        yaml.safe_dump({**OWN, "carve": {"source": "all", "sizes": {"train": 1}}}),
        "carve: there is no split 'all' in files",
    ),
    "events without roles": (
        yaml.safe_dump({**OWN, "task": "ee", "options": {"task": "ee"}}),
        "roles: expected the roles of the arguments",
    ),
}


@pytest.mark.parametrize("named", [False, True], ids=["found by itself", "named"])
@pytest.mark.parametrize(("text", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_description_is_told_with_its_file_and_what_is_wrong(sfr, raw, text, message, named):
    folder = raw(**{"own/data_set.yaml": text, "own/train.jsonl": [ROW]})
    path, out = folder / "own" / "data_set.yaml", folder.parent / "out"
    result = sfr("data", "build", folder, *([path] if named else []), "-o", out)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"Error: {path}: " in result.stderr
    assert message in result.stderr
    assert not out.exists()


def test_everything_that_is_wrong_with_a_description_is_told(sfr, raw, out):
    folder = raw(**{"own/data_set.yaml": "name: own\ntask: news\nlabels: [PER]\n"})
    result = sfr("data", "build", folder, folder / "own" / "data_set.yaml", "-o", out)
    told = [line.partition("data_set.yaml: ")[2].partition(":")[0] for line in result.stderr.splitlines()[-4:]]
    assert sorted(told) == ["files", "labels", "layout", "task"]


def test_a_description_that_is_not_there_is_told(sfr, raw, out):
    folder = raw(**own())
    assert str(folder / "no.yaml") in refused(sfr("data", "build", folder, folder / "no.yaml", "-o", out), code=1)


def test_a_description_that_is_not_utf_8_is_told(sfr, raw, out):
    path = raw(**own()) / "own" / "data_set.yaml"
    path.write_bytes(b"name: \xff")
    assert refused(sfr("data", "build", path.parent, path, "-o", out)) == (
        f"Error: {path}: expected UTF-8: invalid start byte at byte 6"
    )


# -- the hub ----------------------------------------------------------------------------------


def test_the_hub_takes_the_names_of_data_sets(sfr, out):
    message = refused(sfr("data", "build", "hub:", "-o", out))
    assert message == "Error: with hub: name the data sets; see: sfr data list"


def test_a_folder_of_copies_that_does_not_exist_is_told(sfr, out, tmp_path):
    assert str(tmp_path / "nowhere") in refused(
        sfr("data", "build", f"hub:{tmp_path / 'nowhere'}", "bc5cdr", "-o", out)
    )


def test_a_missing_copy_is_told_with_where_it_is_expected(sfr, out, tmp_path):
    pytest.importorskip("datasets")
    result = sfr("data", "build", f"hub:{tmp_path}", "bc5cdr", "AnatEM", "-o", out)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        f"expected a copy of tner/bc5cdr in {tmp_path / 'tner/bc5cdr'}, found no folder",
        f"AnatEM is not on the hub; get it from {data_set('AnatEM').home}",
        "2 problems, and nothing was written of bc5cdr, AnatEM",
    ]


# -- terminals --------------------------------------------------------------------------------

ESCAPE = "\x1b]0;owned\x07\x9b31m"
HOSTILE = {
    "an unknown label": own(rows=[{**ROW, "gold": {ESCAPE: ["Kevin"]}}]),
    "a mention": own(rows=[{**ROW, "gold": {"PER": [ESCAPE]}}], rules={"not-in-text": "fail"}),
    "a text": own(rows=[{**ROW, "text": 5, ESCAPE: 1}, {ESCAPE: 1}]),
    "a name": own() | {"own/data_set.yaml": {**OWN, "name": f"own{ESCAPE}"}},
    "an unknown key": own() | {"own/data_set.yaml": {**OWN, ESCAPE: 1}},
    "a value": own() | {"own/data_set.yaml": {**OWN, "task": ESCAPE}},
    "an unknown rule": own() | {"own/data_set.yaml": {**OWN, "rules": {ESCAPE: "keep"}}},
    "a pattern": own() | {"own/data_set.yaml": {**OWN, "files": {"train": [ESCAPE]}}},
}


@pytest.mark.parametrize("files", HOSTILE.values(), ids=HOSTILE)
def test_no_control_character_of_a_file_reaches_the_terminal(sfr, raw, out, files):
    folder = raw(**files)
    for name in ([], [folder / "own" / "data_set.yaml"]):
        result = sfr("data", "build", folder, *name, "-o", out, "--dirt")
        assert not {"\x1b", "\x07", "\x9b"} & {*result.stdout, *result.stderr}


def test_no_control_character_of_a_description_reaches_the_terminal(sfr, raw):
    strings = {"title": ESCAPE, "licence": ESCAPE, "home": ESCAPE, "notes": [ESCAPE], "labels": {ESCAPE: ESCAPE}}
    path = raw(**{"own/data_set.yaml": {**OWN, **strings}}) / "own" / "data_set.yaml"
    shown = sfr("data", "show", path)
    assert shown.exit_code == 0
    assert not {"\x1b", "\x07", "\x9b"} & {*shown.stdout}


# -- extras -----------------------------------------------------------------------------------


def without(module, *arguments):
    """Run a command in a process in which a module is not installed."""
    program = (
        f"import sys; sys.modules[{module!r}] = None; from sfr.cli import main; main({[*map(str, arguments)]!r}, 'sfr')"
    )
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, timeout=60, check=False
    )


@pytest.mark.parametrize("module", ["pydantic", "yaml"])
@pytest.mark.parametrize("command", ["list", "build"])
def test_without_the_extra_it_is_told_what_to_install(module, command):
    result = without(module, "data", command)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"Error: sfr data {command} takes {module}: python -m pip install 'sfr[data]'\n"


def test_without_the_extra_the_other_commands_work(tmp_path):
    result = without("pydantic", "samples", "--raw", tmp_path / "raw")
    assert (result.returncode, result.stderr) == (0, "")


def test_without_pyarrow_parquet_is_refused_with_what_to_install(raw, out):
    result = without("pyarrow", "data", "build", raw(**own()), "-o", out, "--format", "parquet")
    assert "python -m pip install 'sfr[data]'" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (out / "own").exists()


# -- the sample -------------------------------------------------------------------------------


def test_the_raw_sample_is_written_and_what_to_do_next_is_said(sfr, tmp_path):
    raw = tmp_path / "raw"
    result = sfr("samples", "--raw", raw)
    said = f"wrote sample_ee, sample_ner, sample_re to {raw}; build them with: sfr data build {raw} -o built\n"
    assert (result.exit_code, result.stdout, result.stderr) == (0, said, "")
    assert sorted(contents(raw)) == sorted(
        f"sample_{task}/{name}" for task in ("ee", "ner", "re") for name in ("data_set.yaml", "sentences.jsonl")
    )


def test_the_raw_sample_is_built_as_it_says(sfr, tmp_path, out):
    sfr("samples", "--raw", tmp_path / "raw")
    result = sfr("data", "build", tmp_path / "raw", "-o", out)
    assert (result.exit_code, result.stderr) == (0, "")
    assert sorted(path.name for path in out.iterdir()) == ["report.json", "sample_ee", "sample_ner", "sample_re"]


def test_the_raw_sample_and_the_outputs_may_be_written_at_once(sfr, tmp_path):
    rows = tmp_path / "samples.jsonl"
    assert sfr("samples", "--raw", tmp_path / "raw", "-o", rows).exit_code == 0
    assert rows.is_file()
    assert (tmp_path / "raw" / "sample_ner" / "data_set.yaml").is_file()


def test_a_file_in_the_place_of_the_raw_sample_is_told(sfr, tmp_path):
    (tmp_path / "raw").touch()
    result = sfr("samples", "--raw", tmp_path / "raw")
    assert str(tmp_path / "raw") in refused(result)


def test_the_help_of_a_command_can_be_read_to_the_end_on_a_narrow_terminal(sfr):
    for command in ("list", "show", "rules", "build"):
        result = sfr("data", command, "--help")
        assert (result.exit_code, max(map(len, result.stdout.splitlines())) <= 80) == (0, True)


def test_the_folder_of_the_shipped_descriptions_holds_no_data():
    home = Path(sys.modules["sfr.data.catalogue"].__file__).parent / "sets"
    assert {path.suffix for path in home.iterdir()} == {".yaml", ".txt"}


# -- where a data set is looked for -------------------------------------------------------------


def test_a_folder_that_describes_itself_may_be_what_is_named(sfr, raw, out):
    result = sfr("data", "build", raw(**own()) / "own", "-o", out)
    assert (result.exit_code, (out / "own" / "train.jsonl").exists()) == (0, True)


def test_a_folder_with_another_name_than_its_data_set_is_found_by_its_own(sfr, raw, out):
    files = {name.replace("own/", "folder/"): content for name, content in own().items()}
    result = sfr("data", "build", raw(**files), "folder", "-o", out)
    assert (result.exit_code, (out / "own" / "train.jsonl").exists()) == (0, True)


def test_a_folder_of_the_catalogue_without_its_files_is_told(sfr, raw, out):
    result = sfr("data", "build", raw(**{"bc5cdr/training.tsv": "x", **own()}), "-o", out)
    assert result.exit_code == 2
    assert "expected files of bc5cdr: train.tsv" in result.stderr
    assert (out / "own" / "train.jsonl").exists()


def test_a_folder_that_nothing_can_be_written_to_is_read(sfr, raw, out, monkeypatch):
    folder = raw(**own())
    assert sfr("data", "build", folder, "-o", out).exit_code == 0

    def fails(*_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(_build, "written_whole", fails)
    assert "stood there already" in sfr("data", "build", folder, "-o", out).stdout
