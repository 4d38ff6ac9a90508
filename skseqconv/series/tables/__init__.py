"""What is given becomes series: arrays, tables, long tables, ids."""
