"""Commands about the network itself: load, export."""
