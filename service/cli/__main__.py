"""``python -m service.cli`` does what ``ketnoi`` does."""

from service.cli import main

main()
