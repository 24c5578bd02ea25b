"""What the benchmarks share: made tables, timing in pairs, printed and kept results."""
