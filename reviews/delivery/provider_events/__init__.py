"""Provider events: what mail and text providers tell about our messages, and what customers text back."""
