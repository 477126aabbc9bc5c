"""Lists that staff made themselves: finding the tables in them, recognising their columns, and reading their rows."""
