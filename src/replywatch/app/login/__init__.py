"""Logging in at a provider of tokens."""
