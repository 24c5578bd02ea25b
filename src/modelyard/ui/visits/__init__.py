"""What Streamlit runs; in a room of its own, for it would take a `pages` beside it for its own."""
