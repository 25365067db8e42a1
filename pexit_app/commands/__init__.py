"""Groups of commands of `python -m pexit_app.cli`, one file a group."""
