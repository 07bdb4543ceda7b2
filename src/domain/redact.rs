//! Masks a secret in text that comes back from outside, in every form in which it may have been written.
