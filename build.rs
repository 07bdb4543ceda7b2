//! How the release binary is laid out on Linux. Both halves are asked of the linker, by a script that adds to its own.
//!
//! What runs before the first frame stands together. A page of the program that is touched is a fault, and with each the kernel
//! maps the 64 KiB around it: the functions that draw the first frame, one in sixteen, were spread over two thirds of the
//! program, and 2.4 MiB of it were resident for 0.3. `build/first-use.txt` names them; `.ci/first-use` finds them.
//!
//! The tables for unwinding are left out. Nothing unwinds (`src/at_panic.rs`), whatever the profile says of panics, but the compiler writes them all the same, and a
//! stripped program can make no use of them for a backtrace either: 0.45 MB of 5.2 that nothing reads.
//!
//! Not every linker understands that: it is tried on an empty program first. Where even that fails, nothing is asked, and the
//! program is the same but for its size.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Set where the program is to be linked as ever: by `.ci/first-use`, and for a profiler that needs the tables.
const PLAIN: &str = "WAYPOST_PLAIN_LAYOUT";

const FIRST_USE: &str = "build/first-use.txt";

/// Those that the C library brings are its own: its start and end refer to them.
const NO_TABLES: &str = "SECTIONS {
  /DISCARD/ : {
    *(EXCLUDE_FILE(*crtbegin*.o *crtend*.o *crti.o *crtn.o *crt1.o *rcrt1.o *Scrt1.o) .eh_frame)
    *(.gcc_except_table .gcc_except_table.*)
  }
} INSERT AFTER .text;
";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={FIRST_USE}");
    println!("cargo::rerun-if-env-changed={PLAIN}");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|it| it == value);
    if !is("PROFILE", "release") || !is("CARGO_CFG_TARGET_OS", "linux") || env::var_os(PLAIN).is_some() {
        return;
    }
    let Ok(names) = fs::read_to_string(FIRST_USE) else { return };
    let order = order(&names);
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    for (name, text) in [("layout.ld", order.clone() + NO_TABLES), ("order.ld", order)] {
        let script = out.join(name);
        if fs::write(&script, text).is_ok() && is_understood(&script, &out) {
            println!("cargo::rustc-link-arg-bins={}", argument(&script));
            return;
        }
    }
}

/// The functions of those names, beside the program's own start and before all others. Each function is a section of its own.
fn order(names: &str) -> String {
    let group = |title: &str| -> String {
        let names = names.lines().skip_while(|line| *line != format!("# {title}")).skip(1).take_while(|line| !line.is_empty());
        names.fold(String::new(), |all, name| all + &format!("    *(.text.{name} .text.unlikely.{name})\n"))
    };
    let (delivery, first_frame) = (group("A test delivery"), group("Up to the first frame, and at the end"));
    format!(
        "SECTIONS {{\n  .text.first_frame : {{\n    *crt1.o(.text) *crtbegin*.o(.text)\n{first_frame}  }}\n  .text.delivery : {{\n{delivery}  }}\n}} \
         INSERT AFTER .init;\n"
    )
}

fn argument(script: &Path) -> String {
    format!("-Wl,-T,{}", script.display())
}

/// Whether a program can be linked so, and runs where it can be run here.
fn is_understood(script: &Path, out: &Path) -> bool {
    let (source, program) = (out.join("probe.rs"), out.join("probe"));
    let var = |name: &str| env::var(name).unwrap_or_default();
    // Says something, so that what the program needs of the standard library is there.
    if fs::write(&source, "fn main() { println!(\"{}\", std::env::args().count()); }\n").is_err() {
        return false;
    }
    let mut rustc = Command::new(var("RUSTC"));
    rustc.args(["--crate-type", "bin", "--edition", "2024", "-C", "panic=abort", "-C", "opt-level=s", "-C", "strip=symbols"]);
    rustc.args(["--target", &var("TARGET"), "-o"]).arg(&program).arg(&source);
    if let Some(linker) = env::var_os("RUSTC_LINKER") {
        let mut flag = std::ffi::OsString::from("linker=");
        flag.push(linker);
        rustc.arg("-C").arg(flag);
    }
    rustc.args(var("CARGO_ENCODED_RUSTFLAGS").split('\u{1f}').filter(|flag| !flag.is_empty()));
    rustc.args(["-C", &format!("link-arg={}", argument(script))]);
    let linked = rustc.output().is_ok_and(|output| output.status.success());
    let runs_here = var("HOST").split('-').next() == var("TARGET").split('-').next() && var("HOST").contains("linux");
    // Where it cannot be run at all (another C library) it may still be right.
    linked && (!runs_here || Command::new(&program).output().map_or(true, |output| output.status.success()))
}
