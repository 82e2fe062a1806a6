"""A real evaluation by verifiers of rows that were exported, against a server on this machine: nothing is pushed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import tomllib

import sfr
from sfr import samples
from sfr.data.exporting import export
from sfr.data.prompts import template
from sfr.kits import kit_root
from sfr.structures import TASKS
from tests.adapters.driving import installed
from tests.answering import loopback
from tests.data.test_exporting import write_examples
from tests.training import SENTENCES, example, rows_in

if not (installed("verifiers") and installed("uv")):
    pytest.skip("takes verifiers, and uv, with which its null harness installs what it needs", allow_module_level=True)

KIT = kit_root() / "verifiers"
KINDS = ["perfect", "partial", "truncated", "thinking", "prose", "empty"]
OUTPUTS = {(row["task"], row["text"], row["kind"]): row["output"] for row in samples.rows()}


def answer_for(text):
    """An output of the sample for the sentence at the end of a prompt; which kind, its length decides."""
    known = {kind: output for (_, sentence, kind), output in OUTPUTS.items() if sentence == text}
    return known.get(KINDS[len(text) % len(KINDS)], known["perfect"])


def streamed(text):
    """An answer in the pieces in which verifiers wants it."""
    base = {"id": "x", "created": 0, "model": "tiny", "object": "chat.completion.chunk"}
    pieces = [
        {"choices": [{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}},
    ]
    body = "".join(f"data: {json.dumps({**base, **piece})}\n\n" for piece in pieces).encode() + b"data: [DONE]\n\n"

    def reply(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def prompt_of(request):
    content = request["messages"][-1]["content"]
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """The file of rows, of all tasks."""
    folder = tmp_path_factory.mktemp("rows")
    examples = write_examples(folder / "mixed.jsonl", [example(one) for task in TASKS for one in SENTENCES[task][:4]])
    out = folder / "trl"
    out.mkdir()
    return export(examples, out, "trl", template("sa-records")).path


def evaluate(folder, *arguments, **environment):
    """``vf-eval`` in a folder of its own."""
    command = [Path(sys.executable).parent / "vf-eval", *arguments, "--no-push"]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(KIT), "OPENAI_API_KEY": "none", **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def traces_in(folder):
    (path,) = folder.glob("**/traces.jsonl")
    return [trace for line in path.read_text(encoding="utf-8").splitlines() for trace in json.loads(line)["traces"]]


def test_the_rewards_and_metrics_of_an_evaluation_are_those_of_the_core(rows, tmp_path):
    config = (KIT / "eval.toml").read_text(encoding="utf-8").replace("rows.jsonl", str(rows))
    (tmp_path / "eval.toml").write_text(config, encoding="utf-8")
    with loopback() as server:
        server.reply = lambda request: streamed(answer_for(prompt_of(request).rpartition("\n")[2]))
        done = evaluate(tmp_path, "@", "eval.toml", "--client.base-url", server.url, "-n", "12")
    assert done.returncode == 0, done.stdout + done.stderr
    traces = traces_in(tmp_path)
    grader = sfr.grader(profile="bounded")

    assert len(rows_in(rows)) == len(traces) == 12
    seen = set()
    for trace in traces:
        assert trace["errors"] == []
        truth = trace["task"]["data"]["ground_truth"]
        output = answer_for(json.loads(truth)["text"])
        expected = grader.grade(truth, output)
        assert {"sfr": {"score": expected.value, "weight": 1.0}} == trace["rewards"]
        assert expected.terms == trace["metrics"]
        seen.add((expected.task, expected.value))
    assert {*TASKS} == {task for task, _ in seen}
    assert len(seen) > 6


def test_the_function_alone_is_plugged_into_a_taskset_of_ones_own(rows, tmp_path):
    (tmp_path / "mine.py").write_text(
        "import json, pathlib\n"
        "import verifiers.v1 as vf\n"
        "__all__ = ['Mine']\n"
        "class Data(vf.TaskData):\n"
        "    ground_truth: str\n"
        "class Task(vf.Task[Data]):\n"
        "    pass\n"
        "class Mine(vf.Taskset[Task, vf.TasksetConfig]):\n"
        "    def load(self):\n"
        f"        for line in pathlib.Path({str(rows)!r}).read_text().splitlines():\n"
        "            row = json.loads(line)\n"
        "            yield Task(Data(prompt=row['prompt'], ground_truth=row['ground_truth']), self.config.task)\n",
        encoding="utf-8",
    )
    with loopback() as server:
        server.reply = lambda request: streamed(answer_for(prompt_of(request).rpartition("\n")[2]))
        done = evaluate(
            tmp_path,
            *("mine", "-m", "tiny", "-n", "4", "--client.base-url", server.url),
            *("--client.api-key-var", "OPENAI_API_KEY"),
            *("--env.agent.harness.id", "null", "--env.agent.runtime.type", "subprocess"),
            *("--env.taskset.task.rewards", '{"sfr": {"fn": "sfr.adapters.verifiers:sfr_reward"}}'),
            PYTHONPATH=str(tmp_path),
            SFR_REWARD="profile=bounded scale=unit",
        )
    assert done.returncode == 0, done.stdout + done.stderr
    traces = traces_in(tmp_path)
    grader = sfr.grader(profile="bounded", scale="unit")

    assert len(traces) == 4
    for trace in traces:
        truth = trace["task"]["data"]["ground_truth"]
        expected = grader.grade(truth, answer_for(json.loads(truth)["text"]))
        assert {"sfr": {"score": expected.value, "weight": 1.0}} == trace["rewards"]
        assert expected.terms == trace["metrics"]


def test_verifiers_accepts_the_environment_of_the_recipe_of_prime_rl(rows, monkeypatch):

    from verifiers.v1.utils.loaders import load_taskset, resolve_env_config

    monkeypatch.syspath_prepend(KIT)
    (source,) = tomllib.loads((KIT / "prime-rl.toml").read_text(encoding="utf-8"))["orchestrator"]["train"]["source"]
    source["env"]["taskset"]["data"] = str(rows)
    config = resolve_env_config(source["env"])

    tasks = list(load_taskset(config.taskset))
    assert [row["id"] for row in rows_in(rows)] == [task.data.id for task in tasks]
    assert tasks[0].config.settings == {"profile": "bounded"}


# -- what goes wrong -------------------------------------------------------------------------------------


def test_rows_that_nothing_can_be_scored_with_end_it_before_the_first_rollout(tmp_path):
    bad = {"prompt": [{"role": "user", "content": "?"}], "ground_truth": '{"task": "ner", "gold": {"person": [7]}}'}
    (tmp_path / "rows.jsonl").write_text(f'{json.dumps(bad)}\n{{"question": "?"}}\n', encoding="utf-8")

    done = evaluate(tmp_path, "@", str(KIT / "eval.toml"))

    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "rows.jsonl:1: bad ground truth:" in said
    assert "not-a-string @ person[0]" in said
    assert "rows.jsonl:2: no ground_truth, prompt" in said


def test_a_wrong_setting_ends_it_before_the_first_rollout(rows, tmp_path):
    config = (KIT / "eval.toml").read_text(encoding="utf-8").replace("rows.jsonl", str(rows))
    (tmp_path / "eval.toml").write_text(config.replace("profile =", "profil ="), encoding="utf-8")

    done = evaluate(tmp_path, "@", "eval.toml")

    assert done.returncode != 0
    assert "unknown setting 'profil'; known: profile" in done.stdout + done.stderr
