//! The list of past deliveries, and a delivery in lines.

pub(crate) mod fold;
pub(crate) mod lines;
pub(crate) mod outcome;
mod row;
pub(crate) mod state;
pub(crate) mod timing;
pub(crate) mod update;
pub(crate) mod view;
