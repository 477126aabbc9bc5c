"""The features of a question and a candidate: one function each, over many candidates at once.

A function takes a :class:`~matching.query_view.QueryView` and the rows of actors, some or all, and returns float32 of
the shape of the rows, larger where the candidate fits better; zero means that what is measured is absent.
"""
