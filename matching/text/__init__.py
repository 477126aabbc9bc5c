"""Words: the forms in which they are compared, terms and phrases in texts, and the concepts that texts mention."""
