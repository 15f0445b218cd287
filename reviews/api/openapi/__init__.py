"""The OpenAPI document of the API: how it is made, and the endpoint that serves it."""
