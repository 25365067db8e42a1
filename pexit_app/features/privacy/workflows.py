"""What runs by itself: importing this registers the sweeps, and what this slice keeps of users."""

from pexit_app.features.privacy import deletion, exports, personal

__all__ = ["deletion", "exports", "personal"]
