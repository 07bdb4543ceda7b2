//! Reading how the destination and the queue are doing: after the first frame, and again whenever the database changes, one reading
//! at a time.

use crate::domain::destination::Destination;
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::msg::Id;
use crate::tui::screens::main::known::Measured;

/// Reads both anew. While that is under way already, it follows.
pub fn measure(model: &mut Model) -> Vec<Effect> {
    if model.known.reading.is_some() {
        model.known.changed = true;
        return Vec::new();
    }
    model.known.readings += 1;
    let id = model.known.readings;
    model.known.reading = Some(id);
    let of = model.destination().map(|destination| destination.id().clone());
    vec![Effect::Measure { id, of }]
}

/// What was read is shown, unless it is of another destination.
pub fn measured(model: &mut Model, id: Id, measured: Measured) -> Vec<Effect> {
    if model.known.reading.take_if(|waited| *waited == id).is_none() {
        model.changed = false;
        return Vec::new();
    }
    let before = model.known.clone();
    let is_of_this = measured.of.as_ref() == model.destination().map(Destination::id);
    model.known.health = measured.health.filter(|_| is_of_this);
    model.known.queue = measured.queue.filter(|queue| queue.used);
    model.changed = (&model.known.health, &model.known.queue) != (&before.health, &before.queue);
    if std::mem::take(&mut model.known.changed) || !is_of_this { measure(model) } else { Vec::new() }
}
