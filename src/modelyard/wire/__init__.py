"""Documents that cross an edge of the product, as pydantic models: YAML configurations."""
