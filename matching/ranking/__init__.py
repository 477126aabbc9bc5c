"""From a query to a ranked list: candidates, their features, the ranker, and the order that is shown."""
