//! The table that is printed: Markdown, as in `docs/performance.md`.

use std::fmt;

use super::stats::{Sample, number};

/// By what factor a row may miss its target and still pass with `--hold`: resident memory differs from one run to the next, and
/// between kernels.
const SLACK: f64 = 1.1;

pub struct Table {
    rows: Vec<[String; 4]>,
    holds: bool,
}

impl Table {
    pub const fn new() -> Self {
        Self { rows: Vec::new(), holds: true }
    }

    /// A row whose median must not exceed `most`.
    pub fn at_most(&mut self, what: &str, unit: &str, most: f64, sample: &Sample, peers: &[(String, Sample)]) {
        let target = format!("≤ {} {unit}", number(most)).trim_end().to_owned();
        self.holds &= sample.median() <= most * SLACK;
        self.row(what, &target, &format!("{sample} {unit}"), sample.median() <= most, peers);
    }

    /// A row whose median must reach `least`.
    pub fn at_least(&mut self, what: &str, unit: &str, least: f64, sample: &Sample, peers: &[(String, Sample)]) {
        let target = format!("≥ {} {unit}", number(least)).trim_end().to_owned();
        self.holds &= sample.median() >= least / SLACK;
        self.row(what, &target, &format!("{sample} {unit}"), sample.median() >= least, peers);
    }

    /// A row without a target, beside others.
    pub fn beside(&mut self, what: &str, unit: &str, sample: &Sample, peers: &[(String, Sample)]) {
        self.row(what, "", &format!("{sample} {unit}"), true, peers);
    }

    /// A row without a target.
    pub fn known(&mut self, what: &str, measured: &str) {
        self.rows.push([what.into(), String::new(), measured.trim_end().into(), String::new()]);
    }

    /// Whether no row misses its target by more than [`SLACK`].
    pub const fn holds(&self) -> bool {
        self.holds
    }

    fn row(&mut self, what: &str, target: &str, measured: &str, holds: bool, peers: &[(String, Sample)]) {
        let peers: Vec<String> = peers.iter().map(|(name, sample)| format!("{name} {sample}")).collect();
        let measured = format!("{}{}", measured.trim_end(), if holds { "" } else { " **(missed)**" });
        self.rows.push([what.into(), target.into(), measured, peers.join(", ")]);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what | target | measured | others, in the same run |")?;
        writeln!(f, "|---|---|---|---|")?;
        for [what, target, measured, peers] in &self.rows {
            writeln!(f, "| {what} | {target} | {measured} | {peers} |")?;
        }
        Ok(())
    }
}
