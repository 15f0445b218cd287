"""Telling: members are mailed what waits in the inbox, at once or once a day, as each chose (docs/rules.md N1)."""
