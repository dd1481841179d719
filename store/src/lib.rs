//! All SQL of Farthing: the verbs, the reads and the batch writer.
