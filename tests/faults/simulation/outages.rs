//! Outages as operators know them: of days, of seconds again and again, and longer than any event is kept for. The time is that of
//! the simulation: from one moment at which something can happen to the next.

use super::*;

use waypost::domain::delivery::schedule::GIVE_UP_AFTER;

/// The longest time for which failures close the gate, and the shortest at the end of its doubling.
const LONGEST: Duration = Duration::from_mins(6);
const SHORTEST: Duration = Duration::from_mins(4);

const HOUR: Duration = Duration::from_hours(1);

impl World {
    fn within(&mut self, time: Duration) -> Duration {
        Duration::from_millis(self.random.below(u64::try_from(time.as_millis()).unwrap()))
    }

    /// What the destination does from now on.
    fn turns(&mut self, mood: Mood) {
        self.mood = mood;
        self.let_loose();
    }

    /// Queues an event at each of these times, and lets all happen until the last one; the ids with their times.
    fn advance(&mut self, mut at: Vec<Duration>, until: Duration) -> Vec<(u32, Timestamp)> {
        at.sort_unstable();
        let mut queued = Vec::new();
        for at in at {
            self.advance_to(at);
            queued.push((self.queued, self.now()));
            self.enqueue();
        }
        self.advance_to(until);
        queued
    }

    fn advance_to(&mut self, until: Duration) {
        while self.elapsed < until {
            self.elapsed = self.next_moment().max(self.elapsed + Duration::from_millis(1)).min(until);
            self.answer();
            self.begin();
            self.report_gate();
            self.write();
        }
        self.check();
    }

    fn next_moment(&self) -> Duration {
        let now = self.now();
        let until = match self.pace.gate().state() {
            State::Closed { until, .. } | State::Probing { until, .. } if *until > now => Some(*until),
            _ => {
                let waiting = self.rows.iter().filter(|(id, row)| row.dead.is_none() && !self.in_flight.contains_key(id));
                // One that is due waits for its turn.
                waiting.map(|(_, row)| row.due_at.max(now + SignedDuration::from_millis(250))).min()
            }
        };
        let answers = self.in_flight.values().map(|(_, at, _)| *at);
        let gate = until.map(|until| self.elapsed + Duration::try_from(until.duration_since(now)).unwrap_or_default());
        answers.chain(gate).min().unwrap_or(Duration::MAX)
    }

    fn dead(&self, id: u32) -> Option<DeadReason> {
        self.rows.get(&id).and_then(|row| row.dead)
    }

    /// The most attempts in an outage: until the gate closes, while its time doubles, then one at a time.
    fn most_attempts(during: Duration) -> u32 {
        let before = FAILURES - 1 + u32::try_from(CONCURRENCY).unwrap();
        before + 7 + u32::try_from(during.as_secs() / SHORTEST.as_secs()).unwrap()
    }

    /// Each was delivered once, unless it was refused.
    fn all_are_delivered(&self, events: &[(u32, Timestamp)]) {
        for (id, _) in events {
            let (count, dead) = (self.accepted.get(id).copied().unwrap_or(0), self.dead(*id));
            let is_right =
                if self.poison.contains(id) { dead == Some(DeadReason::Refused) } else { count == 1 && dead.is_none() };
            assert!(is_right, "{id} was accepted {count} times; dead: {dead:?}");
        }
    }
}

/// For three days, and up to half a day more.
fn three_days(seed: u64) {
    let mut world = World::new(seed);
    world.turns(Mood::Down);
    let during = GIVE_UP_AFTER + world.within(12 * HOUR);
    let restarted = HOUR + world.within(during.checked_sub(HOUR).unwrap());
    let (before, after) = (0..60).map(|_| world.within(during)).partition(|at| *at < restarted);
    let mut events = world.advance(before, restarted);
    world.crash();
    events.extend(world.advance(after, during));
    let most = World::most_attempts(during);
    assert!(world.asked <= most, "asked {} times, and {most} are the most", world.asked);
    world.turns(Mood::Up);
    world.advance(Vec::new(), during + LONGEST + HOUR);
    // An attempt may have begun before it worked again, and ended after.
    let given_up_before = Schedule::default().given_up_before(world.failed_at.unwrap());
    let (old, young): (Vec<_>, Vec<_>) = events.into_iter().partition(|(_, since)| *since < given_up_before);
    for (id, since) in old {
        assert!(
            world.dead(id) == Some(DeadReason::TooOld) && !world.accepted.contains_key(&id),
            "{id} of {since} is not given up"
        );
    }
    // One that was three days old when the destination worked again is not too old to be delivered; one that it refuses may be.
    for (id, since) in &young {
        assert!(world.poison.contains(id) || world.accepted.get(id) == Some(&1), "{id} of {since} is not delivered");
        assert!(world.poison.contains(id) || world.dead(*id).is_none(), "{id} of {since} is dead");
    }
}

#[test]
fn h144_after_three_days_young_events_are_delivered_and_old_ones_given_up() {
    with_seeds(100, three_days);
}

/// Up and down again, for seconds to minutes, for six hours.
fn flapping(seed: u64) {
    let mut world = World::new(seed);
    let mut events = Vec::new();
    while world.elapsed < 6 * HOUR {
        let longest = Duration::from_secs([5, 60, 1200][usize::try_from(world.random.below(3)).unwrap()]);
        let mood = [Mood::Up, Mood::Down, Mood::Flapping][usize::try_from(world.random.below(3)).unwrap()];
        let (begin, during) = (world.elapsed, world.within(longest) + Duration::from_secs(1));
        let times = (0..world.random.below(4)).map(|_| begin + world.within(during)).collect();
        world.turns(mood);
        let asked = world.asked;
        events.extend(world.advance(times, begin + during));
        let most = World::most_attempts(during);
        assert!(mood != Mood::Down || world.asked - asked <= most, "asked {} times while it is down", world.asked - asked);
    }
    world.turns(Mood::Up);
    // The longest pause, then 20 s for each answer and three for what is refused: nobody has to release anything.
    let end = world.elapsed + LONGEST + Duration::from_secs(3 * 90) + Duration::from_secs(20) * world.queued;
    world.advance(Vec::new(), end);
    world.all_are_delivered(&events);
}

#[test]
fn h145_a_flapping_endpoint_gets_each_event_once_and_is_left_alone_while_it_is_down() {
    with_seeds(100, flapping);
}

/// Down for longer than every event of a full queue is kept for.
fn all_too_old(seed: u64) {
    const EVENTS: usize = 200;
    let mut world = World::new(seed);
    world.turns(Mood::Down);
    let times = (0..EVENTS).map(|_| world.within(HOUR)).collect();
    let events = world.advance(times, GIVE_UP_AFTER.checked_sub(Duration::from_secs(1)).unwrap());
    assert!(world.rows.values().all(|row| row.dead.is_none()), "given up too early");
    // One more attempt after the last one is old enough: the longest pause, and the longest answer.
    let during = GIVE_UP_AFTER + HOUR + LONGEST + Duration::from_secs(20);
    world.advance(Vec::new(), during);
    assert!(world.rows.len() == EVENTS && world.rows.values().all(|row| row.dead == Some(DeadReason::TooOld)));
    let most = World::most_attempts(during);
    assert!(world.asked <= most, "asked {} times, and {most} are the most", world.asked);
    let asked = world.asked;
    world.turns(Mood::Up);
    world.advance(Vec::new(), during + HOUR);
    assert!(world.asked == asked && world.accepted.is_empty(), "a dead letter went out");
    // The operator wants them all the same.
    let now = world.now();
    for row in world.rows.values_mut() {
        *row = Row { due_at: now, progress: Progress::new(now), dead: None };
    }
    world.advance(Vec::new(), during + 3 * HOUR);
    world.all_are_delivered(&events);
}

#[test]
fn h146_a_full_queue_is_given_up_by_age_and_delivered_when_the_operator_asks() {
    with_seeds(30, all_too_old);
}
