"""New weights for vLLM on the CPU, as ``rollout.engine_kwargs.vllm.worker_extension_cls``.

vLLM packs linear weights for the CPU when it loads them and drops the originals, so that they cannot
be written over, as verl does. They are loaded anew instead, by the function that vLLM has for that.
"""

from typing import Any

import torch
from verl.workers.rollout.vllm_rollout.bucketed_weight_transfer import BucketedWeightReceiver
from verl.workers.rollout.vllm_rollout.utils import vLLMColocateWorkerExtension


class CPUWorkerExtension(vLLMColocateWorkerExtension):
    """verl's extension, whose weights come through shared memory and are loaded as a whole."""

    def update_weights_from_ipc(self, peft_config: Any = None, base_sync_done: bool = False, use_shm: bool = False):  # noqa: FBT001, FBT002 - verl's signature
        del base_sync_done
        if peft_config or not use_shm:
            raise ValueError("on a CPU vLLM takes whole weights through shared memory: no LoRA, no CUDA IPC")
        weights: dict[str, torch.Tensor] = {}

        def keep(bucket: list[tuple[str, torch.Tensor]], is_last: bool) -> None:  # noqa: FBT001 - verl's signature
            del is_last
            weights.update((name, tensor.clone()) for name, tensor in bucket)  # the memory is used again

        receiver = BucketedWeightReceiver(zmq_handle=self._get_zmq_handle(), device=torch.device("cpu"), use_shm=True)
        receiver.receive_weights(keep)
        self.model_runner.reload_weights(weights_iterator=iter(weights.items()))
