"""How fast Corkboard is, measured on this machine: `python3 scripts/bench/run.py`. Changes nothing of the product."""
