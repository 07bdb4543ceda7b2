//! What waypost does to the terminal, and what it does when the terminal or a signal does something to it.
//!
//! | manner | test |
//! |---|---|
//! | the 16 colours on the terminal's own ground, readable on dark and light | `screens: colours` |
//! | a word or a mark beside every colour; `>` beside the focus | `screens: colours`, `manners: without_colour_…` |
//! | `NO_COLOR`: no colour, the selection in reverse video | `output: no_color_…`, `manners: without_colour_…` |
//! | a paste never submits; whitespace trimmed with a notice; control characters refused | `input: h52_…`, `screens: effects` |
//! | Esc goes back one level, never quits, never loses what was typed | `screens: leaving` |
//! | q quits outside forms | `screens: leaving` |
//! | ^C stops a delivery, else quits; asks first where a form is dirty | `endings: ctrl_c_…`, `screens: leaving`, `journeys: a_delivery_in_flight_…` |
//! | ^Z restores the terminal; in plain lines the question is asked again | `endings: h49_…`, `accessible: ctrl_z_…` |
//! | ^L redraws everything | `manners: ctrl_l_…` |
//! | keys that terminals reserve are not bound; Alt-x is Esc and x; ^H erases | `tui::keys`, `input: h51_alt_…`, `tui::msg` |
//! | no mouse, no kitty protocol, no questions to the terminal | `output: the_terminal_is_asked_for_nothing_…` |
//! | ASCII on the Linux console, without UTF-8, and when asked for | `output: a_locale_…`, `output: ascii_alone_…` |
//! | `TERM=dumb`: the app as plain lines | `accessible` |
//! | copies into tmux, the terminal, or a file if neither works | `clipboard`, `manners: without_a_clipboard_…` |
//! | text from outside as visible escapes; wide characters keep borders straight | `journeys: h45_…`, `manners: wide_…` |
//! | any size, any resize | `output: h50_…` |
//! | a terminal that takes nothing holds nothing up | `blocked` |
//! | every signal that ends it restores the terminal | `signals` |

mod accessible;
mod blocked;
mod clipboard;
mod endings;
mod input;
mod manners;
mod output;
mod panics;
mod signals;
