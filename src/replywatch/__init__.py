"""How long does somebody who writes to our info@ address wait for a personal answer?"""

__version__ = "0.1.0"
"""As in pyproject.toml, which a test compares: asking the installed package costs a report 20 ms and more."""
