"""The config file: values, loading, secrets."""
