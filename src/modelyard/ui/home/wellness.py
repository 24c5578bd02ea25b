"""Whether the platform is well, in a line, and what that rests on for who wants to know."""

from modelyard.ui.parts.texts import plain
from modelyard.wire.platform import HealthAnswer

_PARTS = {"database": "Database", "disk": "Disk", "workers": "Workers"}


def show_health(health: HealthAnswer) -> None:
    """Draw how the platform is."""
    import streamlit as st

    troubled = [name for name, part in health.parts.items() if not part.is_sound]
    if not troubled:
        label, icon = ":green[The platform is well]", ":material/check_circle:"
    elif health.is_healthy:
        label, icon = ":orange[The platform answers, but not all is well]", ":material/warning:"
    else:
        label, icon = ":red[The platform is not well]", ":material/error:"
    with st.expander(label, icon=icon, expanded=bool(troubled)):
        for name, part in health.parts.items():
            colour = "green" if part.is_sound else "red"
            word = "well" if part.is_sound else "not well"
            title = _PARTS.get(name, name.capitalize())
            st.markdown(f"**{plain(title)}** :{colour}[{word}] — {plain(part.detail)}")
        st.caption(f"Version {plain(health.version)}")
