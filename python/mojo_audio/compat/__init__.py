"""Drop-in replacements for the feature extractors of other libraries, one module each. Only that module
imports the library."""
