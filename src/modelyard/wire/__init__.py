"""Documents that cross an edge of the product: configurations, requests, answers, problems."""
