//! Watching the destination: a test delivery again and again, a word in the title, the bell when it changes.
//!
//! ```text
//! w ──▶ question: every ‹ 10 s ›? ──▶ Due ──▶ SendWatched ──▶ Delivered
//!                                      ▲ next                    │ works → fails, fails → works: bell, diagnosis
//!                                      └─────────────────────────┘
//! ```
//! It belongs to the destination screen, so it continues whatever popup is open over that.

pub(crate) mod state;
pub(crate) mod update;
pub(crate) mod view;
