"""What a Parquet file declares of itself before any of its pages is decoded."""
