pytest_plugins = ["reviewhub.testing"]
