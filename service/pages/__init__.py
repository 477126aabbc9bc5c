"""The pages people read in a browser: plain HTML made on the server, in Vietnamese and English."""
