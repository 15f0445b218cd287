"""Formats in the English of people who read hours from 1 to 12; dates stay as they are, which nobody misreads."""

DATE_FORMAT = "j M Y"
TIME_FORMAT = "g:i A"
DATETIME_FORMAT = "j M Y, g:i A"
MONTH_DAY_FORMAT = "j F"
SHORT_DAY_FORMAT = "j M"
