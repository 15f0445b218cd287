"""Retention of rows that grow by themselves: for how long, and what ends them afterwards."""
