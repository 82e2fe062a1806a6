"""The reward as trainers call it: a module a trainer, and none of them imports its trainer."""
