"""The web face the services share: routes from tables, problems, catalogues."""
