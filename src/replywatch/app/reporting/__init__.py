"""The figures of a period, as they stood at one moment."""
