"""How thousands of series are held, and read at the cost of the rows read."""
