use super::*;
use proptest::prelude::*;
use std::collections::VecDeque;

fn at(s: f64) -> Timestamp {
    let start = Timestamp::from_second(1_795_425_120).unwrap();
    start.checked_add(SignedDuration::from_secs_f64(s)).unwrap()
}

const fn seconds(s: u64) -> Duration {
    Duration::from_secs(s)
}

#[track_caller]
fn go(gate: &mut Gate, now: f64) -> Pass {
    match gate.admit(at(now)) {
        Admission::Go(pass) => pass,
        other => panic!("{other:?} of {gate:?}"),
    }
}

#[track_caller]
fn probe(gate: &mut Gate, now: f64) -> Pass {
    match gate.admit(at(now)) {
        Admission::Probe(pass) => pass,
        other => panic!("{other:?} of {gate:?}"),
    }
}

fn waits_until(gate: &mut Gate, now: f64, until: f64) -> bool {
    gate.admit(at(now)) == Admission::Wait(at(until))
}

/// A gate that is closed by failures until 10 s, and a pass of an attempt that began before.
fn down() -> (Gate, Pass) {
    let mut gate = Gate::default();
    let straggler = go(&mut gate, 0.0);
    for _ in 0..FAILURES {
        let pass = go(&mut gate, 0.0);
        gate.record(pass, Fault::Destination, None, at(0.0), 0.5);
    }
    assert!(waits_until(&mut gate, 0.0, 10.0), "{gate:?}");
    (gate, straggler)
}

/// The same by an answer that asked for 60 s.
fn asked() -> (Gate, Pass) {
    let mut gate = Gate::default();
    let (straggler, pass) = (go(&mut gate, 0.0), go(&mut gate, 0.0));
    gate.record(pass, Fault::Destination, Some(seconds(60)), at(0.0), 0.5);
    assert!(waits_until(&mut gate, 0.0, 60.0), "{gate:?}");
    (gate, straggler)
}

#[test]
fn five_failures_in_a_row_close_it() {
    let mut gate = Gate::default();
    for fault in [Fault::None, Fault::Destination, Fault::Destination, Fault::Event, Fault::Destination, Fault::Destination] {
        let pass = go(&mut gate, 0.0);
        gate.record(pass, fault, None, at(0.0), 0.5);
    }
    // A success begins the row again; an event's fault is not part of it.
    assert_eq!((gate.state(), gate.failures), (&State::Open, 4));
    let pass = go(&mut gate, 0.0);
    gate.record(pass, Fault::None, None, at(0.0), 0.5);
    assert_eq!(gate.failures, 0);
    down();
}

#[test]
fn the_time_doubles_up_to_five_minutes_and_is_spread() {
    let (mut gate, _) = down();
    let mut now = 10.0;
    for expected in [20.0, 40.0, 80.0, 160.0, 300.0, 300.0] {
        let pass = probe(&mut gate, now);
        gate.record(pass, Fault::Destination, None, at(now), 0.5);
        assert!(waits_until(&mut gate, now, now + expected), "{expected}: {gate:?}");
        now += expected;
    }
    assert_eq!(gate.failed_probes(), 6);
    for (random, expected) in [(0.0, 240.0), (1.0, 360.0), (-9.0, 240.0), (9.0, 360.0)] {
        let pass = probe(&mut gate, now);
        gate.record(pass, Fault::Destination, None, at(now), random);
        assert!(waits_until(&mut gate, now, now + expected), "{random}: {gate:?}");
        now += expected;
    }
    let pass = probe(&mut gate, now);
    gate.record(pass, Fault::None, None, at(now), 0.5);
    go(&mut gate, now);
    assert_eq!(gate.failed_probes(), 0, "it begins anew");
}

#[test]
fn a_pause_that_is_asked_for_doubles_nothing() {
    let (mut gate, _) = asked();
    let mut now = 60.0;
    // Whatever asks for a pause gets it, however often; after it failures begin with 10 s.
    for (pause, expected) in
        [(Some(1), 1.0), (Some(1), 1.0), (Some(2), 2.0), (None, 10.0), (None, 20.0), (Some(3), 3.0), (None, 40.0)]
    {
        let pass = probe(&mut gate, now);
        gate.record(pass, Fault::Destination, pause.map(seconds), at(now), 0.5);
        assert!(waits_until(&mut gate, now, now + expected), "{pause:?}: {gate:?}");
        now += expected;
    }
    assert_eq!(gate.failed_probes(), 7, "each of them failed");
}

#[test]
fn retry_after_is_obeyed_within_a_second_and_a_day() {
    for (asks, expected) in [(0, 1.0), (2, 2.0), (3600, 3600.0), (86_400, 86_400.0), (86_401, 86_400.0), (u64::MAX, 86_400.0)] {
        let mut gate = Gate::default();
        let pass = go(&mut gate, 0.0);
        gate.record(pass, Fault::Destination, Some(seconds(asks)), at(0.0), 0.5);
        assert!(waits_until(&mut gate, 0.0, expected), "{asks}: {gate:?}");
    }
}

#[test]
fn exactly_one_probe_goes() {
    for mut gate in [down().0, asked().0] {
        let pass = probe(&mut gate, 60.0);
        for now in [60.0, 61.0, 100.0] {
            assert!(matches!(gate.admit(at(now)), Admission::Wait(_)), "{gate:?}");
        }
        gate.record(pass, Fault::None, None, at(100.0), 0.5);
        go(&mut gate, 100.0);
    }
}

#[test]
fn a_probe_that_was_abandoned_is_given_back() {
    let (mut gate, _) = down();
    let pass = probe(&mut gate, 10.0);
    gate.give_back(pass, at(11.0));
    let pass = probe(&mut gate, 11.0);
    assert_eq!(gate.failed_probes(), 0);
    // The worker that took it has crashed: it is lost after a while.
    assert!(waits_until(&mut gate, 160.0, 161.0));
    let other = probe(&mut gate, 161.0);
    // What comes of the first one after all decides nothing any more.
    gate.record(pass, Fault::Destination, None, at(162.0), 0.5);
    gate.give_back(pass, at(162.0));
    assert!(matches!(gate.state(), State::Probing { .. }), "{gate:?}");
    gate.record(other, Fault::None, None, at(163.0), 0.5);
    go(&mut gate, 163.0);
}

#[test]
fn an_events_fault_leaves_it_as_it_is() {
    let (mut gate, straggler) = asked();
    let before = gate.clone();
    gate.record(straggler, Fault::Event, None, at(1.0), 0.5);
    assert_eq!(gate, before);
    let pass = probe(&mut gate, 60.0);
    gate.record(pass, Fault::Event, None, at(61.0), 0.5);
    assert_eq!(gate.failed_probes(), 0);
    // Another event is the probe.
    probe(&mut gate, 61.0);
}

#[test]
fn a_straggler_opens_what_failures_closed_and_no_pause() {
    let (mut gate, straggler) = asked();
    gate.record(straggler, Fault::None, None, at(1.0), 0.5);
    assert!(waits_until(&mut gate, 1.0, 60.0));
    probe(&mut gate, 60.0);
    gate.record(straggler, Fault::None, None, at(61.0), 0.5);
    assert!(matches!(gate.state(), State::Probing { .. }), "{gate:?}");

    let (mut gate, straggler) = down();
    gate.record(straggler, Fault::None, None, at(1.0), 0.5);
    go(&mut gate, 1.0);
}

#[test]
fn a_straggler_makes_a_pause_longer_and_never_shorter() {
    let (mut gate, straggler) = asked();
    gate.record(straggler, Fault::Destination, Some(seconds(5)), at(1.0), 0.5);
    gate.record(straggler, Fault::Destination, None, at(1.0), 0.5);
    assert!(waits_until(&mut gate, 1.0, 60.0));
    gate.record(straggler, Fault::Destination, Some(seconds(90)), at(1.0), 0.5);
    assert!(waits_until(&mut gate, 1.0, 91.0));
    assert_eq!(gate.failed_probes(), 0);
    // Failures of attempts that began before it closed do not close it again.
    let pass = probe(&mut gate, 91.0);
    gate.record(pass, Fault::None, None, at(92.0), 0.5);
    for _ in 0..2 * FAILURES {
        gate.record(straggler, Fault::Destination, None, at(92.0), 0.5);
    }
    go(&mut gate, 92.0);
}

#[test]
fn gone_and_held_until_it_is_released() {
    let (mut gone, straggler) = asked();
    gone.record(straggler, Fault::Gone, None, at(1.0), 0.5);
    let (mut held, other) = down();
    held.hold();
    for (gate, pass) in [(&mut gone, straggler), (&mut held, other)] {
        for fault in [Fault::None, Fault::Event, Fault::Destination, Fault::Gone] {
            gate.record(pass, fault, Some(seconds(1)), at(2.0), 0.5);
        }
        assert_eq!(gate.admit(at(1e9)), Admission::Never, "{gate:?}");
        gate.release();
        go(gate, 2.0);
    }
}

#[test]
fn a_clock_that_is_set_back_makes_no_wait_longer() {
    let (mut gate, _) = asked();
    // A day back, when 60 s were asked for.
    assert!(waits_until(&mut gate, -86_400.0, -86_340.0));
    let pass = probe(&mut gate, -86_340.0);
    assert!(matches!(gate.admit(at(-200_000.0)), Admission::Wait(until) if until == at(-199_850.0)), "{gate:?}");
    gate.record(pass, Fault::None, None, at(-200_000.0), 0.5);
    go(&mut gate, -200_000.0);
}

#[test]
fn what_closed_it_is_known_until_it_opens_or_the_destination_is_changed() {
    let (gate, _) = down();
    let noted = |why: &str| {
        let mut gate = gate.clone();
        gate.note_failure(why.to_owned());
        gate
    };
    assert_eq!((gate.failure(), noted("timed out").failure()), (None, Some("timed out")));
    let mut probed = noted("timed out");
    let pass = probe(&mut probed, 10.0);
    assert_eq!(probed.failure(), Some("timed out"));
    probed.note_failure("503 Service Unavailable".to_owned());
    probed.record(pass, Fault::Destination, None, at(10.0), 0.5);
    assert_eq!(probed.failure(), Some("503 Service Unavailable"));
    let pass = probe(&mut probed, 60.0);
    probed.record(pass, Fault::None, None, at(60.0), 0.5);
    assert_eq!(probed, Gate { epoch: probed.epoch, ..Gate::default() });
    let (mut changed, mut held) = (noted("timed out"), noted("timed out"));
    changed.destination_changed(at(1.0));
    held.hold();
    assert_eq!((changed.failure(), held.failure()), (None, None));
    // An open gate counts failures, and is not closed by them yet.
    let mut open = Gate::default();
    open.note_failure("timed out".to_owned());
    assert_eq!(open.failure(), None);
}

#[test]
fn it_is_the_same_when_it_is_read_back() {
    let (closed, _) = asked();
    let (mut probing, _) = down();
    probe(&mut probing, 10.0);
    let mut held = Gate::default();
    held.hold();
    for gate in [Gate::default(), closed, probing, held] {
        let text = serde_json::to_string(&gate).unwrap();
        assert!(text.len() < 300, "{text}");
        assert_eq!(serde_json::from_str::<Gate>(&text).unwrap(), gate);
    }
}

/// What a run of the simulation does next.
#[derive(Clone, Debug)]
enum Step {
    Ask,
    /// The oldest or the newest attempt in flight ends.
    End {
        newest: bool,
        fault: Fault,
        pause: Option<u64>,
    },
    /// It comes to nothing.
    Abandon,
    /// The worker that made it has crashed: no result ever comes.
    Crash,
    /// Time passes, or the clock is set.
    Clock(i64),
    Hold,
    Release,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let fault = prop_oneof![
        4 => Just(Fault::None), 2 => Just(Fault::Event), 8 => Just(Fault::Destination), 1 => Just(Fault::Gone)
    ];
    let pause = prop::option::weighted(0.3, prop_oneof![Just(0), 1..120_u64, Just(u64::MAX)]);
    let step = prop_oneof![
        40 => Just(Step::Ask),
        30 => (any::<bool>(), fault, pause).prop_map(|(newest, fault, pause)| Step::End { newest, fault, pause }),
        2 => Just(Step::Abandon),
        1 => Just(Step::Crash),
        30 => (1..40_i64).prop_map(Step::Clock),
        3 => (-90_000..90_000_i64).prop_map(Step::Clock),
        1 => Just(Step::Hold),
        2 => Just(Step::Release),
    ];
    prop::collection::vec(step, 1..300)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Random answers, crashes, holds and clocks. proptest prints the steps of a failure, made as short as it can.
    #[test]
    fn whatever_happens(steps in steps(), random in 0.0..1.0_f64) {
        let mut gate = Gate::default();
        let mut now = 0.0;
        let mut in_flight: VecDeque<Pass> = VecDeque::new();
        // The probe that the gate waits for, and when it went.
        let mut probing: Option<(Pass, f64)> = None;
        // The time that has really passed, however the clock is set, and when the last probe failed.
        let (mut passed, mut failed_at): (f64, Option<f64>) = (0.0, None);
        for step in steps {
            match step {
                Step::Ask => match gate.admit(at(now)) {
                    Admission::Go(pass) => {
                        prop_assert_eq!(gate.state(), &State::Open);
                        in_flight.push_back(pass);
                    }
                    Admission::Probe(pass) => {
                        prop_assert!(probing.is_none_or(|(_, since)| passed - since >= 150.0), "two probes at once");
                        // Retry-After may be a second; failures close it for 8 s at least.
                        prop_assert!(failed_at.is_none_or(|failed| passed - failed >= 1.0), "two probes in one interval");
                        probing = Some((pass, passed));
                        failed_at = None;
                        in_flight.push_back(pass);
                    }
                    Admission::Wait(until) => prop_assert!(until > at(now)),
                    Admission::Never => prop_assert!(matches!(gate.state(), State::Gone | State::Held)),
                },
                Step::End { newest, fault, pause } => {
                    let Some(pass) = (if newest { in_flight.pop_back() } else { in_flight.pop_front() }) else { continue };
                    let is_probe = probing.is_some_and(|(probe, _)| probe == pass);
                    gate.record(pass, fault, pause.map(Duration::from_secs), at(now), random);
                    if is_probe {
                        probing = None;
                        let state = gate.state().clone();
                        match fault {
                            _ if matches!(state, State::Held | State::Gone | State::Open) => {}
                            Fault::Destination => failed_at = Some(passed),
                            _ => prop_assert!(matches!(gate.state(), State::Closed { .. }), "{:?}", gate),
                        }
                    }
                }
                Step::Abandon => {
                    let Some(pass) = in_flight.pop_back() else { continue };
                    gate.give_back(pass, at(now));
                    probing = probing.filter(|(probe, _)| *probe != pass);
                }
                Step::Crash => {
                    in_flight.pop_back();
                }
                Step::Clock(by) => {
                    now += f64::from(i32::try_from(by).unwrap());
                    // Time does not run back; a clock that is set ahead counts as time.
                    passed += f64::from(i32::try_from(by.max(0)).unwrap());
                }
                Step::Hold => gate.hold(),
                Step::Release => gate.release(),
            }
            // What opened it, or holds it, ends the wait for the probe.
            if matches!(gate.state(), State::Open | State::Held | State::Gone) {
                (probing, failed_at) = (None, None);
            }
            if let State::Closed { since, until, .. } | State::Probing { since, until, .. } = gate.state() {
                prop_assert!(until.duration_since(*since) <= SignedDuration::from_hours(24));
                prop_assert!(until >= since);
            }
        }
        // Left alone, it lets an event through within a day, unless the operator has to open it.
        if !matches!(gate.state(), State::Gone | State::Held) {
            gate.admit(at(now));
            let later = gate.admit(at(now + 86_400.0));
            prop_assert!(matches!(later, Admission::Go(_) | Admission::Probe(_)), "{:?} of {:?}", later, gate);
        }
    }
}
