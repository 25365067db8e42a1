"""Trials: a creator lets testers render some frames of a pack for nothing, and pays for their rendering."""
