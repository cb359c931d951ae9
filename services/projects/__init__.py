"""The projects list: registry, proposal, review, claim, pledge, progress, completion."""
