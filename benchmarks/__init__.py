"""Runnable measurements of how good the answers are."""
