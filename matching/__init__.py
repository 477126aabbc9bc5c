"""From a snapshot and a query to ranked partners with reasons."""
