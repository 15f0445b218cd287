"""The app `reviewhub`, which comes last of all: it changes what others have registered."""

from django.apps import AppConfig


class ReviewHubConfig(AppConfig):
    name = "reviewhub"
    verbose_name = "ReviewHub"

    def ready(self) -> None:
        """Register checks, mask uncaught errors, and give other apps' pages the back-office's looks."""
        from reviewhub import checks  # noqa: F401
        from reviewhub.backoffice.changelist import keep_headers
        from reviewhub.backoffice.pages import adopt_foreign_pages
        from reviewhub.logs import watch_uncaught

        watch_uncaught()
        adopt_foreign_pages()
        keep_headers()
