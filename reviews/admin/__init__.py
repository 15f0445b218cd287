"""The back-office's pages, one module for each subject."""

from reviews.admin import contacts, feedback, machinery, requests, sequences

__all__ = ["contacts", "feedback", "machinery", "requests", "sequences"]
