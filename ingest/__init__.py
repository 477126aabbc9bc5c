"""From the files people have to validated facts in a store."""
