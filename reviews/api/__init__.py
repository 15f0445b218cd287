"""The REST API: a module for each resource, which parses, calls a service and answers."""
