// The C++ classes against a real server.
#include <pravega.hpp>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <type_traits>

#include <poll.h>
#include <unistd.h>

using namespace std::chrono_literals;

namespace {

#define CHECK(what) \
  do { \
    if (!(what)) { \
      std::fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #what); \
      std::exit(1); \
    } \
  } while (0)

// Sees that a call throws the error with this code.
#define CHECK_THROWS(want, call) \
  do { \
    bool thrown = false; \
    try { \
      (void)(call); \
    } catch (const pravega::Error &e) { \
      thrown = true; \
      if (e.code() != (want)) { \
        std::fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, e.name(), e.what()); \
        std::exit(1); \
      } \
    } \
    CHECK(thrown); \
  } while (0)

static_assert(!std::is_copy_constructible_v<pravega::Client> && std::is_nothrow_move_constructible_v<pravega::Client>);
static_assert(!std::is_copy_constructible_v<pravega::Writer> && std::is_nothrow_move_assignable_v<pravega::Writer>);
static_assert(!std::is_copy_constructible_v<pravega::Slice> && std::is_nothrow_move_assignable_v<pravega::Slice>);
static_assert(std::is_copy_constructible_v<pravega::Config>);
static_assert(std::is_base_of_v<std::exception, pravega::Error>);

pravega::Config config() {
  const char *uri = std::getenv("PRAVEGA_TEST_CONTROLLER");
  if (uri == nullptr) {
    std::fprintf(stderr, "PRAVEGA_TEST_CONTROLLER is not set\n");
    std::exit(1);
  }
  return pravega::Config().set("controller.uri", uri);
}

const std::string scope = "cpp-" + std::to_string(getpid()) + "-" + std::to_string(std::chrono::system_clock::now().time_since_epoch().count());

pravega::Client connect() {
  pravega::Client client(config());
  client.create_scope(scope);
  return client;
}

void configuration() {
  pravega::Config one;
  one.set("writer.window.bytes", "1MiB");
  pravega::Config two = one;
  two.set("writer.window.bytes", "2MiB");
  CHECK(one.get("writer.window.bytes") == "1048576");
  CHECK(two.get("writer.window.bytes") == "2097152");
  one = std::move(two);
  CHECK(one.get("writer.window.bytes") == "2097152");
  CHECK_THROWS(PRAVEGA_E_UNKNOWN_OPTION, one.set("nothing", "1"));
  try {
    one.set("writer.window.bytes", "much");
    CHECK(false);
  } catch (const std::exception &e) {
    CHECK(std::strstr(e.what(), "writer.window.bytes") != nullptr);
  }
}

void streams() {
  pravega::Client client = connect();
  CHECK(client.scope_exists(scope));
  CHECK(client.create_stream(scope, "managed", config().set("stream.segments", "2").set("stream.tags", "red")));
  CHECK(!client.create_stream(scope, "managed", config()));
  CHECK(client.stream_exists(scope, "managed"));
  CHECK(client.streams_with_tag(scope, "red") == std::vector<std::string>{"managed"});
  std::map<std::string, std::string> info;
  for (auto &[name, value] : client.stream_info(scope, "managed")) {
    info[name] = value;
  }
  CHECK(info["sealed"] == "false" && info["stream.segments"] == "2");
  auto segments = client.segments(scope, "managed");
  CHECK(segments.size() == 2);
  double middle = (segments[0].keys.low + segments[0].keys.high) / 2;
  client.scale_stream(scope, "managed", {segments[0].id}, {{segments[0].keys.low, middle}, {middle, segments[0].keys.high}});
  CHECK(client.segments(scope, "managed").size() == 3);
  client.truncate_stream(scope, "managed", info["tail"]);
  CHECK_THROWS(PRAVEGA_E_STREAM_NOT_SEALED, client.delete_stream(scope, "managed"));
  client.seal_stream(scope, "managed");
  CHECK(client.delete_stream(scope, "managed"));
  CHECK(!client.delete_stream(scope, "managed"));
  CHECK_THROWS(PRAVEGA_E_NO_SUCH_STREAM, client.open_writer(scope, "managed"));
  CHECK_THROWS(PRAVEGA_E_TIMED_OUT, client.scope_exists(scope, 0ms));

  std::string full = scope + "-full";
  client.create_scope(full);
  client.create_stream(full, "s", config());
  client.create_reader_group(full, "g", {full + "/s"});
  CHECK(client.reader_groups(full) == std::vector<std::string>{"g"});
  CHECK_THROWS(PRAVEGA_E_NOT_EMPTY, client.delete_scope(full));
  CHECK(client.delete_scope_recursive(full));
  CHECK(!client.delete_scope_recursive(full));
  CHECK_THROWS(PRAVEGA_E_NO_SUCH_SCOPE, client.reader_groups(full));
}

void round_trip() {
  constexpr int events = 20000;
  pravega::Client client = connect();
  client.create_stream(scope, "round", config().set("stream.segments", "3"));
  pravega::Writer writer = client.open_writer(scope, "round");
  std::atomic<std::int64_t> told{0};
  std::atomic<int> ends{0};
  writer.on_ack([&](std::int64_t acked, int status) {
    told = acked;
    ends += status != 0;
  });
  for (int i = 1; i <= events; i++) {
    std::string id = std::to_string(i);
    std::int64_t number = i % 2 == 0 ? writer.write(id) : writer.write(id, "key" + std::to_string(i % 10));
    CHECK(number == i);
  }
  CHECK(writer.wait(events));
  CHECK_THROWS(PRAVEGA_E_INVALID_ARGUMENT, writer.wait(events + 1, 10ms));
  CHECK_THROWS(PRAVEGA_E_INVALID_ARGUMENT, writer.wait(-1));
  CHECK(writer.acked() == events && writer.pending() == 0);
  CHECK(writer.try_write("", "").value() == events + 1); // the empty event with the empty key
  writer.flush();
  pravega::Writer moved = std::move(writer);
  CHECK_THROWS(PRAVEGA_E_BAD_HANDLE, writer.write("x"));
  CHECK(moved.close() == events + 1);
  CHECK(told == events + 1 && ends == 1);
  CHECK_THROWS(PRAVEGA_E_BAD_HANDLE, moved.write("x"));
  client.seal_stream(scope, "round");

  CHECK(client.create_reader_group(scope, "round-group", {scope + "/round"}));
  CHECK(!client.create_reader_group(scope, "round-group", {scope + "/round"}));
  pravega::ReaderGroup group = client.open_reader_group(scope, "round-group");
  pravega::Reader reader = group.open_reader("reader");
  CHECK(group.readers() == std::vector<std::string>{"reader"});
  std::set<std::string> seen;
  while (!reader.ended()) {
    if (auto slice = reader.next(1s)) {
      CHECK(std::string(slice->info().stream) == "round");
      for (const pravega::Event &event : *slice) {
        CHECK(seen.insert(std::string(event.data)).second);
      }
      slice->release();
    }
  }
  CHECK(seen.size() == events + 1);
  reader.close();
  client.delete_reader_group(scope, "round-group");
  CHECK_THROWS(PRAVEGA_E_NO_SUCH_READER_GROUP, client.open_reader_group(scope, "round-group"));
}

void slices_given_back() {
  pravega::Client client = connect();
  client.create_stream(scope, "given", config());
  {
    pravega::Writer writer = client.open_writer(scope, "given");
    for (int i = 0; i < 100; i++) {
      writer.write(std::to_string(i));
    }
  } // the destructor waits for the acks
  client.create_reader_group(scope, "given-group", {scope + "/given"});
  pravega::Reader reader = client.open_reader_group(scope, "given-group").open_reader("reader");
  { auto unread = reader.next(30s); CHECK(unread.has_value()); } // comes again
  int expected = 0;
  while (expected < 100) {
    auto slice = reader.next(30s);
    CHECK(slice.has_value());
    std::int64_t next = slice->info().start_offset;
    int taken = 0;
    for (const pravega::Event &event : *slice) {
      if (taken++ == 7) {
        break;
      }
      CHECK(event.data == std::to_string(expected++));
      next = event.next;
    }
    slice->release_at(next);
    CHECK_THROWS(PRAVEGA_E_BAD_HANDLE, slice->release());
  }
  CHECK(!reader.next(0ms).has_value());
  CHECK(!reader.ended());
}

// Reads to the end of the group; every event once.
std::multiset<std::string> read_all(pravega::ReaderGroup &group) {
  std::multiset<std::string> seen;
  pravega::Reader reader = group.open_reader("reads-all");
  while (!reader.ended()) {
    if (auto slice = reader.next(30s)) {
      for (const pravega::Event &event : *slice) {
        seen.emplace(event.data);
      }
      slice->release();
    }
  }
  return seen;
}

void checkpoints_and_cuts() {
  pravega::Client client = connect();
  client.create_stream(scope, "checks", config());
  const std::string path = scope + "/checks";
  {
    pravega::Writer writer = client.open_writer(scope, "checks");
    for (int i = 100; i < 200; i++) {
      writer.write(std::to_string(i));
    }
  }
  auto options = config().set("group.refresh.interval", "100ms").set("group.checkpoint.interval", "0s").set("group.retention", "manual");
  client.create_reader_group(scope, "checks-group", {path}, options);
  pravega::ReaderGroup group = client.open_reader_group(scope, "checks-group");
  CHECK(group.unread_bytes() == 100 * 11);
  auto info = group.info();
  CHECK(info[0] == std::make_pair(std::string("stream"), path));
  CHECK((std::count(info.begin(), info.end(), std::make_pair(std::string("group.retention"), std::string("manual"))) == 1));

  pravega::Reader reader = group.open_reader("reader", config().set("reader.checkpoints", "true"));
  CHECK(reader.checkpoint().empty() && !reader.at_checkpoint());
  std::vector<std::string> pointers;
  auto slice = reader.next(30s);
  auto at = slice->begin();
  for (int i = 100; i < 130; i++, ++at) {
    CHECK(at->data == std::to_string(i));
    pointers.push_back(slice->pointer_to(*at));
  }
  slice->release_at(at->offset);
  CHECK_THROWS(PRAVEGA_E_BAD_HANDLE, slice->pointer_to(*at));
  pravega::Checkpoint checkpoint;
  std::thread initiator([&] { checkpoint = group.checkpoint("thirty", 60s); });
  for (bool passed = false; !passed;) {
    auto next = reader.next(30s); // a slice, of which nothing is taken, as long as it has not heard of it
    passed = reader.at_checkpoint();
    CHECK(next.has_value() != passed);
  }
  CHECK(reader.checkpoint() == "thirty" && !reader.ended());
  CHECK(reader.next(30s).has_value() && !reader.at_checkpoint());
  initiator.join();
  CHECK(checkpoint.name == "thirty" && checkpoint.cuts.size() == 1);
  pravega::Checkpoint same = pravega::Checkpoint::from_bytes(checkpoint.to_bytes());
  CHECK(same.name == checkpoint.name && same.cuts == checkpoint.cuts);
  pravega::StreamCut cut(same.cuts[0]);
  CHECK(cut.scope == scope && cut.stream == "checks" && cut.offsets.size() == 1 && cut.offsets[0].second == 30 * 11);
  CHECK(pravega::StreamCut::from_bytes(pravega::StreamCut::to_bytes(same.cuts[0])) == same.cuts[0]);
  CHECK(group.cuts() == same.cuts);
  CHECK_THROWS(PRAVEGA_E_TIMED_OUT, group.checkpoint("never passed", 300ms));
  group.cancel_checkpoints();
  CHECK_THROWS(PRAVEGA_E_ALREADY_EXISTS, group.checkpoint("thirty"));
  group.update_retention_cut(same.cuts);
  CHECK_THROWS(PRAVEGA_E_INVALID_ARGUMENT, group.update_retention_cut({"no cut"}));

  for (std::size_t i = 0; i < pointers.size(); i++) {
    CHECK(client.fetch_event(pointers[i]) == std::to_string(100 + i));
  }
  pravega::EventPointer pointer(pointers[1]);
  CHECK(pointer.scope == scope && pointer.stream == "checks" && pointer.offset == 11 && pointer.size == 3);
  CHECK(pravega::EventPointer::from_bytes(pravega::EventPointer::to_bytes(pointers[1])) == pointers[1]);
  CHECK_THROWS(PRAVEGA_E_INVALID_ARGUMENT, client.fetch_event("no pointer"));
  CHECK_THROWS(PRAVEGA_E_INVALID_ARGUMENT, pravega::EventPointer("no pointer"));
  CHECK_THROWS(PRAVEGA_E_INVALID_ARGUMENT, pravega::Checkpoint::from_bytes("no checkpoint"));

  group.reset_to(same.cuts);
  CHECK_THROWS(PRAVEGA_E_GROUP_REINITIALIZED, [&] { while (true) { reader.next(30s); } }());
  reader.close();
  group.reset({path + "@head@" + same.cuts[0]}, options);
  CHECK(read_all(group).size() == 30);
  client.seal_stream(scope, "checks");
  group.reset({path + "@" + same.cuts[0]}, options);
  group.reset_to_last_checkpoint(); // there was none since: to where it started
  std::multiset<std::string> rest = read_all(group);
  CHECK(rest.size() == 70 && *rest.begin() == "130" && *rest.rbegin() == "199");
}

// Each from somewhere to somewhere; what truncation took away is told.
void streams_of_two_scopes() {
  pravega::Client client = connect();
  const std::string other = scope + "-second";
  client.create_scope(other);
  auto write = [&](const std::string &in, int from, int to) {
    pravega::Writer writer = client.open_writer(in, "twin");
    for (int i = from; i < to; i++) {
      writer.write(std::to_string(i));
    }
  };
  auto tail = [&](const std::string &in) {
    std::string cut;
    for (auto &[name, value] : client.stream_info(in, "twin")) {
      if (name == "tail") {
        cut = value;
      }
    }
    return cut;
  };
  for (const std::string &in : {scope, other}) {
    client.create_stream(in, "twin", config());
    write(in, 100, 150);
  }
  const std::string from = tail(scope), gone = tail(other);
  write(scope, 150, 180);
  write(other, 200, 260);
  const std::string to = tail(other);
  write(other, 260, 270);
  client.seal_stream(scope, "twin");
  client.create_reader_group(scope, "twins", {scope + "/twin@" + from, other + "/twin@head@" + to}, config().set("group.refresh.interval", "100ms"));
  client.truncate_stream(other, "twin", gone);
  std::map<std::string, std::set<std::string>> seen;
  std::map<std::string, std::int64_t> skipped;
  pravega::ReaderGroup group = client.open_reader_group(scope, "twins");
  CHECK_THROWS(PRAVEGA_E_INVALID_ARGUMENT, group.open_reader("reader", config().set("reader.buffer.bytes", "1KiB")));
  pravega::Reader reader = group.open_reader("reader", config().set("reader.buffer.bytes", "64KiB"));
  while (!reader.ended()) {
    if (auto slice = reader.next(30s)) {
      skipped[slice->info().scope] += slice->info().skipped;
      for (const pravega::Event &event : *slice) {
        CHECK(seen[slice->info().scope].insert(std::string(event.data)).second);
      }
      slice->release();
    }
  }
  CHECK(seen[scope].size() == 30 && *seen[scope].begin() == "150" && skipped[scope] == 0);
  CHECK(seen[other].size() == 60 && *seen[other].begin() == "200" && *seen[other].rbegin() == "259");
  CHECK(skipped[other] == 50 * 11);
}

void positions_and_changes() {
  pravega::Client client = connect();
  client.create_stream(scope, "placed", config());
  {
    pravega::Writer writer = client.open_writer(scope, "placed");
    for (int i = 100; i < 200; i++) {
      writer.write(std::to_string(i));
    }
  }
  client.seal_stream(scope, "placed");
  client.create_reader_group(scope, "placed-group", {scope + "/placed"}, config().set("group.refresh.interval", "100ms"));
  pravega::ReaderGroup group = client.open_reader_group(scope, "placed-group");
  pravega_group_status_t status = pravega::unknown_status;
  CHECK(group.wait_change(status, 60s) && status.segments == 1 && status.readers == 0 && status.end_of_data == 0);
  CHECK(!group.wait_change(status, 300ms));
  auto until = [&](std::int64_t readers, bool end) {
    while (status.readers != readers || (status.end_of_data != 0) != end) {
      CHECK(group.wait_change(status, 60s));
    }
  };

  pravega::Reader first = group.open_reader("first");
  until(1, false);
  auto slice = first.next(30s);
  CHECK(slice.has_value());
  const std::string segment = slice->info().segment;
  CHECK(first.position() == segment + "=0" && slice->position(0) == first.position());
  CHECK(slice->position(30 * 11) == segment + "=330");
  CHECK_THROWS(PRAVEGA_E_INVALID_ARGUMENT, slice->position(8));
  pravega::Position position(slice->position(20 * 11));
  CHECK(position.offsets.size() == 1 && position.offsets[0].first == segment && position.offsets[0].second == 220);
  CHECK(pravega::Position::from_bytes(pravega::Position::to_bytes(segment + "=220")) == segment + "=220");
  CHECK_THROWS(PRAVEGA_E_INVALID_ARGUMENT, pravega::Position("no position"));
  slice->release_at(30 * 11);
  CHECK_THROWS(PRAVEGA_E_INVALID_ARGUMENT, first.close_at(segment + "=1000000"));
  pravega::TimeWindow window = first.time_window(scope, "placed");
  CHECK(window.lower == PRAVEGA_NO_LOWER_BOUND && window.upper == PRAVEGA_NO_UPPER_BOUND);
  CHECK_THROWS(PRAVEGA_E_INVALID_ARGUMENT, first.time_window(scope, "elsewhere"));
  first.close_at(segment + "=220");
  CHECK_THROWS(PRAVEGA_E_BAD_HANDLE, first.close());
  until(0, false);

  pravega::Reader second = group.open_reader("second");
  slice = second.next(30s);
  CHECK(slice.has_value() && slice->begin()->data == "120");
  group.reader_offline_at("second", slice->position(60 * 11));
  std::multiset<std::string> rest = read_all(group);
  CHECK(rest.size() == 40 && *rest.begin() == "160");
  until(0, true);
  client.delete_reader_group(scope, "placed-group");
  CHECK_THROWS(PRAVEGA_E_NO_SUCH_READER_GROUP, group.wait_change(status, 60s));
}

void batches() {
  pravega::Client client = connect();
  client.create_stream(scope, "batches", config().set("stream.segments", "2"));
  pravega::Writer writer = client.open_writer(scope, "batches");
  CHECK(writer.write_batch({"a1", "", "a3"}) == 3);
  CHECK(writer.write_batch({"b1", "b2"}, "key") == 5);
  CHECK(writer.try_write_batch({"c1"}).value() == 6);
  CHECK(writer.try_write_batch({"d1", "d2"}, "").value() == 8);
  CHECK_THROWS(PRAVEGA_E_INVALID_ARGUMENT, writer.write_batch({}, 1s));
  const std::string half(PRAVEGA_MAX_EVENT / 2, 'x');
  CHECK_THROWS(PRAVEGA_E_EVENT_TOO_LARGE, writer.write_batch({half, half})); // by the header between them
  CHECK_THROWS(PRAVEGA_E_EVENT_TOO_LARGE, writer.write_batch({half, half, half}));
  CHECK(writer.close() == 8);
  client.seal_stream(scope, "batches");
  client.create_reader_group(scope, "batches-group", {scope + "/batches"});
  pravega::ReaderGroup group = client.open_reader_group(scope, "batches-group");
  std::multiset<std::string> seen = read_all(group);
  CHECK((seen == std::multiset<std::string>{"a1", "", "a3", "b1", "b2", "c1", "d1", "d2"}));
}

void large_event() {
  pravega::Client client = connect();
  client.create_stream(scope, "large", config());
  std::string large(20 << 20, '\0');
  for (std::size_t i = 0; i < large.size(); i++) {
    large[i] = static_cast<char>(i * 2654435761u >> 24);
  }
  pravega::Writer writer = client.open_writer(scope, "large", config().set("writer.large.event.bytes", "20MiB"));
  CHECK(writer.write(large, "key") == 1);
  CHECK_THROWS(PRAVEGA_E_EVENT_TOO_LARGE, writer.write(large + "x", "key"));
  CHECK(writer.close() == 1);
  client.create_reader_group(scope, "large-group", {scope + "/large"});
  pravega::Reader reader = client.open_reader_group(scope, "large-group").open_reader("reader");
  auto slice = reader.next(30s);
  CHECK(slice.has_value() && slice->begin()->data == large);
  slice->release();
}

void continued_writer() {
  pravega::Client client = connect();
  client.create_stream(scope, "continued", config().set("stream.segments", "2"));
  auto options = config().set("writer.id", "cpp");
  pravega::Writer first = client.open_writer(scope, "continued", options);
  CHECK(first.durable() == 0 && first.acked() == 0);
  CHECK(first.write("1", "key") == 1 && first.write("2") == 2);
  first.flush();
  CHECK(first.write("3", "key") == 3 && first.wait(3));
  pravega::Writer second = client.open_writer(scope, "continued", options);
  CHECK(second.durable() >= 2 && second.acked() == second.durable() && second.pending() == 0);
  CHECK_THROWS(PRAVEGA_E_FENCED, first.wait(first.write("never stored"), 60s)); // it learns of it when it writes
  CHECK_THROWS(PRAVEGA_E_FENCED, first.write("never stored"));
  for (std::int64_t n = second.durable() + 1; n <= 5; n++) {
    CHECK(n % 2 == 0 ? second.write(std::to_string(n)) == n : second.write(std::to_string(n), "key") == n);
  }
  second.note_time(1000);
  CHECK_THROWS(PRAVEGA_E_INVALID_ARGUMENT, second.note_time(999));
  CHECK(second.close() == 5);
  CHECK(client.open_writer(scope, "continued", options).durable() == 5);
  client.seal_stream(scope, "continued");
  client.create_reader_group(scope, "continued-group", {scope + "/continued"});
  pravega::ReaderGroup group = client.open_reader_group(scope, "continued-group");
  std::multiset<std::string> seen = read_all(group);
  CHECK((seen == std::multiset<std::string>{"1", "2", "3", "4", "5"}));
}

void transactions() {
  pravega::Client client = connect();
  client.create_stream(scope, "txn", config().set("stream.segments", "2"));
  pravega::TransactionalWriter writer = client.open_transactional_writer(scope, "txn");
  pravega::Transaction kept = writer.begin(), dropped = writer.begin();
  CHECK(kept.write("1") == 1 && kept.write("2", "key") == 2 && dropped.write("x", "") == 1);
  std::string forgotten;
  {
    pravega::Transaction left = writer.begin();
    forgotten = left.id();
    left.write("y");
  } // the destructor aborts
  CHECK_THROWS(PRAVEGA_E_TRANSACTION_ABORTED, writer.attach(forgotten));
  kept.flush();
  CHECK(kept.acked() == 2);
  std::vector<std::string> open = {kept.id(), dropped.id()};
  std::sort(open.begin(), open.end());
  CHECK(writer.transactions() == open);
  {
    pravega::Transaction same = writer.attach(kept.id());
    CHECK(writer.transactions().size() == 3);
    CHECK(same.write("3") == 1);
    CHECK(same.write_batch({"4", "5"}, "key") == 3 && same.write_batch({"6"}) == 4);
    CHECK(same.write_many({"7", "8"}, {"key", std::nullopt}) == 2 && same.write_many({"9"}) == 1 && same.write_many({}) == 0);
    CHECK_THROWS(PRAVEGA_E_INVALID_ARGUMENT, same.write_many({"x"}, {"key", "key"}));
    CHECK_THROWS(PRAVEGA_E_INVALID_ARGUMENT, same.write_batch({}));
    std::string huge(PRAVEGA_MAX_EVENT + 1, 'x');
    CHECK_THROWS(PRAVEGA_E_EVENT_TOO_LARGE, same.write_batch({"x", std::string_view(huge).substr(1)}));
    CHECK_THROWS(PRAVEGA_E_EVENT_TOO_LARGE, same.write_many({"x", huge}));
    same.flush();
    CHECK(same.status() == PRAVEGA_TXN_OPEN);
    same.commit_at(1000);
    same.wait_readable();
  }
  CHECK(kept.status() == PRAVEGA_TXN_COMMITTED);
  kept.commit();
  dropped.abort();
  CHECK_THROWS(PRAVEGA_E_TRANSACTION_ABORTED, dropped.commit());
  CHECK_THROWS(PRAVEGA_E_TRANSACTION_ABORTED, dropped.write("x"));
  CHECK(writer.transactions().empty());
  dropped.close();
  pravega::TransactionalWriter narrow = client.open_transactional_writer(scope, "txn", config().set("txn.window.bytes", "64KiB"));
  pravega::Transaction full = narrow.begin();
  std::string part(40000, 'x');
  int written = 0;
  while (written < 1000 && full.try_write(part) && full.try_write_batch({part, ""}, "key")) {
    written++;
  }
  CHECK(written < 1000);
  CHECK_THROWS(PRAVEGA_E_BAD_HANDLE, dropped.write("x"));
  CHECK_THROWS(PRAVEGA_E_BAD_HANDLE, dropped.acked());
  pravega::Transaction last = writer.begin();
  last.write("10");
  last.commit_and_wait(30s);
  CHECK(last.status() == PRAVEGA_TXN_COMMITTED);
  writer.close();
  client.seal_stream(scope, "txn");
  client.create_reader_group(scope, "txn-group", {scope + "/txn"});
  pravega::ReaderGroup group = client.open_reader_group(scope, "txn-group");
  std::multiset<std::string> seen = read_all(group);
  CHECK((seen == std::multiset<std::string>{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}));
}

void event_loop() {
  pravega::Client client = connect();
  client.create_stream(scope, "loop", config());
  client.create_reader_group(scope, "loop-group", {scope + "/loop"});
  pravega::Reader reader = client.open_reader_group(scope, "loop-group").open_reader("reader");
  pravega::Writer writer = client.open_writer(scope, "loop");
  pollfd fds[] = {{writer.ack_fd(), POLLIN, 0}, {reader.ready_fd(), POLLIN, 0}};
  writer.write("event");
  bool acked = false, read = false;
  while (!acked || !read) {
    CHECK(poll(fds, 2, 30000) > 0);
    acked = acked || writer.wait(1, 0ms);
    if (auto slice = reader.next(0ms)) {
      CHECK(slice->begin()->data == "event");
      slice->release();
      read = true;
    }
  }
}

void closed_by_the_client() {
  pravega::Client client = connect();
  client.create_stream(scope, "closing", config());
  pravega::Writer writer = client.open_writer(scope, "closing");
  std::thread waits([&] { CHECK_THROWS(PRAVEGA_E_CLOSED, writer.wait(INT64_MAX)); });
  std::this_thread::sleep_for(100ms);
  client.close();
  waits.join();
  CHECK_THROWS(PRAVEGA_E_CLOSED, writer.write("x"));
  CHECK_THROWS(PRAVEGA_E_BAD_HANDLE, client.close());
}

void run(const char *name, void (*test)()) {
  auto begun = std::chrono::steady_clock::now();
  std::printf("%-44s ", name);
  std::fflush(stdout);
  test();
  CHECK(pravega_debug_live() == 0);
  std::printf("ok %.2f s\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
}

// A provider lives as long as the clients that use it, and what it throws is borne.
void token_providers() {
  auto asked = std::make_shared<std::atomic<int>>(0);
  std::optional<pravega::Client> kept;
  {
    pravega::Config with = config().token_provider([asked]() -> pravega::Token {
      switch (asked->fetch_add(1)) {
      case 0: throw std::runtime_error("the office is closed");
      case 1: throw 42;
      case 2: return {"two\nlines"};
      }
      return {"token", std::chrono::system_clock::now() + 1h};
    });
    pravega::Client first{pravega::Config(with)};
    kept = pravega::Client(std::move(first));
  }
  CHECK(asked.use_count() == 2);
  kept->scope_exists("none");
  kept->scope_exists("none");
  CHECK(*asked == 4);
  kept = pravega::Client(config());
  CHECK(asked.use_count() == 1);
  kept->scope_exists("none");

  pravega::Config failing = config().token_provider([]() -> pravega::Token { throw std::runtime_error("the office is closed"); });
  pravega::Client client(failing);
  try {
    client.scope_exists("none", 100ms);
    CHECK(false);
  } catch (const pravega::Error &e) {
    CHECK(e.code() == PRAVEGA_E_TIMED_OUT && std::strstr(e.what(), "the office is closed") != nullptr);
  }
  failing.token_provider({});
  pravega::Client(failing).scope_exists("none");
}

} // namespace

int main() {
  try {
    CHECK(pravega_check_abi() == PRAVEGA_OK);
    run("configuration", configuration);
    run("streams", streams);
    run("round_trip", round_trip);
    run("slices_given_back", slices_given_back);
    run("checkpoints_and_cuts", checkpoints_and_cuts);
    run("streams_of_two_scopes", streams_of_two_scopes);
    run("positions_and_changes", positions_and_changes);
    run("batches", batches);
    run("large_event", large_event);
    run("continued_writer", continued_writer);
    run("transactions", transactions);
    run("event_loop", event_loop);
    run("token_providers", token_providers);
    run("closed_by_the_client", closed_by_the_client);
  } catch (const std::exception &e) {
    std::fprintf(stderr, "classes.cpp:1: not caught: %s\n", e.what());
    return 1;
  }
  return 0;
}
