"""The CPU as a platform of verl: enough to try a run without a GPU, and not meant for a real one.

verl imports this module in every process when ``VERL_USE_EXTERNAL_MODULES`` names it, and takes the
platform when ``VERL_PLATFORM=cpu``. Nothing of verl is edited. Written for verl 0.9.1.
"""

import contextlib
import functools
import os
import types

import psutil
import torch
from verl.plugin.platform import PlatformBase, PlatformRegistry
from verl.utils import distributed


def _memory(*_: object) -> int:
    return int(psutil.Process().memory_info().rss)


def _free_memory(*_: object) -> tuple[int, int]:
    memory = psutil.virtual_memory()
    return memory.available, memory.total


def _device(*_: object) -> torch.device:
    return torch.device("cpu")  # not 0, as elsewhere: a tensor cannot be sent to number 0 without an accelerator


def _nothing(*_: object, **__: object) -> None:
    """Streams, caches and devices to choose from: a CPU has none of them."""


def _device_module() -> types.ModuleType:
    """``torch.cpu``, and what verl takes from ``torch.cuda`` besides."""
    module = types.ModuleType("sfr_cpu_device")
    vars(module).update({name: getattr(torch.cpu, name) for name in dir(torch.cpu) if not name.startswith("__")})
    memory = ("memory_allocated", "memory_reserved", "max_memory_allocated", "max_memory_reserved")
    idle = ("set_device", "synchronize", "empty_cache", "ipc_collect", "reset_peak_memory_stats")
    vars(module).update(dict.fromkeys(memory, _memory))
    vars(module).update(dict.fromkeys((*idle, "set_per_process_memory_fraction"), _nothing))
    vars(module).update(
        is_available=lambda: True,
        is_initialized=lambda: True,
        current_device=_device,
        device_count=lambda: 1,
        get_device_name=lambda *_: "CPU",
        mem_get_info=_free_memory,
        manual_seed=torch.manual_seed,
        manual_seed_all=torch.manual_seed,
        get_rng_state=lambda *_: torch.get_rng_state(),
        set_rng_state=lambda state, *_: torch.set_rng_state(state),
    )
    return module


@PlatformRegistry.register(platform="cpu")
class CPUPlatform(PlatformBase):
    """One CPU, which Ray counts as one GPU: start Ray with ``num_gpus`` of 1 for each worker."""

    device_name = "cpu"
    vendor_name = "cpu"
    device_module = _device_module()

    current_device = staticmethod(_device)
    manual_seed = staticmethod(torch.manual_seed)
    manual_seed_all = staticmethod(torch.manual_seed)
    set_device = synchronize = empty_cache = set_allocator_settings = staticmethod(_nothing)
    profiler_start = profiler_stop = cudart = staticmethod(_nothing)

    def is_available(self) -> bool:
        return True

    def is_platform_available(self, use_smi_check: bool = False) -> bool:  # noqa: FBT001, FBT002 - verl's signature
        del use_smi_check
        return False  # never found by itself, only by name

    def device_count(self) -> int:
        return 1

    def get_device_capability(self, device_index: int = 0) -> tuple[None, None]:
        del device_index
        return None, None

    def communication_backend_name(self) -> str:
        return "gloo"

    def visible_devices_envvar(self) -> str:
        return "CUDA_VISIBLE_DEVICES"

    def nvtx_range(self, msg: str) -> contextlib.nullcontext[None]:
        del msg
        return contextlib.nullcontext()

    def ray_resource_name(self) -> str:
        return "GPU"

    def ray_noset_envvars(self) -> list[str]:
        return ["RAY_EXPERIMENTAL_NOSET_CUDA_VISIBLE_DEVICES"]

    def is_ipc_supported(self) -> bool:
        return False  # so that weights go to vLLM through shared memory


if os.environ.get("VERL_PLATFORM", "").strip().lower() == "cpu":
    # Without a backend verl asks for "cpu:gloo,cpu:gloo", a device named twice, which torch refuses.
    distributed.initialize_global_process_group_ray = functools.partial(
        distributed.initialize_global_process_group_ray, backend="cpu:gloo"
    )
