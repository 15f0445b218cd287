"""Paths of the functions that the worker's processes call: strings, since their rooms come after this one.

Plain strings, no enumeration: a task is pickled into the queue, and would carry the path of its class along.
"""

# Stored in rows of the queue and of schedules: they never change, or queued tasks are lost.
DRAIN = "reviews.tasks.drain"
TICK = "reviews.tasks.tick"
SWEEP = "reviews.tasks.sweep"
APPLY_EVENTS = "reviews.tasks.apply_events"
IMPORT_ROWS = "reviews.tasks.import_rows"

# Stored nowhere: the watchdog calls them.
RUN_NOTIFIER = "reviews.webhooks.notifier.run"
RUN_TELLER = "reviews.telling.teller.run"
