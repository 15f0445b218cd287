"""Schedule: when a message may leave, by the account's hours, the law of the place, holidays and the cap."""
