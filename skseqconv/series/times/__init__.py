"""The index of a series: order, gaps, frequency, clocks, spans, what comes next."""
