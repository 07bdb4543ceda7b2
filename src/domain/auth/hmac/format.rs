//! The field for the signature's format.

use crate::domain::field::{Choice, Field, FieldSpec, Kind, Values};
use crate::domain::signature::Format;

/// How the signature is written, and over what.
pub const FORMAT: Field = &FieldSpec {
    id: "format",
    label: "Format",
    flag: Some("--format"),
    value_name: "FORMAT",
    kind: Kind::Choice(&FORMATS),
    about: "how the signature is encoded, and what it covers [default: hex]",
    help: "As the receiver expects it",
    ..FieldSpec::TEXT
};

const FORMATS: [Choice; Format::ALL.len()] = {
    let mut choices = [Choice { name: "", label: "", detail: "" }; Format::ALL.len()];
    let mut at = 0;
    while at < choices.len() {
        let format = Format::ALL[at];
        choices[at] = Choice { name: format.name(), label: format.label(), detail: format.shape() };
        at += 1;
    }
    choices
};

/// The format that is chosen.
pub(super) fn format(values: &Values) -> Format {
    Format::ALL[values.choice(FORMAT)]
}
