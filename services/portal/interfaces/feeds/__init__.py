"""Feeds: what is new in a town, of a project, of one's own need, for any feed reader."""
