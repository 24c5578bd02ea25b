"""The page: Streamlit in a process of its own, which reaches the platform through the client."""
