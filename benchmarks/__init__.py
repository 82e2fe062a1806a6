"""Speed of sfr beside its peers, as ratios on one machine.

Run with ``python -m benchmarks``; see ``README.md``.
"""
