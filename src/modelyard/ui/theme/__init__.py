"""How the page looks: its colours by light and by dark, its icon and its style sheet."""
