"""The hours in which a text message may reach anybody, by the recipient's clock: laws and accounts only narrow them.

Here, below both apps, because accounts are checked against them in one and messages are timed by them in the other.
"""

from datetime import time

LEGAL_TEXT_HOURS = (time(8), time(21))
SOURCE = "47 CFR 64.1200(c)(1)"  # the rules of the TCPA, for all of the United States
