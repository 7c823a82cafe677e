//! What a comparison says of small definitions.
