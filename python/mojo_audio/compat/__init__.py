"""Drop-ins for the feature extractors of other libraries, one module each; a library is imported only
by its own module."""
