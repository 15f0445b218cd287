"""Telling: members are mailed what waits in the inbox, at once or in the morning, as each of them chose (rule N1)."""
