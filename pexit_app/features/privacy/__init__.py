"""What somebody may do with everything that is kept of them: take it along, have it erased, and prove either."""
