"""Webhooks: what other programs are told. Inbound calls of providers are in `delivery.provider_events`."""
