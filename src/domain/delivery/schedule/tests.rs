use super::*;

fn at(s: i64) -> Timestamp {
    Timestamp::from_second(1_795_425_120 + s).unwrap()
}

/// What follows after each of those faults, one second apart, in seconds after it.
fn run(faults: &[Fault], random: f64) -> Vec<Result<i64, DeadReason>> {
    let mut progress = Progress::new(at(0));
    let schedule = Schedule::default();
    let mut out = Vec::new();
    for (now, fault) in (0..).map(at).zip(faults) {
        out.push(match schedule.after(&mut progress, *fault, now, random) {
            Verdict::Delivered => Ok(-1),
            Verdict::Again(until) => Ok(until.duration_since(now).as_secs()),
            Verdict::Dead(reason) => Err(reason),
        });
    }
    out
}

#[test]
fn an_event_at_fault_is_dead_after_three_answers_whatever_came_between() {
    use Fault::{Destination, Event, Gone, None};
    assert_eq!(run(&[Event, Event, Event], 0.5), [Ok(5), Ok(60), Err(DeadReason::Refused)]);
    let mixed = [Event, Destination, Destination, Event, Gone, Event];
    assert_eq!(run(&mixed, 0.5), [Ok(5), Ok(2), Ok(4), Ok(60), Ok(16), Err(DeadReason::Refused)]);
    assert_eq!(run(&[Event, None], 0.5), [Ok(5), Ok(-1)]);
    assert_eq!(run(&[Event, Event], 0.0), [Ok(4), Ok(48)]);
    assert_eq!(run(&[Event, Event], 1.0), [Ok(6), Ok(72)]);
}

#[test]
fn the_destinations_fault_never_counts_against_an_event() {
    let many = run(&[Fault::Destination; 500], 0.5);
    assert_eq!(many[..8], [Ok(1), Ok(2), Ok(4), Ok(8), Ok(16), Ok(32), Ok(60), Ok(60)]);
    assert!(many.iter().all(|next| next.is_ok_and(|wait| wait <= 60)));
}

#[test]
fn only_age_gives_it_up() {
    let mut progress = Progress::new(at(0));
    let schedule = Schedule { give_up_after: Duration::from_hours(1) };
    let mut after = |fault, s| schedule.after(&mut progress, fault, at(s), 0.5);
    assert!(matches!(after(Fault::Destination, 3600), Verdict::Again(_)));
    assert_eq!(after(Fault::Destination, 3601), Verdict::Dead(DeadReason::TooOld));
    assert_eq!(after(Fault::Gone, 3601), Verdict::Dead(DeadReason::TooOld));
    assert_eq!(after(Fault::None, 9999), Verdict::Delivered);
    // A clock that was set to the beginning of time, and the longest age there is.
    let schedule = Schedule { give_up_after: Duration::MAX };
    assert_eq!(schedule.given_up_before(Timestamp::MIN), Timestamp::MIN);
    assert_eq!(Schedule::default().given_up_before(Timestamp::MIN), Timestamp::MIN);
}

#[test]
fn a_clock_that_was_set_back_makes_no_wait_longer() {
    assert!(is_due(at(0), at(0)) && !is_due(at(1), at(0)) && !is_due(at(90), at(0)));
    assert!(is_due(at(91), at(0)) && is_due(at(86_400), at(0)) && is_due(Timestamp::MAX, Timestamp::MIN));
}

#[test]
fn reasons_have_names() {
    for reason in DeadReason::ALL {
        assert_eq!(DeadReason::from_name(reason.name()), Some(reason));
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.name());
    }
    assert_eq!(DeadReason::from_name("other"), None);
}
