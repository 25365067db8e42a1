"""The people in someone's life: consent, photos, the gate's verdicts, and likenesses trained from them."""
