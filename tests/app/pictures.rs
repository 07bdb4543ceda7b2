//! The README's pictures, taken from the real app on a terminal. To write them again:
//!
//! ```text
//! WAYPOST_PICTURES=1 cargo test --test app pictures
//! ```

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

use crate::support::Home;
use crate::support::common::register;
use crate::support::pty::{Key, Pty};
use vt100::{Color, Screen};

/// Pixels of a cell.
const CELL: (usize, usize) = (9, 18);

/// A palette: ink, paper, and the eight colours.
struct Palette {
    name: &'static str,
    ink: &'static str,
    paper: &'static str,
    colours: [&'static str; 8],
}

const PALETTES: [Palette; 2] = [
    Palette {
        name: "dark",
        ink: "#d4d4d4",
        paper: "#1e1e1e",
        colours: ["#1e1e1e", "#f14c4c", "#23d18b", "#c19c00", "#3b8eea", "#d670d6", "#29b8db", "#d4d4d4"],
    },
    Palette {
        name: "light",
        ink: "#24292f",
        paper: "#ffffff",
        colours: ["#24292f", "#cf222e", "#116329", "#7d4e00", "#0969da", "#8250df", "#1b7c83", "#6e7781"],
    },
];

fn colour(palette: &Palette, colour: Color, default: &'static str) -> &'static str {
    match colour {
        Color::Idx(index) => palette.colours[usize::from(index % 8)],
        _ => default,
    }
}

/// Neighbouring cells of one style. Its width is given, so that the columns are aligned in any font.
#[derive(Default)]
struct Run {
    text: String,
    style: String,
    at: (usize, usize),
    cells: usize,
}

impl Run {
    fn add(&mut self, text: &str, style: String, at: (usize, usize)) {
        if self.cells == 0 {
            (self.style, self.at) = (style, at);
        }
        self.text.push_str(&text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
        self.cells += 1;
    }

    fn write(&mut self, out: &mut String) {
        let Self { text, style, at: (x, y), cells } = std::mem::take(self);
        if cells > 0 {
            let (baseline, width) = (y + 14, cells * CELL.0);
            writeln!(out, "<text x=\"{x}\" y=\"{baseline}\" textLength=\"{width}\" {style}>{text}</text>").unwrap();
        }
    }
}

fn svg(screen: &Screen, palette: &Palette) -> String {
    let mut styles: Vec<String> = Vec::new();
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let (w, h) = CELL;
    let (width, height) = (usize::from(columns) * w + 24, usize::from(rows) * h + 24);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"'DejaVu Sans Mono',Menlo,Consolas,ui-monospace,monospace\" font-size=\"15\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>\n",
        palette.paper
    );
    let head = out.len();
    for row in 0..rows {
        let mut run = Run::default();
        for column in 0..columns {
            let Some(cell) = screen.cell(row, column) else { continue };
            let (mut ink, mut paper) =
                (colour(palette, cell.fgcolor(), palette.ink), colour(palette, cell.bgcolor(), palette.paper));
            if cell.inverse() {
                (ink, paper) = (paper, ink);
            }
            let (x, y) = (usize::from(column) * w + 12, usize::from(row) * h + 12);
            if paper != palette.paper {
                writeln!(out, "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" fill=\"{paper}\"/>").unwrap();
            }
            let style = format!(
                "fill:{ink}{}{}",
                if cell.bold() { ";font-weight:bold" } else { "" },
                if cell.dim() { ";opacity:.65" } else { "" }
            );
            let class = styles.iter().position(|other| *other == style).unwrap_or_else(|| {
                styles.push(style);
                styles.len() - 1
            });
            let style = format!("class=\"s{class}\"");
            let text = cell.contents();
            if text.trim().is_empty() || style != run.style {
                run.write(&mut out);
            }
            if !text.trim().is_empty() {
                run.add(text, style, (x, y));
            }
        }
        run.write(&mut out);
    }
    let classes = styles.iter().enumerate().fold(String::new(), |mut classes, (at, style)| {
        write!(classes, ".s{at}{{{style}}}").unwrap();
        classes
    });
    out.insert_str(head, &format!("<style>{classes}</style>\n"));
    out.push_str("</svg>\n");
    out
}

fn take(pty: &mut Pty, name: &str) {
    pty.settle();
    for palette in &PALETTES {
        let picture = pty.screen(|screen| svg(screen, palette));
        assert!(picture.ends_with("</svg>\n") && picture.contains("</text>"), "{picture}");
        if std::env::var_os("WAYPOST_PICTURES").is_none() {
            continue;
        }
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("assets/{name}-{}.svg", palette.name));
        std::fs::write(path, picture).unwrap();
    }
}

/// What is registered, from the screen.
fn url(pty: &Pty) -> String {
    let text = pty.screen_text();
    text.split_whitespace().find(|word| word.starts_with("https://")).unwrap().to_owned()
}

fn change_url(pty: &mut Pty, url: &str) {
    pty.key(Key::Char('e'));
    pty.wait_for(" Edit destination ");
    pty.key(Key::Ctrl('u'));
    pty.type_text(url);
    pty.wait_for(&format!("{url}_"));
    pty.key(Key::Ctrl('o'));
    pty.wait_for("> [ Send test ]");
}

/// A delivery that does not arrive: to be seen with its why and fix.
fn fail(pty: &mut Pty, url: &str) {
    change_url(pty, url);
    pty.key(Key::Char('t'));
    pty.wait_for("> [ Send ]");
    pty.key(Key::Enter);
    pty.wait_for("✗ connect");
    pty.key(Key::Esc);
    pty.wait_for("> [ Send test ]");
}

/// Requests that are refused, as they should be.
fn probe(pty: &mut Pty) {
    pty.key(Key::Char('p'));
    pty.wait_for("> [ Cancel ]");
    pty.key(Key::Right);
    pty.wait_for("> [ Probe ]");
    pty.key(Key::Enter);
    pty.wait_for("Esc close");
    pty.key(Key::Esc);
    pty.gone("╭ Probe ");
}

/// Every second, for some deliveries.
fn watch(pty: &mut Pty) {
    pty.key(Key::Char('w'));
    pty.wait_for("every ‹ 10 s ›");
    for _ in 0..2 {
        pty.key(Key::Down);
    }
    pty.wait_for("every ‹ 1 s ›");
    pty.key(Key::Char('y'));
    pty.wait_for("5 of 5 ok");
    take(pty, "watch");
    pty.key(Key::Char('w'));
    pty.wait_for("Stopped watching: ");
}

#[test]
fn pictures_of_the_demo() {
    let home = Home::new();
    let mut pty = home.pty(&["demo"]).start();
    pty.wait_for("[ Register ]");
    pty.key(Key::Enter);
    pty.wait_for("Register destination");
    for key in [Key::Tab, Key::Down, Key::Enter, Key::Ctrl('g')] {
        pty.key(key);
    }
    pty.wait_for("whsec_");
    pty.key(Key::Tab);
    pty.gone("whsec_");
    take(&mut pty, "register");
    pty.key(Key::Ctrl('o'));
    pty.wait_for("[ Send test ]");
    pty.key(Key::Char('t'));
    pty.wait_for("> [ Send ]");
    pty.key(Key::Enter);
    pty.wait_for("[ Send again ]");
    pty.wait_for("and accepted it");
    take(&mut pty, "test");
    pty.key(Key::Esc);
    pty.wait_for("Deliveries");
    take(&mut pty, "destination");
    watch(&mut pty);
    probe(&mut pty);
    let url = url(&pty);
    fail(&mut pty, "https://localhost:1/in");
    change_url(&mut pty, &url);
    pty.resize(40, 120);
    pty.wait_for(" Details ");
    pty.key(Key::Down);
    pty.wait_until(|screen| screen.contents().lines().any(|line| line.starts_with("│ > ") && line.contains("✗ connect")));
    take(&mut pty, "history-wide");
    pty.key(Key::Enter);
    pty.wait_for(" Delivery ");
    take(&mut pty, "delivery-wide");
    pty.key(Key::Esc);
    pty.gone(" Delivery ");
    pty.key(Key::Char('q'));
    assert_eq!(pty.wait_exit().code, Some(0));
}

/// What a terminal with room for it shows: the queue, two deliveries beside each other, request beside response.
#[test]
fn pictures_of_a_queue() {
    let auth = ["--auth", "hmac", "--format", "hex", "--header-key", "X-Signature", "--secret-stdin"];
    let secret = "whsec_Q3vT9kLmZx81RbYpWd40";
    // The receiver has a registration of its own: what the sender changes is wrong to it.
    let there = Home::new();
    register(&there, "https://localhost:8443/in", &auth, secret).exits(0);
    let ca = there.path().join("ca.pem");
    let listen = ["listen", "--addr", "127.0.0.1:0", "--ca-out", ca.to_str().unwrap()];
    let mut listen = there.command(&listen).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(listen.stderr.as_mut().unwrap()).read_line(&mut line).unwrap();
    let url = line.split_whitespace().find(|word| word.starts_with("https://")).unwrap_or_else(|| panic!("{line}"));
    let home = Home::new();
    register(&home, url, &[&auth[..], &["--ca-cert", ca.to_str().unwrap()]].concat(), secret).exits(0);
    let orders = home.path().join("orders");
    let lines = (1..=42).map(|n| format!("{{\"order\":{n}}}\n")).collect::<Vec<_>>().concat();
    std::fs::write(&orders, lines).unwrap();
    home.waypost(&["send", "--lines", orders.to_str().unwrap()]).exits(0);
    home.waypost(&["edit", "--format", "base64"]).exits(0);
    home.waypost(&["test"]).exits(3);
    home.waypost(&["edit", "--format", "hex"]).exits(0);
    home.waypost(&["probe", "--yes"]).exits(0);
    home.waypost(&["test"]).exits(0);
    listen.kill().unwrap();
    listen.wait().unwrap();
    for (name, body) in [
        ("order.created", "{\"order\":4711,\"total\":\"19.90\"}"),
        ("order.paid", "{\"order\":4711,\"paid\":true}"),
        ("order.created", "{\"order\":4712,\"total\":\"7.50\"}"),
        ("refund.issued", "{\"order\":4698,\"total\":\"40.00\"}"),
    ] {
        let file = home.path().join(name);
        std::fs::write(&file, body).unwrap();
        home.waypost(&["enqueue", file.to_str().unwrap()]).exits(0);
    }
    home.waypost(&["relay", "--once"]).exits(4);
    // One has waited for days.
    home.open_database().execute("UPDATE queue SET dead = 'too_old' WHERE seq = (SELECT min(seq) FROM queue)", []).unwrap();
    let mut pty = home.pty(&[]).start();
    pty.wait_for("[ Send test ]");
    pty.resize(60, 200);
    pty.wait_for("── Response ──");
    for key in [Key::Down, Key::Down, Key::Down] {
        pty.key(key);
    }
    pty.wait_for("Since  it last worked");
    pty.wait_until(|screen| !screen.contents().lines().any(|line| line.starts_with("│   …")));
    take(&mut pty, "destination-widest");
    pty.resize(40, 120);
    pty.key(Key::Char(' '));
    pty.key(Key::Char(' '));
    pty.wait_for("2 marked");
    pty.key(Key::Char('='));
    pty.wait_for(" Compare ");
    take(&mut pty, "compare-wide");
    pty.key(Key::Esc);
    pty.gone(" Compare ");
    pty.key(Key::Char('u'));
    pty.wait_for(" Events ");
    pty.key(Key::End);
    pty.wait_for("✗ dead   ");
    take(&mut pty, "queue-wide");
    pty.resize(24, 80);
    pty.settle();
    take(&mut pty, "queue");
    pty.key(Key::Esc);
    pty.gone("╭ Queue ");
    pty.key(Key::Char('q'));
    assert_eq!(pty.wait_exit().code, Some(0));
}
