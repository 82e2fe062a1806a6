"""The whole method as one run: stages, their inputs and commands, what became of them."""
