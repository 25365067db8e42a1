"""The sender of a machine without mail: codes go to the terminal of whoever runs it."""


class ConsoleSender:
    """Keeps what was sent last, readable by tests and by /dev pages."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def where(self, identifier: str) -> str:
        way = "mail" if "@" in identifier else "SMS"
        return f"No {way} is set up on this machine: the code is in the terminal where Pexit runs."

    async def send_code(self, identifier: str, code: str, link: str = "", use: str = "sign in to Pexit") -> None:
        self._keep(identifier, " ".join(filter(None, (code, link))))
        if code:
            print(f"[DEV] auth code created — use this code to log in code={code}", flush=True)
        if link:
            print(f"[DEV] sign-in link created link={link}", flush=True)

    async def send_notice(self, identifier: str, subject: str, text: str) -> None:
        self._keep(identifier, f"{subject}. {text}")

    def _keep(self, identifier: str, text: str) -> None:
        self.sent = [*self.sent[-49:], (identifier, text)]
