"""Processes of trainers: run, watched, ended, and asked why they failed."""

import os
import re
import sys
import time

import psutil
import pytest

from sfr.pipeline import processes
from sfr.pipeline.processes import last_error, last_words

CYAN, END = "\x1b[36m", "\x1b[0m"


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    monkeypatch.setattr(processes, "_PAUSE", 0.05)
    monkeypatch.setattr(processes, "_MEMORY_EVERY", 0.05)


@pytest.fixture
def call(tmp_path):
    """Runs a program of Python."""

    def call(code, **options):
        command = [sys.executable, "-S", "-c", code]
        return processes.run(command, folder=tmp_path, log=tmp_path / "log.txt", variables={"COLOUR": "red"}, **options)

    return call


def test_all_that_is_said_is_added_to_the_log(call, tmp_path):
    (tmp_path / "log.txt").write_text("before\n")
    ended = call("import os, sys; print(os.environ['COLOUR'], flush=True); print(os.getcwd(), file=sys.stderr)")
    assert (tmp_path / "log.txt").read_text() == f"before\nred\n{tmp_path}\n"
    assert ended.status == 0
    assert ended.seconds > 0


def test_a_failure_has_its_status(call):
    assert call("raise SystemExit(3)").status == 3
    assert call("import os; os.kill(os.getpid(), 9)").status == -9


def test_memory_is_that_of_a_process_and_its_children(call):
    child = "import time; a = b'x' * 60_000_000; time.sleep(0.6)"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', {child!r}])"
    assert call(code).memory > 60_000_000


def test_progress_is_looked_at_while_it_runs_and_at_the_end(call):
    seen = []
    call("import time; time.sleep(0.3)", watch=lambda: seen.append(time.monotonic()))
    assert len(seen) >= 3


def test_handles_stay_open_in_the_child(call, tmp_path):
    handle = os.open(tmp_path / "kept", os.O_CREAT | os.O_RDWR)
    call(f"import os; os.write({handle}, b'here')", keep_open=[handle])
    os.close(handle)
    assert (tmp_path / "kept").read_text() == "here"


@pytest.mark.parametrize("how", ["politely", "by force"])
def test_an_interrupt_ends_the_process_and_its_children(call, tmp_path, monkeypatch, how):
    monkeypatch.setattr(processes, "_PATIENCE", 0.3)
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " if how == "by force" else ""
    child = f"{stubborn}import os, time; open('child', 'w').write(str(os.getpid())); time.sleep(60)"
    code = f"{stubborn}import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', {child!r}])"

    def interrupt():
        path = tmp_path / "child"
        if path.is_file() and path.read_text():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call(code, watch=interrupt)
    pid = int((tmp_path / "child").read_text())
    end = time.monotonic() + 10
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < end, "the child goes on"
        time.sleep(0.02)


def test_an_interrupt_on_the_keyboard_is_not_for_the_child(call):
    assert call("import os; raise SystemExit(os.getpgrp() != os.getpid())").status == 0


def test_a_command_that_is_not_there_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        processes.run([str(tmp_path / "none")], folder=tmp_path, log=tmp_path / "log.txt", variables={})


# -- why it failed --------------------------------------------------------------------------------

PLAIN = """\
[INFO|trainer.py:1467] >> ***** Running training *****
  0%|          | 0/6 [00:00<?, ?it/s]\r 17%|█▋        | 1/6 [00:00<00:00, 12.89it/s]Traceback (most recent call last):
  File "/env/lib/python3.11/runpy.py", line 198, in _run_module_as_main
    return _run_code(code, main_globals, None,
  File "/env/lib/python3.11/site-packages/llamafactory/data/parser.py", line 95, in get_dataset_list
    raise ValueError(f"Undefined dataset {name} in {DATA_CONFIG}.")
ValueError: Undefined dataset cm_1 in dataset_info.json.
 17%|█▋        | 1/6 [00:01<00:06,  1.33s/it]
"""
CHAINED = """\
Traceback (most recent call last):
  File "hub.py", line 5, in get
    raise OSError
requests.exceptions.ConnectionError: (MaxRetryError("..."), 'no route')

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "train.py", line 9, in <module>
    main()
OSError: We couldn't connect to load this file
Check your internet connection or see how to run offline.
"""
RAY = f"""\
{CYAN}(TaskRunnerV1 pid=2194){END} step:1 - actor/entropy:6.125
{CYAN}(TaskRunnerV1 pid=2194){END} Unhandled error (suppress with 'RAY_IGNORE_UNHANDLED_ERRORS=1'): ray::WorkerDict
Error executing job with overrides: ['+ray_kwargs.ray_init.address=local']
Traceback (most recent call last):
  File "/env/lib/python3.11/site-packages/verl/trainer/main_ppo.py", line 99, in main
    run_ppo(config)
ray.exceptions.RayTaskError(RuntimeError): {CYAN}ray::TaskRunnerV1.run(){END} (pid=2194, ip=127.0.0.1)
  File "/env/lib/python3.11/site-packages/verl/trainer/ppo/ray_trainer.py", line 1002, in fit
    self._load_checkpoint()
RuntimeError: PytorchStreamReader failed reading zip archive: failed finding central directory

Set the environment variable HYDRA_FULL_ERROR=1 for a complete stack trace.
{CYAN}(SimpleStorageUnit pid=2275){END} 2026-11-30 21:11:52,048 - WARNING - 8 threads.{CYAN} [repeated 71x across cluster]{END}
"""
ACTOR = f"""\
{CYAN}(WorkerDict pid=2358, ip=10.0.0.2){END} Traceback (most recent call last):
{CYAN}(WorkerDict pid=2358, ip=10.0.0.2){END}   File "worker.py", line 1, in update_actor
{CYAN}(WorkerDict pid=2358, ip=10.0.0.2){END} torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.
{CYAN}(raylet){END} something else
"""
ENGINE = f"""\
{CYAN}(vLLMHttpServer pid=5){END} (EngineCore_DP0 pid=7) ERROR 11-30 21:11:45 [core.py:718] Traceback (most recent call last):
{CYAN}(vLLMHttpServer pid=5){END} (EngineCore_DP0 pid=7) ERROR 11-30 21:11:45 [core.py:718]   File "core.py", line 3, in run
{CYAN}(vLLMHttpServer pid=5){END} (EngineCore_DP0 pid=7) ERROR 11-30 21:11:45 [core.py:718] ValueError: No available memory for the cache blocks.
Traceback (most recent call last):
  File "llm.py", line 9, in serve
RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {{}}
"""
RANKS = """\
[rank0]: Traceback (most recent call last):
[rank0]:   File "launcher.py", line 185, in <module>
[rank0]:     run_exp()
[rank0]: AttributeError: 'NoneType' object has no attribute 'to'
E1130 21:00:00.000000 77 torch/distributed/elastic/multiprocessing/api.py:882] failed (exitcode: 1) local_rank: 0
Traceback (most recent call last):
  File "/env/bin/torchrun", line 8, in <module>
    sys.exit(main())
torch.distributed.elastic.multiprocessing.errors.ChildFailedError:
============================================================
launcher.py FAILED
Traceback (most recent call last):
  File "cli.py", line 24, in main
subprocess.CalledProcessError: Command '['torchrun', 'launcher.py']' returned non-zero exit status 1.
"""
KILLED_RANK = RANKS.partition("E1130")[2] + "  traceback : Signal 9 (SIGKILL) received by PID 1234\n"
CONFIG = """\
Traceback (most recent call last):
  File "main.py", line 1, in <module>
omegaconf.errors.ConfigAttributeError: Key 'nn' is not in struct
    full_key: actor_rollout_ref.rollout.nn
    object_type=dict
"""
NO_ERROR_BY_NAME = """\
Traceback (most recent call last):
  File "version.py", line 202, in __init__
    raise InvalidVersion(f"Invalid version: {version!r}")
packaging.version.InvalidVersion: Invalid version: '+cpu'
"""
FULL = """\
Traceback (most recent call last):
  File "serialization.py", line 9, in save
    self.file.write(data)
OSError: [Errno 28] No space left on device
"""


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        (PLAIN, "ValueError: Undefined dataset cm_1 in dataset_info.json."),
        (
            CHAINED,
            "OSError: We couldn't connect to load this file\nCheck your internet connection or see how to run offline.",
        ),
        (
            RAY,
            (
                "RuntimeError: PytorchStreamReader failed reading zip archive: failed finding central directory\n"
                "Set the environment variable HYDRA_FULL_ERROR=1 for a complete stack trace."
            ),
        ),
        (ACTOR, "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB."),
        (ENGINE, "ValueError: No available memory for the cache blocks."),
        (RANKS, "AttributeError: 'NoneType' object has no attribute 'to'"),
        (CONFIG, "omegaconf.errors.ConfigAttributeError: Key 'nn' is not in struct"),
        (NO_ERROR_BY_NAME, "packaging.version.InvalidVersion: Invalid version: '+cpu'"),
        (FULL, "OSError: [Errno 28] No space left on device"),
        (
            "starting\nlaunch.sh: line 9: python: command not found\nbye\n",
            "launch.sh: line 9: python: command not found",
        ),
        ("a\nb\n\nc\n", "a\nb\nc"),
        ("\n".join(map(str, range(20))), "\n".join(map(str, range(14, 20)))),
        ("", ""),
        ("KeyboardInterrupt\n", "KeyboardInterrupt"),
        ("a model called MyError was found\nthe end\n", "a model called MyError was found\nthe end"),
    ],
)
def test_the_trainer_s_own_last_error_is_found(tmp_path, log, expected):
    (tmp_path / "log.txt").write_text(log)
    assert last_error(tmp_path / "log.txt").startswith(expected)
    assert expected or not last_error(tmp_path / "log.txt")


def test_a_rank_that_was_killed_is_told_of_where_nothing_else_is(tmp_path):
    (tmp_path / "log.txt").write_text(KILLED_RANK)
    assert last_error(tmp_path / "log.txt") == "  traceback : Signal 9 (SIGKILL) received by PID 1234"


def test_no_colour_or_prefix_is_left(tmp_path):
    for log in (RAY, ACTOR, ENGINE, RANKS):
        (tmp_path / "log.txt").write_text(log)
        assert not re.search(r"\x1b|pid=|rank\d|ERROR \d", last_error(tmp_path / "log.txt"))


def test_an_error_of_an_earlier_attempt_is_no_reason(tmp_path):
    path = tmp_path / "log.txt"
    path.write_text(PLAIN)
    start = path.stat().st_size
    path.write_text(PLAIN + "and again\nKilled\n")
    assert last_error(path, start) == "Killed"
    assert last_words(path, start) == "Killed"


def test_long_lines_are_cut_and_bars_of_progress_left_out(tmp_path):
    bar = "Training Progress:  33%|###       | 1/3 [00:18<00:36, 18.02s/it]"
    (tmp_path / "log.txt").write_text(f"before\n{bar}\nstep:1 - {'actor/entropy:6.375 - ' * 200}\n{bar}\n")
    before, line = last_words(tmp_path / "log.txt").splitlines()
    assert before == "before"
    assert line.startswith("step:1 - actor/entropy:6.375 - ")
    assert len(line) <= 500


def test_what_is_no_text_does_no_harm(tmp_path):
    (tmp_path / "log.txt").write_bytes(b"\xff\xfe\0\n" * 200_000 + b"ValueError: \xff\n")
    assert last_error(tmp_path / "log.txt") == "ValueError: \N{REPLACEMENT CHARACTER}"


def test_a_real_child_that_raises_is_understood(call, tmp_path):
    assert call("def f():\n    raise KeyError('rows')\nf()").status == 1
    assert last_error(tmp_path / "log.txt") == "KeyError: 'rows'"
