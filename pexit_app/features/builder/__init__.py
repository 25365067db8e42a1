"""Packs in the making: drafts whose every change is kept, and what becomes of them."""
