"""A tokenizer that can spell everything, made on the spot: its tokens are bytes, and what it is told to have."""


def put_letters(folder, *, chat, special=("<|im_start|>", "<|im_end|>"), added=("<think>", "</think>")):
    """The folder of such a tokenizer; what is special is left out of a text, what is added is not."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    inner = Tokenizer(models.BPE(vocab={letter: i for i, letter in enumerate(alphabet)}, merges=[]))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    inner.decoder = decoders.ByteLevel()
    inner.add_special_tokens([AddedToken(name, special=True) for name in special])
    inner.add_tokens([AddedToken(name, special=False) for name in added])
    found = PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="<|im_end|>")
    found.chat_template = chat
    found.save_pretrained(folder)
    return folder
