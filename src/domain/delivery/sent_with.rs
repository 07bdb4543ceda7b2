//! What a delivery was sent with: the settings field by field, and the version of waypost. Of a secret there is only a mark,
//! which differs when the secret does, and which only the machine's key can make.

/// The settings of a delivery, and who sent it. Empty where that is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SentWith {
    /// The version of waypost.
    pub waypost: String,
    /// In the order of the form.
    pub settings: Vec<Setting>,
}

/// The value of a field, without its secret parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The id of a field, or `headers.` and a header's name.
    pub field: String,
    /// `None` for a secret.
    pub value: Option<String>,
    /// Of what is secret in it; `None` where nothing is, or where there was no key to make one.
    pub mark: Option<String>,
}

impl SentWith {
    #[must_use]
    pub fn is_known(&self) -> bool {
        !self.settings.is_empty()
    }

    /// The setting of that field.
    #[must_use]
    pub fn setting(&self, field: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.field == field)
    }
}
