"""The stock project with django-q2 as its tutorial has it: the database as broker, everything else by default."""

from bench.stock.settings import *  # noqa: F403
from bench.stock.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django_q"]
Q_CLUSTER = {"name": "stock", "orm": "default"}
