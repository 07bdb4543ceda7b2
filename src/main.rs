//! The binary: arguments in, exit code out.

fn main() {
    let code = waypost::cli::run();
    // Not by returning: a reader thread may be waiting for a terminal that has gone, and a thread of the runtime for a disk.
    waypost::at_panic::end_with(code)
}
