"""How long rows are kept that grow by themselves, and what ends them afterwards."""
