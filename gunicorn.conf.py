"""How gunicorn serves ReviewHub; it reads this file by itself when it is started beside it."""

import gc
import os
from typing import Any

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "4"))
control_socket_disable = True
umask = 0o077  # what is written is for this user alone
# Loaded once, before the workers are forked, which then share it.
preload_app = True


def when_ready(server: Any) -> None:
    """Keep the garbage collector from touching, and so copying, what the workers share."""
    gc.collect()
    gc.freeze()
