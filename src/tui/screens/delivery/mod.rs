//! The list of past deliveries, and a delivery in lines.

pub(crate) mod lines;
mod row;
pub(crate) mod state;
pub(crate) mod update;
pub(crate) mod view;
