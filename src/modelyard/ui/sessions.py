"""Who is logged in at the page: tokens are kept here, and a browser has a random id alone.

A page that is loaded again, or opened a second time, comes with the same id and is still logged in;
so is one whose process was started anew, from what is kept on the disk.
Access tokens last ten minutes; whoever asks with a client of a login asks with a fresh one.
"""

import secrets
import threading
from collections.abc import Callable
from contextlib import suppress

from modelyard.client.clients import Client
from modelyard.client.transports import Token
from modelyard.domain.errors import ModelyardError, NotAuthorized
from modelyard.ui.keeping import Keep, KeptLogin
from modelyard.wire.credentials import AdmissionAnswer

# OWASP, Session Management Cheat Sheet: at least 64 bits of entropy; 256 cost nothing more.
_ID_BYTES = 32
# An access token is renewed so long before it ends, for a request takes up to a minute.
_MARGIN_S = 60.0
# A login ends at the platform after 30 days in any case (docs/platform.md).
LONGEST_S = 30 * 86_400.0
# A platform that was started anew may ask for a login where it did not.
_ASK_AGAIN_S = 10.0


class Login:
    """One login: its client asks with an access token that is renewed when it is about to end.

    Attributes:
        email: of whoever has logged in.
        client: that asks as they do.
        began_s: when it began, by the clock.
        has_ended: whether nobody asks with it any more.
    """

    def __init__(
        self,
        kept: KeptLogin,
        *,
        connect: Callable[[Token], Client],
        clock: Callable[[], float],
        keep: Callable[[KeptLogin | None], None],
    ) -> None:
        """Take up a login, whose first access token is still to be asked for.

        Args:
            kept: what it begins from.
            connect: returns a client of the platform that asks with a token, or with none.
            clock: seconds that only grow.
            keep: told what the login can begin again from, each time that changes; None at its end.
        """
        self._clock = clock
        self._anonymous = connect(None)
        # A refresh token is good once: of two tabs that need a fresh one, one asks.
        self._turn = threading.Lock()
        self._keep = keep
        self._access, self._refresh, self._renewed_by_s = "", kept.refresh_token, clock()
        self.email = kept.email
        self.has_ended = False
        self.began_s = clock()
        self.client = connect(self.token)

    def token(self) -> str:
        """Return an access token that lasts a while longer.

        Raises:
            NotAuthorized: if the login has ended.
            ModelyardError: if the platform does not answer.
        """
        with self._turn:
            if self.has_ended:
                raise NotAuthorized("The login has ended.", fix="Log in.")
            if self._clock() >= self._renewed_by_s:
                self.take(self._renewed())
            return self._access

    def end(self) -> None:
        """End the login, at the platform too where it answers.

        Whoever still asks with its client, e.g. another tab, hears that the login has ended.
        """
        with self._turn:
            self._note_end()
            with suppress(ModelyardError):
                self._anonymous.logins.log_out(self._refresh)

    def close(self) -> None:
        """Let go of every connection."""
        self._anonymous.close()
        self.client.close()

    def _renewed(self) -> AdmissionAnswer:
        try:
            return self._anonymous.logins.refresh(self._refresh)
        except NotAuthorized:
            self._note_end()
            raise

    def _note_end(self) -> None:
        self.has_ended = True
        self._keep(None)

    def take(self, admission: AdmissionAnswer) -> None:
        """Go on with fresh tokens."""
        self._access, self._refresh = admission.access_token, admission.refresh_token
        self._renewed_by_s = self._clock() + admission.expires_in_s - _MARGIN_S
        self._keep(KeptLogin(self._refresh, self.email))


class Sessions:
    """The logins at one platform by the ids that browsers have; threads may share it.

    Args:
        connect: returns a client of the platform that asks with a token, or with none.
        clock: seconds that only grow.
        keep: where logins outlive the process; None for nowhere.
        is_open: whether nobody has to log in, unless the platform says so.
    """

    def __init__(
        self,
        connect: Callable[[Token], Client],
        *,
        clock: Callable[[], float],
        keep: Keep | None = None,
        is_open: bool = True,
    ) -> None:
        self._connect = connect
        self._keep = keep or Keep(None, platform="")
        self._clock = clock
        self.is_open = is_open
        self._logins: dict[str, Login] = {}
        self._turn = threading.Lock()
        self._has_to_log_in, self._asked_again_s = False, clock()
        self.anonymous = connect(None)

    def begin(self, admission: AdmissionAnswer) -> str:
        """Keep a login, and return the id by which it is found."""
        session_id = secrets.token_urlsafe(_ID_BYTES)
        login = self._login(session_id, KeptLogin(admission.refresh_token, admission.email))
        login.take(admission)
        with self._turn:
            self._logins[session_id] = login
        self._forget_old()
        return session_id

    def find(self, session_id: str | None) -> Login | None:
        """Return the login that an id stands for; None where there is none."""
        login = self._logins.get(session_id or "") or self._kept(session_id)
        return None if login is None or login.has_ended else login

    def client(self, session_id: str | None) -> Client:
        """Return the client of a login, else one that says nothing of who asks.

        Raises:
            NotAuthorized: if nobody is logged in, where that is needed whatever the platform says.
        """
        login = self.find(session_id)
        if login is None and not self.is_open:
            raise NotAuthorized("Nobody is logged in.", fix="Log in.")
        return self.anonymous if login is None else login.client

    def asks_for_login(self) -> bool:
        """Return whether whoever looks has to log in first, as far as that can be found out."""
        if not self.is_open:
            return True
        if self._clock() >= self._asked_again_s:
            self._has_to_log_in = self._is_refused()
            self._asked_again_s = self._clock() + _ASK_AGAIN_S
        return self._has_to_log_in

    def end(self, session_id: str | None) -> None:
        """End a login, where there is one, and let go of it."""
        login = self.find(session_id)
        if login is not None:
            login.end()
        with self._turn:
            gone = self._logins.pop(session_id or "", None)
        if gone is not None:
            gone.close()

    def close(self) -> None:
        """Let go of every connection; logins last on at the platform until they end there."""
        self.anonymous.close()
        for login in self._logins.values():
            login.close()

    def _login(self, session_id: str, kept: KeptLogin) -> Login:
        def keep(now: KeptLogin | None) -> None:
            if now is None:
                self._keep.drop(session_id)
            else:
                self._keep.write(session_id, now)

        return Login(kept, connect=self._connect, clock=self._clock, keep=keep)

    def _kept(self, session_id: str | None) -> Login | None:
        """Return the login that a process before this one has kept for an id."""
        kept = self._keep.read(session_id) if session_id else None
        if kept is None or session_id is None:
            return None
        with self._turn:
            # Of two tabs that come at once, one takes it up.
            if session_id not in self._logins:
                self._logins[session_id] = self._login(session_id, kept)
            return self._logins[session_id]

    def _is_refused(self) -> bool:
        try:
            self.anonymous.logins.show_me()
        except NotAuthorized:
            return True
        except ModelyardError:
            # The page tells whoever looks that the platform does not answer.
            return False
        return False

    def _forget_old(self) -> None:
        oldest_s = self._clock() - LONGEST_S
        for session_id, login in list(self._logins.items()):
            if login.began_s < oldest_s:
                with self._turn:
                    self._logins.pop(session_id, None)
                if not login.has_ended:
                    login.end()
                login.close()
