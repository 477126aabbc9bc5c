"""What people touch: HTTP interface, pages and command line."""
