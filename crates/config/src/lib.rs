//! YAML to validated configuration, with warnings and errors by path and line.
