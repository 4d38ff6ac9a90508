"""What is forecast, and what is known of that time: delays, origins, the future."""
