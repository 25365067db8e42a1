"""What runs by itself: importing this registers the builder's durable work and its sweeps."""

from pexit_app.features.builder import grids, proofs, publishing

__all__ = ["grids", "proofs", "publishing"]
