//! The GraphQL API of Farthing.
