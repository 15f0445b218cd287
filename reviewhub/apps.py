from django.apps import AppConfig


class ReviewHubConfig(AppConfig):
    name = "reviewhub"
    verbose_name = "ReviewHub"

    def ready(self) -> None:
        """Last of all apps: deploy checks, masks for what nobody catches, and our looks for other apps' pages."""
        from reviewhub import checks  # noqa: F401
        from reviewhub.backoffice.changelist import keep_headers
        from reviewhub.backoffice.pages import adopt_foreign_pages
        from reviewhub.logs import watch_uncaught

        watch_uncaught()
        adopt_foreign_pages()
        keep_headers()
