"""Moves aliases, the champion before all: what changes, and for whom, is said before it does."""

from collections.abc import Sequence

from modelyard.client.clients import Client
from modelyard.domain.names import CHAMPION
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.texts import plain
from modelyard.wire.deployments import DeploymentAnswer
from modelyard.wire.models import AliasAnswer, ModelDetail


def champion_of(client: Client, name: str) -> AliasAnswer | None:
    """Return where the champion of a name stands; None where there is none."""
    return next(
        (each for each in client.models.aliases(name).items if each.alias == CHAMPION), None
    )


def ask_to_promote(client: Client, model: ModelDetail) -> None:
    """Ask whether a version is to be the champion, and whether it is to be deployed with that."""
    import streamlit as st

    now = champion_of(client, model.name)
    served = _wanted(client, model.name)

    @st.dialog(f"Make {plain(model.id)} the champion?")
    def ask() -> None:
        before = f"version {now.version}" if now else "its newest version"
        _tell_what_changes(model.name, before=before, after=model.version, served=served)
        replaced = _offer_deploying(model, served)
        if st.button("Make it the champion", type="primary"):
            with told():
                client.models.promote(model.name, model.version)
                for each in replaced:
                    client.models.deploy(model.id, name=each)
                st.rerun()

    ask()


def _offer_deploying(model: ModelDetail, served: Sequence[DeploymentAnswer]) -> list[str]:
    """Return the names of the deployments that are to serve a version from then on."""
    import streamlit as st

    if not served:
        wants = st.checkbox(f"Deploy it as well, as {plain(model.name)}")
        return [model.name] if wants else []
    names = [each.name for each in served if each.model != model.id]
    if not names:
        return []
    return st.multiselect(
        "Let these deployments serve it as well",
        names,
        help="They go on at the same address, and lose no request.",
    )


def ask_to_roll_back(client: Client, model: ModelDetail, *, champion: AliasAnswer) -> None:
    """Ask whether the champion is to stand on the version again that it stood on before."""
    import streamlit as st

    served = _wanted(client, model.name)

    @st.dialog(f"Roll {plain(model.name)} back to version {champion.before}?")
    def ask() -> None:
        _tell_what_changes(
            model.name,
            before=f"version {champion.version}",
            after=champion.before or 0,
            served=served,
        )
        st.caption("Nothing is deleted: the version that is left can be made the champion again.")
        if st.button("Roll back", type="primary"):
            with told():
                client.models.roll_back(model.name)
                st.rerun()

    ask()


def ask_to_demote(client: Client, model: ModelDetail) -> None:
    """Ask whether no version is to be the champion any more."""
    import streamlit as st

    @st.dialog(f"Take the champion off {plain(model.id)}?")
    def ask() -> None:
        name = plain(model.name)
        st.markdown(
            f"From then on **{name}** alone means its newest version, whichever that is, and "
            f"**{name}@{CHAMPION}** means nothing. What is deployed goes on as it is."
        )
        if st.button("Take it off", type="primary"):
            with told():
                client.models.demote(model.name, CHAMPION)
                st.rerun()

    ask()


def _tell_what_changes(
    name: str, *, before: str, after: int, served: Sequence[DeploymentAnswer]
) -> None:
    import streamlit as st

    shown = plain(name)
    st.markdown(
        f"**{shown}** and **{shown}@{CHAMPION}** mean {before} now, and version {after} from then "
        "on: for everybody who loads, deploys or asks for predictions by these names."
    )
    others = [each for each in served if each.model != f"{name}@{after}"]
    if others:
        told_others = ", ".join(f"**{plain(each.name)}** ({plain(each.model)})" for each in others)
        st.markdown(f"What is deployed goes on with the version that it serves: {told_others}.")
    if len(others) == len(served):
        st.warning(
            f"Version {after} is not deployed: until it is, the platform refuses predictions that "
            f"are asked for as {shown}."
        )


def _wanted(client: Client, name: str) -> list[DeploymentAnswer]:
    return [each for each in client.deployments.list(model=name).items if each.is_wanted]
