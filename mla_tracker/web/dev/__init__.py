"""Pages for development only: the gallery of components. The application registers them in no other environment."""
