"""WSGI application, which gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from reviewhub.chunked_bodies import with_lengths

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewhub.settings")
application = with_lengths(get_wsgi_application())
