"""Hours in which a text message may reach anybody, by the recipient's clock; laws and accounts only narrow them.

They lie below both apps: `oauth` checks accounts against them, `reviews` times messages by them.
"""

from datetime import time

LEGAL_TEXT_HOURS = (time(8), time(21))
SOURCE = "47 CFR 64.1200(c)(1)"  # rules for the TCPA, in all of the United States
