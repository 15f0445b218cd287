"""Review sites: what each of them allows."""
