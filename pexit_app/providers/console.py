"""The code sender of a machine without mail: the code goes to the terminal of whoever runs it."""


class ConsoleSender:
    """Keeps what was sent last, readable by tests and by /dev pages."""

    where = "No mail is set up on this machine: the code is in the terminal where Pexit runs."

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    async def send_code(self, identifier: str, code: str) -> None:
        self.sent = [*self.sent[-49:], (identifier, code)]
        print(f"[DEV] auth code created — use this code to log in code={code}", flush=True)
