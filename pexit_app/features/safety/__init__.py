"""What is not rendered: the words of a request before anything is sent, and what becomes of a refusal."""
