"""The tenants of the platform, for its operators: which there are, making one, closing one."""

from modelyard.client.clients import Client
from modelyard.ui.admin.secrets import show_invitation
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.tables import chosen_row
from modelyard.ui.parts.texts import plain
from modelyard.ui.parts.times import local
from modelyard.wire.people import TenantAnswer, TenantPost


def show_tenants(client: Client) -> None:
    """Draw the tenants."""
    import streamlit as st

    tenants = list(client.tenants.each())
    columns = st.column_config
    row = chosen_row(
        [
            {
                "Id": tenant.id,
                "Name": tenant.title,
                "State": "open" if tenant.disabled_at is None else "closed",
                "Since": local(tenant.created_at),
            }
            for tenant in tenants
        ],
        ids=[tenant.id for tenant in tenants],
        key="tenants",
        about="The tenants of the platform; choose one to close it or to open it.",
        config={
            "Id": columns.TextColumn(),
            "Name": columns.TextColumn(width="medium"),
            "State": columns.TextColumn(),
            "Since": columns.DatetimeColumn(format="distance"),
        },
    )
    if row is not None:
        _offer_turning(client, tenants[row])
    _offer_tenant(client)


def _offer_turning(client: Client, tenant: TenantAnswer) -> None:
    import streamlit as st

    is_open = tenant.disabled_at is None
    if is_open:
        st.warning(
            f"Nobody of {plain(tenant.title)} is let in once it is closed. Nothing is deleted.",
            icon=":material/warning:",
        )
    label = "Close the chosen tenant" if is_open else "Open the chosen tenant again"
    if st.button(label, key=f"turn-{tenant.id}"):
        with told():
            client.tenants.set_disabled(tenant.id, is_disabled=is_open)
            st.rerun()


def _offer_tenant(client: Client) -> None:
    import streamlit as st

    st.subheader("Make a tenant", anchor=False)
    with st.form("tenant", clear_on_submit=True):
        tenant_id = st.text_input("Id", help="Lower-case letters, digits and hyphens.")
        title = st.text_input("Name")
        email = st.text_input("E-mail address of its first admin")
        is_sent = st.form_submit_button("Make the tenant", type="primary")
    if is_sent:
        with told():
            body = TenantPost(id=tenant_id.strip(), title=title.strip(), admin_email=email.strip())
            made = client.tenants.add(body)
            show_invitation(made.admin.user.email, made.admin.token)
