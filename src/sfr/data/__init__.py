"""From published data sets to training files: catalogue, readers, checks, prompts, mixtures, rows for trainers."""
