"""How the data gets in: read, check, stage, index, swap, ledger."""
