"""Questions answered from insights, and trends over the years."""
