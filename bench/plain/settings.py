"""ReviewHub's models and database, with Django's admin and middleware and nothing of ours around them."""

from bench.stock.settings import MIDDLEWARE as STOCK_MIDDLEWARE
from bench.stock.settings import TEMPLATES as STOCK_TEMPLATES
from reviewhub.settings import *  # noqa: F403
from reviewhub.settings import INSTALLED_APPS, STORAGES

ROOT_URLCONF = "bench.plain.urls"
MIDDLEWARE = STOCK_MIDDLEWARE
TEMPLATES = STOCK_TEMPLATES
# No autodiscovery: it would find our own pages.
INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig" if app == "django.contrib.admin" else app
    for app in INSTALLED_APPS
    if app not in {"unfold", "reviewhub"} and not app.startswith("allauth")  # it wants its middleware
]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
