"""The scripts for Slurm, on an allocation that is made up: two nodes whose commands are written down."""

import os
import shutil
import subprocess

import pytest

from sfr.kits import kit_root

SCRIPTS = sorted(kit_root().glob("*/slurm.sh"))
every_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.parent.name)
pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="takes bash")

FAKES = {
    "scontrol": "printf 'first\\nsecond\\n'",
    # Without a node it runs on all of them.
    "srun": """nodes='0 1'
while [ "${1#--}" != "$1" ]; do
    case $1 in --nodelist=first) nodes=0 ;; --nodelist=second) nodes=1 ;; esac
    shift
done
for node in $nodes; do SLURM_NODEID=$node "$@"; done""",
    "hostname": "echo 192.0.2.1 192.0.2.9",
    "ray": 'echo "$SLURM_NODEID ray $*" >>"$SAID"',
    "llamafactory-cli": 'echo "$SLURM_NODEID llamafactory-cli $*" >>"$SAID"',
    # The program of the script that waits for all nodes, then the training.
    "python": """if [ "$1" = -c ]; then
    until [ "$(grep -c 'ray start' "$SAID")" = 2 ]; do sleep 0.1; done
else
    echo "$SLURM_NODEID python $*" >>"$SAID"
fi""",
}


@pytest.fixture
def allocation(tmp_path):
    """Runs a script on it; what it printed, and the commands of the nodes."""
    (tmp_path / "bin").mkdir()
    for name, text in FAKES.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/bash\n{text}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    environment = {
        "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "SAID": str(tmp_path / "said"),
        "SLURM_JOB_NODELIST": "nodes[1-2]",
        "SLURM_NNODES": "2",
        "RAY_AUTH_TOKEN": "secret",
    }

    def allocation(script, *words):
        done = subprocess.run(
            ["bash", str(script), *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        said = tmp_path / "said"
        return done, said.read_text().splitlines() if said.exists() else []

    return allocation


def test_there_are_scripts_for_both_trainers_of_the_chain():
    assert [path.parent.name for path in SCRIPTS] == ["llamafactory", "verl"]


@every_script
def test_a_script_is_one_of_bash_and_a_program(script):
    subprocess.run(["bash", "-n", str(script)], check=True, timeout=20)

    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").count("#SBATCH ") >= 5


@every_script
def test_without_a_recipe_it_says_how_it_is_called(script, allocation):
    done, said = allocation(script)

    assert (done.returncode, said) == (2, [])
    assert done.stderr.startswith("usage: sbatch [--nodes=N] slurm.sh RECIPE")


def test_llamafactory_starts_once_on_every_node(allocation):
    script = kit_root() / "llamafactory" / "slurm.sh"
    done, said = allocation(script, "kit/recipes/sa.yaml", "seed=2")

    assert (done.returncode, done.stderr) == (0, "")
    assert said == [f"{node} llamafactory-cli train kit/recipes/sa.yaml seed=2" for node in (0, 1)]


def test_verl_starts_on_the_first_node_when_ray_is_on_all(allocation, tmp_path):
    done, said = allocation(kit_root() / "verl" / "slurm.sh", "de_ner", "data.seed=2")

    assert done.returncode == 0, done.stderr
    started = sorted(line for line in said if "ray start" in line)
    assert started == [
        "0 ray start --head --node-ip-address=192.0.2.1 --port=6379 --num-gpus=8 --block",
        "1 ray start --address=192.0.2.1:6379 --num-gpus=8 --block",
    ]
    assert said[-1] == (
        f"0 python -m verl.trainer.main_ppo --config-dir {tmp_path}/kit/recipes --config-name de_ner trainer.nnodes=2 "
        "trainer.n_gpus_per_node=8 +ray_kwargs.ray_init.address=192.0.2.1:6379 data.seed=2"
    )
