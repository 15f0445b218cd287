"""Parts of an API that know no resource: errors, JSON, keys in paths, parameters and pages of a list, field types."""
