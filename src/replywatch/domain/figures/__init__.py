"""From exchanges to waits, and from waits to a report."""
