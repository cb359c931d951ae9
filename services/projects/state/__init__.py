"""The little the rules must remember of a project and of the registry."""
