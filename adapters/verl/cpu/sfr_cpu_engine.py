"""verl's FSDP2 engine for the CPU: ``actor_rollout_ref.model.external_lib=sfr_cpu_engine``.

verl registers its engine for CUDA and NPU alone. A reference policy is kept off the device in pinned
memory there, which takes an accelerator; on a CPU it is where it belongs already.
"""

from unittest import mock

from verl.workers.engine.base import EngineRegistry
from verl.workers.engine.fsdp import transformer_impl


@EngineRegistry.register(model_type="language_model", backend="fsdp2", device="cpu")
class CPUEngine(transformer_impl.FSDPEngineWithLMHead):
    """The engine without memory to offload to."""

    def _build_fsdp_module(self, module):
        if module.config.tie_word_embeddings:  # vLLM would go on with other weights, and nothing would say so
            raise ValueError("vLLM on a CPU takes no new weights of tied embeddings: use tie_word_embeddings=False")
        with mock.patch.object(transformer_impl, "CPUOffloadPolicy", return_value=None):
            return super()._build_fsdp_module(module)
