"""A report as text: one pure function for each format."""
