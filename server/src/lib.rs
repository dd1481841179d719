//! The program that composes and runs Farthing.
