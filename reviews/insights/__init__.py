"""Insights: numbers, read only."""
