"""The app `reviewhub`, which comes last of all: it changes what others have registered."""

from django.apps import AppConfig


class ReviewHubConfig(AppConfig):
    name = "reviewhub"
    verbose_name = "ReviewHub"

    def ready(self) -> None:
        """Register checks, mask uncaught errors, watch for read-only databases, change what other apps show."""
        from django.db.backends.signals import connection_created

        from reviewhub import checks  # noqa: F401
        from reviewhub.backoffice.changelist import keep_headers
        from reviewhub.backoffice.field_names import name_fields
        from reviewhub.backoffice.pages import adopt_foreign_pages, list_apps_late
        from reviewhub.logs import watch_uncaught
        from reviewhub.outages import close_soon_if_read_only

        watch_uncaught()
        name_fields()
        adopt_foreign_pages()
        list_apps_late()
        keep_headers()
        connection_created.connect(close_soon_if_read_only)
