"""The one place that names the product's version; pyproject.toml is tested to agree."""

VERSION = "0.1.0"
