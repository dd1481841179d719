//! Journeys across the whole house.
