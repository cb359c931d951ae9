"""Who looks: sessions over OIDC, screens on walls, bearers of tokens, and whether they still may."""
