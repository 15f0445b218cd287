from django.apps import AppConfig


class ReviewHubConfig(AppConfig):
    name = "reviewhub"
    verbose_name = "ReviewHub"

    def ready(self) -> None:
        """Last of all apps: registers the deploy checks, and gives other apps' pages our looks."""
        from reviewhub import checks  # noqa: F401
        from reviewhub.backoffice import adopt_foreign_pages

        adopt_foreign_pages()
