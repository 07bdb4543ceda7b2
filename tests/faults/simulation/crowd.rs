//! The same with several workers that share a gate by compare-and-swap, and events that are lent: as on NATS, with a virtual clock.

use super::*;

const RUNS: u64 = 2_000;
const STEPS: u32 = 200;
const WORKERS: usize = 3;
const AT_ONCE: usize = 4;

/// A stored gate is known to all within that time, in milliseconds, and so is what became of a change.
const LATENCY: u64 = 250;

/// The most time that passes at once, in milliseconds.
const LONGEST_STEP: u64 = 5_000;

/// After it, an event of a worker that crashed is lent again.
const ACK_WAIT: Duration = Duration::from_secs(30);

struct Event {
    due_at: Timestamp,
    progress: Progress,
    dead: Option<DeadReason>,
    /// To that worker; to one that crashed, until then.
    lent: Option<(usize, Duration)>,
}

/// A change of the gate under way: on top of that revision, answered at that time.
struct Storing {
    gate: Gate,
    on: u64,
    at: Duration,
}

struct Member {
    pace: Pace,
    /// As it told the others, or they told it.
    gate: Gate,
    revision: u64,
    wanted: Option<Gate>,
    storing: Option<Storing>,
    /// When it sees what is stored now.
    sees_at: Option<Duration>,
    asked: Option<Pass>,
    granted: Option<Pass>,
    in_flight: BTreeMap<u32, (Pass, Duration, Mood)>,
    unsettled: Vec<(u32, Progress, Verdict)>,
}

struct Crowd {
    random: Random,
    elapsed: Duration,
    mood: Mood,
    events: BTreeMap<u32, Event>,
    queued: u32,
    gate: Gate,
    revision: u64,
    members: Vec<Member>,
    poison: BTreeSet<u32>,
    acknowledged: BTreeSet<u32>,
    forgotten: BTreeSet<u32>,
    accepted: BTreeMap<u32, u32>,
    /// No probe before that time, as the last one that failed left the gate.
    quiet_until: Option<Duration>,
    /// When events may have gone out freely for the last time.
    free_at: Duration,
}

impl Member {
    fn new(gate: &Gate, revision: u64, now: Timestamp) -> Self {
        let mut pace = Pace::new(None, now);
        pace.set_gate(gate.clone());
        Self {
            pace,
            gate: gate.clone(),
            revision,
            wanted: None,
            storing: None,
            sees_at: None,
            asked: None,
            granted: None,
            in_flight: BTreeMap::new(),
            unsettled: Vec::new(),
        }
    }

    fn take_gate(&mut self, gate: &Gate) {
        (self.asked, self.granted) = (None, None);
        self.gate = gate.clone();
        self.pace.set_gate(gate.clone());
    }
}

impl Crowd {
    fn new(seed: u64) -> Self {
        let gate = Gate::default();
        let mut crowd = Self {
            random: Random(seed),
            elapsed: Duration::ZERO,
            mood: Mood::Up,
            events: BTreeMap::new(),
            queued: 0,
            gate,
            revision: 0,
            members: Vec::new(),
            poison: BTreeSet::new(),
            acknowledged: BTreeSet::new(),
            forgotten: BTreeSet::new(),
            accepted: BTreeMap::new(),
            quiet_until: None,
            free_at: Duration::ZERO,
        };
        crowd.members = (0..WORKERS).map(|_| Member::new(&crowd.gate, 0, crowd.now())).collect();
        crowd
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_795_425_120).unwrap() + SignedDuration::try_from(self.elapsed).unwrap()
    }

    fn soon(&mut self) -> Duration {
        self.elapsed + Duration::from_millis(self.random.below(LATENCY))
    }

    fn let_loose(&mut self) {
        (self.quiet_until, self.free_at) = (None, self.elapsed);
    }

    fn put(&mut self, gate: Gate) {
        if *self.gate.state() == State::Open {
            self.free_at = self.elapsed;
        }
        self.gate = gate;
        self.revision += 1;
        for n in 0..WORKERS {
            let soon = self.soon();
            self.members[n].sees_at.get_or_insert(soon);
        }
    }

    /// What is under way arrives.
    fn arrive(&mut self, n: usize) {
        if self.members[n].storing.as_ref().is_some_and(|storing| storing.at <= self.elapsed) {
            let Some(Storing { gate, on, .. }) = self.members[n].storing.take() else { return };
            if on == self.revision {
                let is_probe = matches!(gate.state(), State::Probing { .. });
                self.put(gate);
                let revision = self.revision;
                let member = &mut self.members[n];
                member.revision = revision;
                if is_probe && member.wanted.is_none() {
                    member.granted = member.asked.take();
                }
            } else {
                let ours = self.members[n].wanted.take().unwrap_or(gate);
                self.theirs(n, Some(&ours));
            }
            self.store(n);
        }
        let member = &mut self.members[n];
        if member.storing.is_none() && member.sees_at.is_some_and(|at| at <= self.elapsed) {
            member.sees_at = None;
            if member.revision < self.revision {
                self.theirs(n, None);
            }
        }
    }

    fn theirs(&mut self, n: usize, ours: Option<&Gate>) {
        let merged = ours.and_then(|ours| ours.on_top_of(&self.gate));
        let member = &mut self.members[n];
        member.revision = self.revision;
        member.take_gate(merged.as_ref().unwrap_or(&self.gate));
        member.wanted = merged;
    }

    fn store(&mut self, n: usize) {
        let at = self.soon();
        let member = &mut self.members[n];
        if member.storing.is_none()
            && let Some(gate) = member.wanted.take()
        {
            member.storing = Some(Storing { gate, on: member.revision, at });
        }
    }

    fn report_gate(&mut self, n: usize) {
        let member = &mut self.members[n];
        if member.pace.gate().differs(&member.gate) {
            member.gate = member.pace.gate().clone();
            member.wanted = Some(member.gate.clone());
            self.store(n);
        }
    }

    fn next_event(&self) -> Option<u32> {
        let is_free = |event: &Event| event.lent.is_none_or(|(_, until)| until <= self.elapsed);
        let next =
            self.events.iter().find(|(_, event)| event.dead.is_none() && is_due(event.due_at, self.now()) && is_free(event));
        next.map(|(id, _)| *id)
    }

    fn begin(&mut self, n: usize) {
        loop {
            let (now, next) = (self.now(), self.next_event());
            let member = &mut self.members[n];
            let granted = member.granted.take();
            let Some(id) = next.filter(|_| member.in_flight.len() + member.unsettled.len() < AT_ONCE) else {
                if let Some(pass) = granted {
                    member.pace.give_back(pass, now);
                }
                return;
            };
            let pass = match granted.map_or_else(|| member.pace.turn(member.in_flight.len(), now), Turn::Now) {
                Turn::Now(pass) if pass.is_probe() && granted.is_none() => {
                    member.asked = Some(pass);
                    return;
                }
                Turn::Now(pass) => pass,
                Turn::At(_) | Turn::AfterAnswer => return,
            };
            assert!(!self.acknowledged.contains(&id), "{id} goes out after it was acknowledged");
            assert!(!self.accepted.contains_key(&id) || self.forgotten.contains(&id), "{id} goes out again without a crash");
            if pass.is_probe() {
                let is_quiet = self.quiet_until.is_some_and(|until| self.elapsed + Duration::from_millis(1) < until);
                assert!(!is_quiet, "asked at {:?}, and not before {:?}", self.elapsed, self.quiet_until);
            } else if *self.gate.state() != State::Open {
                let unnoticed = self.elapsed.checked_sub(self.free_at).unwrap();
                assert!(unnoticed <= Duration::from_millis(2 * LATENCY), "{n} has not noticed for {unnoticed:?}");
            }
            let took = Duration::from_millis(self.random.below(20_000));
            self.events.entry(id).and_modify(|event| event.lent = Some((n, Duration::MAX)));
            self.members[n].in_flight.insert(id, (pass, self.elapsed + took, self.mood));
        }
    }

    fn answer(&mut self, n: usize) {
        let ended: Vec<u32> =
            self.members[n].in_flight.iter().filter(|(_, (_, at, _))| *at <= self.elapsed).map(|(id, _)| *id).collect();
        for id in ended {
            let Some((pass, _, mood)) = self.members[n].in_flight.remove(&id) else { continue };
            let mood = if mood == Mood::Flapping { [Mood::Up, Mood::Down][usize::from(self.random.once_in(2))] } else { mood };
            let (fault, pause) = match mood {
                Mood::Up | Mood::Flapping if self.poison.contains(&id) => (Fault::Event, None),
                Mood::Up | Mood::Flapping => (Fault::None, None),
                Mood::Down => (Fault::Destination, None),
                Mood::Busy(s) => (Fault::Destination, Some(Duration::from_secs(s))),
                Mood::Gone => (Fault::Gone, None),
            };
            let (now, one, two) = (self.now(), self.random.unit(), self.random.unit());
            let pace = &mut self.members[n].pace;
            let was_probing = matches!(pace.gate().state(), State::Probing { .. });
            pace.ended(pass, Some(fault), pause, now, one);
            match (fault, pace.gate().state()) {
                (Fault::None, _) => {
                    *self.accepted.entry(id).or_default() += 1;
                    self.let_loose();
                }
                (Fault::Destination, State::Closed { until, .. }) if pass.is_probe() && was_probing => {
                    let left = Duration::try_from(until.duration_since(now)).unwrap();
                    assert!(left >= if pause.is_some() { Duration::from_secs(1) } else { Duration::from_millis(7_999) });
                    self.quiet_until = Some(self.elapsed + left);
                }
                (Fault::Event | Fault::Gone, _) => self.quiet_until = None,
                (Fault::Destination, _) => {}
            }
            let mut progress = self.events[&id].progress;
            let verdict = Schedule::default().after(&mut progress, fault, now, two);
            self.members[n].unsettled.push((id, progress, verdict));
        }
    }

    /// JetStream is told what became of its events.
    fn settle(&mut self, n: usize) {
        for (id, progress, verdict) in std::mem::take(&mut self.members[n].unsettled) {
            // The operator dropped nothing, and it was lent to nobody else.
            let event = self.events.get_mut(&id).unwrap();
            assert!(event.lent.is_some_and(|(to, _)| to == n));
            (event.progress, event.lent) = (progress, None);
            match verdict {
                Verdict::Delivered => {
                    self.events.remove(&id);
                    self.acknowledged.insert(id);
                }
                Verdict::Again(at) => event.due_at = at,
                Verdict::Dead(reason) => event.dead = Some(reason),
            }
        }
    }

    fn crash(&mut self, n: usize) {
        let fresh = Member::new(&self.gate, self.revision, self.now());
        let lost = std::mem::replace(&mut self.members[n], fresh);
        for (id, (_, _, mood)) in &lost.in_flight {
            // The endpoint may have accepted it all the same.
            if *mood == Mood::Up && !self.poison.contains(id) {
                *self.accepted.entry(*id).or_default() += 1;
                self.forgotten.insert(*id);
            }
        }
        for (id, _, verdict) in &lost.unsettled {
            if *verdict == Verdict::Delivered {
                self.forgotten.insert(*id);
            }
        }
        if lost.storing.is_some() || lost.wanted.is_some() {
            self.quiet_until = None;
        }
        let again = self.elapsed + ACK_WAIT;
        for event in self.events.values_mut().filter(|event| event.lent.is_some_and(|(to, until)| to == n && until > again)) {
            event.lent = Some((n, again));
        }
    }

    fn operate(&mut self, act: impl FnOnce(&mut Gate)) {
        let mut gate = self.gate.clone();
        act(&mut gate);
        self.put(gate);
        self.let_loose();
    }

    fn act(&mut self) {
        let now = self.now();
        match self.random.below(40) {
            0..10 => {
                let id = self.queued;
                self.queued += 1;
                if self.random.once_in(12) {
                    self.poison.insert(id);
                }
                self.events.insert(id, Event { due_at: now, progress: Progress::new(now), dead: None, lent: None });
            }
            10..14 => {
                let moods = [Mood::Up, Mood::Flapping, Mood::Down, Mood::Busy(self.random.below(4_000)), Mood::Gone];
                self.mood = moods[usize::try_from(self.random.below(5)).unwrap()];
            }
            14..16 => {
                let n = usize::try_from(self.random.below(WORKERS as u64)).unwrap();
                self.crash(n);
            }
            16 => self.operate(|gate| gate.destination_changed(now)),
            17 => self.operate(Gate::hold),
            18..20 => self.operate(Gate::release),
            20 => {
                if let Some(event) = self.events.values_mut().find(|event| event.dead.is_some()) {
                    *event = Event { due_at: now, progress: Progress::new(now), dead: None, lent: None };
                }
            }
            _ => {}
        }
    }

    fn step(&mut self, ms: u64) {
        self.elapsed += Duration::from_millis(ms);
        let first = usize::try_from(self.random.below(WORKERS as u64)).unwrap();
        let order = (0..WORKERS).map(|n| (first + n) % WORKERS);
        for n in order.clone() {
            self.arrive(n);
        }
        for n in order {
            self.arrive(n);
            self.answer(n);
            self.report_gate(n);
            if !self.random.once_in(3) {
                self.settle(n);
            }
            self.begin(n);
            self.report_gate(n);
        }
    }

    fn check(&self) {
        for id in 0..self.queued {
            let (stored, gone) = (self.events.contains_key(&id), self.acknowledged.contains(&id));
            assert!(stored != gone, "{id} is neither stored nor acknowledged, or both");
            assert!(!gone || self.accepted.contains_key(&id), "{id} is lost");
        }
        let latest = self.now() + SignedDuration::try_from(LONGEST_WAIT).unwrap();
        assert!(self.events.values().all(|event| event.dead.is_some() || event.due_at <= latest), "one waits for too long");
    }
}

fn crowd(seed: u64) {
    let mut crowd = Crowd::new(seed);
    for _ in 0..STEPS {
        crowd.act();
        let ms = match crowd.random.below(20) {
            0 => crowd.random.below(600_000),
            1..6 => crowd.random.below(30_000),
            _ => crowd.random.below(400),
        };
        // No answer is much later than it came: a probe that takes too long counts as lost.
        for part in 0..=ms / LONGEST_STEP {
            crowd.step(LONGEST_STEP.min(ms - part * LONGEST_STEP));
        }
        if crowd.random.once_in(8) {
            crowd.check();
        }
    }
    // All is well again, and what was under way has ended.
    crowd.mood = Mood::Up;
    for _ in 0..100 {
        crowd.step(250);
    }
    crowd.operate(Gate::release);
    for _ in 0..4_000 {
        if crowd.events.values().all(|event| event.dead.is_some()) {
            break;
        }
        crowd.step(500);
    }
    let left: Vec<_> = crowd.events.iter().filter(|(_, event)| event.dead.is_none()).map(|(id, _)| id).collect();
    assert!(left.is_empty(), "left: {left:?}; {:?}", crowd.gate);
    crowd.check();
    for (id, count) in &crowd.accepted {
        assert!(*count == 1 || crowd.forgotten.contains(id), "{id} was accepted {count} times");
    }
}

#[test]
fn workers_that_share_a_gate_lose_nothing_and_ask_once_for_all() {
    with_seeds(RUNS, crowd);
}
