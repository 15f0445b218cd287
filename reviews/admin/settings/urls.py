"""Addresses of Settings, a list for each tab."""

from oauth.admin import people
from reviews.admin.settings import business, connections, page, sites

urlpatterns = [
    *business.urlpatterns,
    *page.urlpatterns,
    *sites.urlpatterns,
    *people.urlpatterns,
    *connections.urlpatterns,
]
