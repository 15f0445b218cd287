"""Provider events: what mail and text providers report, and what customers text back."""
