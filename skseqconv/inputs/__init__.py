"""What transformers, baselines and networks accept, checked once for all of them."""
