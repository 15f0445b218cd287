"""The recipient's pages."""

from django.urls import path

from reviews import pages

app_name = "reviews"
urlpatterns = [
    path("r/<str:token>", pages.page, name="page"),
    path("r/<str:token>/go/<int:site>", pages.go, name="page-go"),
    path("r/<str:token>/unsubscribe", pages.unsubscribe, name="page-unsubscribe"),
]
