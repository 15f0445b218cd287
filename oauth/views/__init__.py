"""Views of OAuth: consent, the endpoints of its RFCs, connected apps, signing in, and a credential's own status."""
