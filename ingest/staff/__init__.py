"""Lists that staff made themselves: where tables lie in them, what their columns are, and their rows."""
