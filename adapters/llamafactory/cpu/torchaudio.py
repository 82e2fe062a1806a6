"""In the place of torchaudio, which LLaMAFactory imports even where there is no sound.

The builds of torchaudio are for CUDA, and do not import beside a torch for the CPU.
"""


def __getattr__(name):
    """Whatever is really used of torchaudio ends the program."""
    if name.startswith("__"):
        raise AttributeError(name)
    message = f"torchaudio.{name} is asked for, and this is only a stand-in: rows with sound take a real torchaudio"
    raise RuntimeError(message)
