"""The portal: the web page, live streams and open interfaces; it owns no facts, only projections of the four services'."""
