"""The parts of the pages Monitor and Analytics: traffic, processes, single predictions, sums."""
