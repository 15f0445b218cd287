"""Alarms: the operator is told of what only they can mend, once, and once more when it is well again."""
