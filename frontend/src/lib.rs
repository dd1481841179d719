//! The web site of Farthing.
