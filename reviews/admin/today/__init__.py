"""Today, the first page of the back-office, a module for each part of it."""
