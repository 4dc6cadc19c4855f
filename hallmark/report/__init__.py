"""The join of controls and evidence, and its renderers."""
