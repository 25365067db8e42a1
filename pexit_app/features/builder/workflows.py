"""What runs by itself: importing this registers the builder's durable work and its sweeps."""

from pexit_app.features.builder import grids, personal, proofs, publishing

__all__ = ["grids", "personal", "proofs", "publishing"]
