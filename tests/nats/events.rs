//! One event after the other: ids, redelivery, dead letters, the operator.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use crate::server::{Machine, Server, terminate};
use crate::support::check::expect_nothing;
use crate::support::receiver::{Answer, DEADLINE, Receiver};

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn an_id_is_one_event_and_one_webhook_id() {
    let server = Server::start();
    // The first attempt of each event is answered so that it is tried again.
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(422), Answer::status(200)]);
    let machine = Machine::registering(&server.url(), &receiver);
    assert_eq!(machine.enqueue("order-1", "{\"n\":1}").exits(0).json()["duplicate"], json!(false));
    assert_eq!(machine.enqueue("order-1", "{\"n\":1}").exits(0).json()["duplicate"], json!(true));
    assert_eq!(machine.counts(), [1, 0, 0, 0]);
    // A program that knows nothing of waypost.
    let mut publisher = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    publisher.write_all(b"CONNECT {\"verbose\":false}\r\nPUB waypost.events.order.created 7\r\n{\"n\":2}\r\n").unwrap();
    machine.wait_for(|counts| counts[0] == 2);
    let relay = machine.relay("one", &[]);
    let first = receiver.wait_for_requests(2, DEADLINE);
    machine.wait_for(|counts| counts == [0, 1, 0, 0]);
    assert_eq!(terminate(relay), Some(0));
    // Another worker goes on, after the wait of the event.
    let relay = machine.relay("two", &[]);
    let requests = receiver.wait_for_requests(3, DEADLINE);
    machine.wait_for(|counts| counts == [0, 0, 0, 0]);
    assert_eq!(terminate(relay), Some(0));
    let ids: BTreeSet<&str> = first.iter().map(|request| request.header("webhook-id")).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids.contains("order-1"), "{ids:?}");
    let again = requests[2].header("webhook-id");
    assert_eq!((again, &requests[2].body), (first[0].header("webhook-id"), &first[0].body));
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn three_refusals_make_a_dead_letter_on_whichever_machine() {
    let server = Server::start();
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(400)]);
    let machine = Machine::registering(&server.url(), &receiver);
    machine.enqueue("bad-1", "{\"n\":1}").exits(0);
    let relay = machine.relay("one", &[]);
    receiver.wait_for_requests(1, DEADLINE);
    machine.wait_for(|counts| counts == [0, 1, 0, 0]);
    let shown = machine.run(&["queue", "show", "bad-1", "--json"]).exits(0).json();
    assert_eq!((&shown["event"]["attempts"], &shown["event"]["last"]["status"]), (&json!(1), &json!(400)));
    assert_eq!(terminate(relay), Some(0));
    let relay = machine.relay("two", &[]);
    receiver.wait_for_requests(2, DEADLINE);
    // The third one is a minute away.
    machine.wait_for(|counts| counts == [0, 1, 0, 0]);
    let shown = machine.run(&["queue", "show", "bad", "--json"]).exits(0).json();
    assert_eq!(shown["event"]["attempts"], json!(2));
    let requests = receiver.wait_for_requests(3, 5 * DEADLINE);
    machine.wait_for(|counts| counts == [0, 0, 0, 1]);
    assert!(requests.iter().all(|request| request.header("webhook-id") == "bad-1"));
    let shown = machine.run(&["queue", "show", "bad-1", "--json"]).exits(0).json();
    assert_eq!((&shown["event"]["dead_reason"], &shown["event"]["body"]), (&json!("refused"), &json!("{\"n\":1}")));
    // Begun anew under the same id, also within the time for which ids are remembered.
    machine.run(&["queue", "retry", "bad-1"]).exits(0);
    let requests = receiver.wait_for_requests(4, DEADLINE);
    assert_eq!(requests[3].header("webhook-id"), "bad-1");
    machine.wait_for(|counts| counts == [0, 1, 0, 0]);
    machine.run(&["queue", "drop", "bad-1"]).exits(0);
    assert_eq!(machine.counts(), [0, 0, 0, 0]);
    assert_eq!(terminate(relay), Some(0));
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn a_hold_reaches_every_worker_and_stays() {
    let server = Server::start();
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200)]);
    let machine = Machine::registering(&server.url(), &receiver);
    let relays = [machine.relay("one", &[]), machine.relay("two", &[])];
    machine.run(&["queue", "hold"]).exits(0);
    machine.enqueue("held-1", "{}").exits(0);
    machine.wait_for(|counts| counts == [0, 1, 0, 0]);
    for relay in relays {
        assert_eq!(terminate(relay), Some(0));
    }
    let once = machine.run(&["relay", "--once"]);
    assert_eq!(once.code, Some(4), "{once:?}");
    assert_eq!(receiver.requests().len(), 0);
    let relay = machine.relay("one", &[]);
    machine.run(&["queue", "release"]).exits(0);
    receiver.wait_for_request(Duration::from_secs(5));
    machine.wait_for(|counts| counts == [0, 0, 0, 0]);
    assert_eq!(terminate(relay), Some(0));
    assert_eq!(machine.run(&["relay", "--once"]).code, Some(0));
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn h156_a_dead_letter_is_there_before_the_event_goes() {
    let server = Server::with(
        "jetstream { store_dir: \"DIR/js\" }\n\
         authorization { users: [ { user: all, password: p }, { user: mute, password: p,\n\
         permissions: { publish: { deny: [\"$JS.ACK.>\"] } } } ] }",
    );
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(503)]);
    let mut machine = Machine::registering_as(Some("all"), &server.url(), &receiver);
    machine.run(&["edit", "--timeout", "1"]).exits(0);
    machine.user = Some("all");
    machine.enqueue("old-1", "{}").exits(0);
    std::thread::sleep(Duration::from_millis(1100));
    // It can do everything but say that the event has ended.
    machine.user = Some("mute");
    let mut relay = machine.relay("one", &["--give-up-after", "1"]);
    machine.user = Some("all");
    machine.wait_for(|counts| counts[3] == 1);
    relay.kill().unwrap();
    relay.wait().unwrap();
    machine.wait_for(|counts| counts[..3].iter().sum::<u64>() == 1);
    // Lent again when there was no sign of life for its time.
    let relay = machine.relay("two", &["--give-up-after", "1"]);
    machine.wait_for(|counts| counts == [0, 0, 0, 1]);
    assert_eq!(terminate(relay), Some(0));
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn h157_an_outbox_survives_without_the_server_and_loses_nothing() {
    let mut server = Server::start();
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200)]);
    let machine = Machine::registering(&server.url(), &receiver);
    server.kill();
    // A producer knows nothing of NATS.
    let producer = crate::support::Home::new();
    let lines = (0..300).map(|n| format!("{{\"n\":{n}}}\n")).collect::<Vec<_>>().concat();
    let ids = producer.waypost_stdin(&["enqueue", "--lines", "-"], lines).exits(0).stdout;
    producer.waypost(&["relay", "--once", "--to-nats", &server.url()]).exits(9);
    let mut outbox = producer.command(&["relay", "--to-nats", &server.url()]).spawn().unwrap();
    server.restart();
    machine.wait_for(|counts| counts[0] > 0);
    // Killed, it hands over again what it does not know to be there, under the same id.
    outbox.kill().unwrap();
    outbox.wait().unwrap();
    producer.waypost(&["relay", "--once", "--to-nats", &server.url()]).exits(0);
    assert_eq!(producer.waypost(&["queue", "--json"]).exits(0).json()["counts"]["ready"], json!(0));
    machine.wait_for(|counts| counts == [300, 0, 0, 0]);
    let relay = machine.relay("one", &[]);
    machine.wait_for(|counts| counts == [0, 0, 0, 0]);
    assert_eq!(terminate(relay), Some(0));
    let requests = receiver.requests();
    let came: BTreeSet<&str> = requests.iter().map(|request| request.header("webhook-id")).collect();
    assert_eq!((came, requests.len()), (ids.lines().collect(), 300));
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn an_event_is_found_by_its_id_behind_many_that_have_left() {
    let server = Server::start();
    let machine = Machine::new(&server.url());
    machine.enqueue("first", "{}").exits(0);
    let lines = machine.home.path().join("many");
    fs::write(&lines, "{}\n".repeat(300)).unwrap();
    machine.run(&["enqueue", "--lines", lines.to_str().unwrap()]).exits(0);
    server.ask("$JS.API.STREAM.PURGE.WAYPOST", br#"{"filter":"waypost.events.many"}"#);
    machine.enqueue("last-1", "{}").exits(0);
    machine.enqueue("last-2", "{}").exits(0);
    assert_eq!(machine.counts(), [3, 0, 0, 0]);
    machine.run(&["queue", "show", "last"]).exits(2);
    assert!(machine.run(&["queue", "show", "last-2"]).exits(0).stdout.contains("last-2"));
    machine.run(&["queue", "drop", "fir", "last-2"]).exits(0);
    assert_eq!(machine.counts(), [1, 0, 0, 0]);
}
