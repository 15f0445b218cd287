"""The services and programs that `make test-all` needs: a sentence for each that is missing, before anything runs."""

import os
import shutil
import sys

import psycopg
import redis

POSTGRES = os.environ.get("DATABASE_URL", "")
REDIS = os.environ.get("REDIS_URL", "")


def missing_services() -> list[str]:
    sentences = []
    try:
        psycopg.connect(POSTGRES, connect_timeout=5).close()
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0]
        sentences.append(
            "PostgreSQL does not answer. Start one, and set DATABASE_URL=postgres://user:password@host:5432/name, "
            f"where the user may create databases. ({reason})"
        )
    try:
        redis.Redis.from_url(REDIS, socket_connect_timeout=5).ping()
    except (redis.RedisError, ValueError) as error:
        sentences.append(
            "Redis does not answer. Start one, and set REDIS_URL=redis://host:6379/9: tests empty that database "
            f"and the next one. ({error})"
        )
    return sentences


def left_out() -> list[str]:
    sentences = []
    if not any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        sentences.append("There is no Chromium here: browser tests are left out.")
    for name in ("redis-server", "pgbouncer"):
        if shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") is None:
            sentences.append(f"There is no {name} here: what happens when it fails is left out.")
    for name in ("nginx", "caddy"):
        if shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") is None:
            sentences.append(f"There is no {name} here: its example in packaging/proxies is left out.")
    if shutil.which("curl") is None:
        sentences.append("There is no curl here: the examples of the documents are left out.")
    return sentences


if __name__ == "__main__":
    for sentence in left_out():
        print(sentence)
    sys.exit("\n".join(missing_services()) or None)
