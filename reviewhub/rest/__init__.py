"""Parts of an API that know no resource: errors, JSON, pages of a list, field types."""
