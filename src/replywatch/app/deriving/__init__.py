"""Derived rows brought up to date with the facts, and mail taken out for good."""
