"""Settings of the theme (unfold): names, menu, and the blue of the back-office from light to dark."""

from typing import Any

PRIMARY = {
    "50": "oklch(97% .014 254.6)",
    "100": "oklch(93.2% .032 255.6)",
    "200": "oklch(88.2% .059 254.1)",
    "300": "oklch(80.9% .105 251.8)",
    "400": "oklch(70.7% .165 254.6)",
    "500": "oklch(62.3% .214 259.8)",
    "600": "oklch(54.6% .245 262.9)",
    "700": "oklch(48.8% .243 264.4)",
    "800": "oklch(42.4% .199 265.6)",
    "900": "oklch(37.9% .146 265.5)",
    "950": "oklch(28.2% .091 267.9)",
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "ReviewHub",
    "SITE_HEADER": "ReviewHub",
    "SITE_SYMBOL": "reviews",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "/static/favicon.svg"}],
    "COLORS": {"primary": PRIMARY},
    "SITE_URL": None,
    "DASHBOARD_CALLBACK": "reviews.admin.today.page.today",
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": "reviews.admin.menu.menu"},
}
