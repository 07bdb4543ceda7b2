//! The colours can be read in the usual palettes, on dark and on light, and red and green are never the only difference.

use ratatui::buffer::Buffer;
use ratatui::style::Color;
use waypost::domain::auth::{default, hmac};
use waypost::ops::Problem;
use waypost::tui::model::Model;
use waypost::tui::msg::Msg;
use waypost::tui::theme::{Roles, Styles};
use waypost::tui::update::update;

use super::driver::{app, buffer, press, type_text};
use super::scenes;

/// WCAG 2.2, success criterion 1.4.11: what is needed to understand, other than running text.
const LEAST: f64 = 3.0;

/// A palette: its name, its 16 colours in the order of the codes 30 to 37 and 90 to 97, and its dark and light background.
type Palette = (&'static str, [u32; 16], [u32; 2]);

const PALETTES: [Palette; 6] = [
    (
        "xterm",
        [
            0x00_0000, 0xcd_0000, 0x00_cd00, 0xcd_cd00, 0x00_00ee, 0xcd_00cd, 0x00_cdcd, 0xe5_e5e5, 0x7f_7f7f, 0xff_0000,
            0x00_ff00, 0xff_ff00, 0x5c_5cff, 0xff_00ff, 0x00_ffff, 0xff_ffff,
        ],
        [0x00_0000, 0xff_ffff],
    ),
    (
        "VGA",
        [
            0x00_0000, 0xaa_0000, 0x00_aa00, 0xaa_5500, 0x00_00aa, 0xaa_00aa, 0x00_aaaa, 0xaa_aaaa, 0x55_5555, 0xff_5555,
            0x55_ff55, 0xff_ff55, 0x55_55ff, 0xff_55ff, 0x55_ffff, 0xff_ffff,
        ],
        [0x00_0000, 0xff_ffff],
    ),
    (
        "Solarized",
        [
            0x07_3642, 0xdc_322f, 0x85_9900, 0xb5_8900, 0x26_8bd2, 0xd3_3682, 0x2a_a198, 0xee_e8d5, 0x00_2b36, 0xcb_4b16,
            0x58_6e75, 0x65_7b83, 0x83_9496, 0x6c_71c4, 0x93_a1a1, 0xfd_f6e3,
        ],
        [0x00_2b36, 0xfd_f6e3],
    ),
    (
        "Tango",
        [
            0x2e_3436, 0xcc_0000, 0x4e_9a06, 0xc4_a000, 0x34_65a4, 0x75_507b, 0x06_989a, 0xd3_d7cf, 0x55_5753, 0xef_2929,
            0x8a_e234, 0xfc_e94f, 0x72_9fcf, 0xad_7fa8, 0x34_e2e2, 0xee_eeec,
        ],
        [0x00_0000, 0xff_ffff],
    ),
    (
        "GNOME",
        [
            0x17_1421, 0xc0_1c28, 0x26_a269, 0xa2_734c, 0x12_488b, 0xa3_47ba, 0x2a_a1b3, 0xd0_cfcc, 0x5e_5c64, 0xf6_6151,
            0x33_d17a, 0xe9_ad0c, 0x2a_7bde, 0xc0_61cb, 0x33_c7de, 0xff_ffff,
        ],
        [0x17_1421, 0xff_ffff],
    ),
    (
        "macOS Terminal",
        [
            0x00_0000, 0x99_0000, 0x00_a600, 0x99_9900, 0x00_00b2, 0xb2_00b2, 0x00_a6b2, 0xbf_bfbf, 0x66_6666, 0xe5_0000,
            0x00_d900, 0xe5_e500, 0x00_00ff, 0xe5_00e5, 0x00_e5e5, 0xe5_e5e5,
        ],
        [0x00_0000, 0xff_ffff],
    ),
];

/// Where a colour of the theme has less contrast: by palette, and whether the background is light. Green and yellow have no better
/// ones in their place (the light ones are paler, blue is dark on dark), and are always beside a mark.
const EXCEPTIONS: [(&str, bool, Color); 5] = [
    ("xterm", true, Color::Green),
    ("Solarized", true, Color::Green),
    ("xterm", true, Color::Yellow),
    ("Solarized", true, Color::Yellow),
    ("Tango", true, Color::Yellow),
];

/// WCAG 2.2, "relative luminance".
fn luminance(rgb: u32) -> f64 {
    let part = |shift: u32| {
        let c = f64::from(rgb >> shift & 0xff) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
}

/// WCAG 2.2, "contrast ratio".
fn contrast(one: u32, other: u32) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn place(color: Color) -> usize {
    match color {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        other => panic!("{other} is not one of the 16"),
    }
}

#[test]
fn contrast_is_what_wcag_says() {
    assert!((contrast(0xff_ffff, 0x00_0000) - 21.0).abs() < 1e-9);
    assert!((contrast(0x77_7777, 0xff_ffff) - 4.48).abs() < 0.01);
}

#[test]
fn every_colour_can_be_read_on_dark_and_on_light() {
    // All of its styles, by name: a new one is looked at, too.
    let Styles { accent, dim, strong, selected, ok, warning, error } = Styles::new(Some(Roles::DEFAULT));
    let mut missed = Vec::new();
    for style in [accent, dim, strong, selected, ok, warning, error] {
        assert_eq!(style.bg, None, "a background changes the contrast");
        let Some(color) = style.fg else { continue };
        for (name, colors, backgrounds) in &PALETTES {
            for (light, background) in [false, true].into_iter().zip(backgrounds) {
                let is = contrast(colors[place(color)], *background);
                let excepted = EXCEPTIONS.contains(&(name, light, color));
                if (is < LEAST) != excepted {
                    missed.push(format!("{color} of {name}, light: {light}: {is:.2}, excepted: {excepted}"));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn without_colours_none_are_drawn() {
    let Styles { accent, dim, strong, selected, ok, warning, error } = Styles::new(None);
    assert!([accent, dim, strong, selected, ok, warning, error].iter().all(|style| style.fg.is_none() && style.bg.is_none()));
}

/// What holds for every screen in a test: its colours can be read, and red and green have a mark, too.
pub fn assert_readable(model: &Model) {
    let (buffer, _) = buffer(model);
    let mut pairs: Vec<(Color, Color)> = buffer.content.iter().map(|cell| (cell.fg, cell.bg)).collect();
    pairs.sort_by_key(|pair| format!("{pair:?}"));
    pairs.dedup();
    for (ink, paper) in pairs {
        for (name, colors, backgrounds) in &PALETTES {
            for (light, background) in [false, true].into_iter().zip(*backgrounds) {
                // The terminal's own ink is the terminal's own affair, and reversed the two are the same two.
                let ground = if paper == Color::Reset { background } else { colors[place(paper)] };
                if ink == Color::Reset && paper == Color::Reset || EXCEPTIONS.contains(&(*name, light, ink)) {
                    continue;
                }
                assert!(ink != Color::Reset, "{paper} is the background of an unknown colour");
                let is = contrast(colors[place(ink)], ground);
                assert!(is >= LEAST, "{ink} on {paper} of {name}, light: {light}: {is:.2}");
            }
        }
    }
    for (color, text) in coloured(&buffer) {
        let marks = marks(color, model.environment.ascii);
        assert!(marks.iter().any(|mark| text.trim_start().starts_with(mark)), "{color}, and none of {marks:?}: {text:?}");
    }
}

/// What says the same as a colour. In the strip of deliveries what was delivered has a bar, and what was not a cross.
fn marks(color: Color, ascii: bool) -> &'static [&'static str] {
    let Roles { ok, error, .. } = Roles::DEFAULT;
    match (color, ascii) {
        (color, false) if color == ok => &["✓", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
        (color, true) if color == ok => &["OK", "_", "-", "=", "#"],
        (color, false) if color == error => &["✗"],
        (color, true) if color == error => &["FAIL", "x"],
        _ => &["!", "?"],
    }
}

/// Everything that is green, red or yellow, with the same colour on rows below each other as one.
fn coloured(buffer: &Buffer) -> Vec<(Color, String)> {
    let mut out: Vec<(Color, String, u16)> = Vec::new();
    for y in 0..buffer.area.height {
        for color in [Roles::DEFAULT.ok, Roles::DEFAULT.error, Roles::DEFAULT.warning] {
            let row: String = (0..buffer.area.width)
                .map(|x| &buffer[(x, y)])
                .filter(|cell| cell.fg == color)
                .map(ratatui::buffer::Cell::symbol)
                .collect();
            if row.is_empty() {
                continue;
            }
            match out.iter_mut().find(|(other, _, last)| *other == color && last + 1 == y) {
                Some((_, text, last)) => {
                    text.push_str(&row);
                    *last = y;
                }
                None => out.push((color, row, y)),
            }
        }
    }
    out.into_iter().map(|(color, text, _)| (color, text)).collect()
}

/// A model for each thing that is said in green or red.
fn models_with_red_or_green() -> Vec<Model> {
    let mut models = vec![app(scenes::with_deliveries()), app(scenes::unreadable()), app(scenes::locked())];
    let mut form = app(scenes::nothing());
    press(&mut form, "enter");
    type_text(&mut form, "http://hooks.example.com/in");
    press(&mut form, "tab down space tab ctrl-o");
    models.push(form);
    let mut nothing_to_probe = app(scenes::registered(default::SPEC));
    press(&mut nothing_to_probe, "p");
    models.push(nothing_to_probe);
    let mut edit = app(scenes::registered(hmac::SPEC));
    press(&mut edit, "e tab tab tab tab tab tab enter ctrl-o");
    update(&mut edit, Msg::Saved(1, Err(scenes::problem())));
    models.push(edit);
    let mut delete = app(scenes::registered(hmac::SPEC));
    press(&mut delete, "d right enter");
    let Some(id) = delete.question.as_ref().and_then(|question| question.running) else { panic!("nothing is being removed") };
    update(&mut delete, Msg::Removed(id, Err(Problem::conflict())));
    models.push(delete);
    for delivery in [scenes::delivered(), scenes::refused(), scenes::failed(), scenes::stopped()] {
        let mut test = app(scenes::registered(hmac::SPEC));
        press(&mut test, "t enter");
        let id = test.in_flight().unwrap();
        update(&mut test, Msg::Delivered(id, Box::new(delivery)));
        models.push(test);
    }
    models
}

#[test]
fn red_and_green_are_never_the_only_difference() {
    for ascii in [false, true] {
        let mut seen = [0; 3];
        for mut model in models_with_red_or_green() {
            model.environment.ascii = ascii;
            update(&mut model, Msg::Resize(120, 40));
            for (color, text) in coloured(&buffer(&model).0) {
                let marks = marks(color, ascii);
                assert!(marks.iter().any(|mark| text.trim_start().starts_with(mark)), "{color}, and none of {marks:?}: {text:?}");
                let all = [Roles::DEFAULT.ok, Roles::DEFAULT.error, Roles::DEFAULT.warning];
                seen[all.iter().position(|&other| other == color).unwrap()] += 1;
            }
        }
        assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
    }
}

#[test]
fn accent_warning_and_error_are_three_colours_and_stopped_by_you_is_no_error() {
    let Roles { accent, ok, warning, error } = Roles::DEFAULT;
    let all = [accent, ok, warning, error];
    for (at, one) in all.iter().enumerate() {
        assert!(!all[..at].contains(one), "{one} means two things");
    }
    let mut model = app(scenes::with_deliveries());
    update(&mut model, Msg::Resize(80, 40));
    let (buffer, _) = buffer(&model);
    let rows = buffer.content.chunks(usize::from(buffer.area.width));
    let text = |row: &[ratatui::buffer::Cell]| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>();
    let stopped = rows.into_iter().find(|row| text(row).contains("stopped")).unwrap();
    assert!(stopped.iter().all(|cell| cell.fg == Color::Reset), "{}", text(stopped));
}
