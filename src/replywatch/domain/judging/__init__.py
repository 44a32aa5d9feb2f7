"""From what a header says to what sort of mail it is, and whose."""
