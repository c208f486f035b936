// pravega.hpp: pravega.h for C++17, header-only. Each class owns one handle, can
// be moved and not copied, and ends the handle when it is destroyed. Failures
// are thrown as pravega::Error. What blocks, who owns memory and what threads
// may do is said in pravega.h at the function of the same name.
#ifndef PRAVEGA_HPP
#define PRAVEGA_HPP

#include "pravega.h"

#include <chrono>
#include <climits>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pravega {

using Timeout = std::chrono::milliseconds;

// No limit of the caller's own.
inline constexpr Timeout forever{PRAVEGA_FOREVER};

// A failure: one of the PRAVEGA_E_ codes. what() is the message: pravega_error_message says
// what is in it.
class Error : public std::runtime_error {
public:
  explicit Error(int code, const char *message = nullptr)
      : std::runtime_error(message != nullptr && *message != '\0' ? message : pravega_status_text(code)), code_(code) {}

  // Takes the facts from an error of the C functions and ends it.
  Error(int code, pravega_error_t *error) : Error(code, pravega_error_message(error)) {
    retriable_ = pravega_error_is_retriable(error) != 0;
    final_ = pravega_error_is_final(error) != 0;
    may_be_stored_ = pravega_error_may_be_stored(error) != 0;
    pravega_error_free(error);
  }

  int code() const noexcept { return code_; }
  const char *name() const noexcept { return pravega_status_name(code_); }
  bool is_retriable() const noexcept { return retriable_; }
  bool is_final() const noexcept { return final_; }
  // What was asked for may have taken effect, or may do so later: see
  // pravega_error_may_be_stored.
  bool may_be_stored() const noexcept { return may_be_stored_; }

private:
  int code_;
  bool retriable_ = false, final_ = false, may_be_stored_ = false;
};

namespace detail {

// Calls a C function with the place for its error behind the arguments.
template <typename Function, typename... Args> void call(Function function, Args... args) {
  pravega_error_t *error = nullptr;
  int status = function(args..., &error);
  if (status < 0) {
    throw Error(status, error);
  }
}

// What stands in the way of an object, as the C function says; none if nothing does.
template <typename Handle> std::optional<Error> trouble(int (*function)(Handle *, pravega_error_t **), Handle *handle) {
  pravega_error_t *error = nullptr;
  int status = function(handle, &error);
  Error found(status, error);
  return status < 0 && status != PRAVEGA_E_TIMED_OUT ? std::optional<Error>(std::move(found)) : std::nullopt;
}

// The same for people, or what the object waits for; "" if it waits for nothing.
template <typename Handle> std::string waiting(int (*function)(Handle *, pravega_error_t **), Handle *handle) {
  pravega_error_t *error = nullptr;
  int status = function(handle, &error);
  return status == PRAVEGA_OK ? std::string() : Error(status, error).what();
}

inline int ms(Timeout t) {
  return t.count() < 0 ? PRAVEGA_FOREVER : t.count() > INT_MAX ? INT_MAX : static_cast<int>(t.count());
}

inline std::vector<std::string> take(pravega_list_t *list) {
  std::unique_ptr<pravega_list_t, int (*)(pravega_list_t *)> owned(list, pravega_list_free);
  std::vector<std::string> items;
  items.reserve(pravega_list_size(list));
  for (std::size_t i = 0; i < pravega_list_size(list); i++) {
    items.emplace_back(pravega_list_get(list, i));
  }
  return items;
}

inline std::string take(pravega_bytes_t *bytes) {
  std::unique_ptr<pravega_bytes_t, int (*)(pravega_bytes_t *)> owned(bytes, pravega_bytes_free);
  std::size_t len = 0;
  const void *data = pravega_bytes_data(bytes, &len);
  return std::string(static_cast<const char *>(data), len);
}

// The one string of a list.
inline std::string take_one(pravega_list_t *list) { return std::move(take(list).at(0)); }

inline std::vector<std::pair<std::string, std::string>> take_pairs(pravega_list_t *list) {
  std::vector<std::string> flat = take(list);
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::size_t i = 0; i + 1 < flat.size(); i += 2) {
    pairs.emplace_back(std::move(flat[i]), std::move(flat[i + 1]));
  }
  return pairs;
}

// The same strings for C, for as long as they are not changed.
inline std::vector<const char *> texts(const std::vector<std::string> &strings) {
  std::vector<const char *> all;
  for (const std::string &s : strings) {
    all.push_back(s.c_str());
  }
  return all;
}

// Texts back to back, and their lengths.
struct Packed {
  std::string bytes;
  std::vector<std::uint32_t> lens;

  void add(std::string_view text, std::size_t most = PRAVEGA_MAX_EVENT) {
    if (text.size() > most) {
      throw Error(PRAVEGA_E_EVENT_TOO_LARGE);
    }
    bytes += text;
    lens.push_back(static_cast<std::uint32_t>(text.size()));
  }
};

// The events of a batch.
inline Packed batch(const std::vector<std::string_view> &events) {
  Packed packed;
  for (std::string_view event : events) {
    packed.add(event, PRAVEGA_MAX_EVENT - packed.bytes.size());
  }
  return packed;
}

// Where a key is: none is NULL, the empty one is not.
inline const char *at(const std::string_view *key) { return key == nullptr ? nullptr : key->data() == nullptr ? "" : key->data(); }
inline std::size_t length(const std::string_view *key) { return key == nullptr ? 0 : key->size(); }

// Owns a handle: moved, not copied.
template <typename T> class Owner {
public:
  Owner() = default;
  explicit Owner(T *handle) : handle_(handle) {}
  Owner(Owner &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Owner &operator=(Owner &&other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  T *get() const noexcept { return handle_; }
  T *leave() noexcept { return std::exchange(handle_, nullptr); }

private:
  T *handle_ = nullptr;
};

} // namespace detail

// A bearer token, and when it ends, if that is known: see pravega_token_set.
struct Token {
  std::string value;
  std::optional<std::chrono::system_clock::time_point> expiry{};
};

// Gets a bearer token. It is called on threads of the library and may block; what it
// throws is why there is none. See pravega_config_set_token_provider.
using TokenProvider = std::function<Token()>;

// Options by name; pravega_config_describe lists them.
class Config {
public:
  Config() { detail::call(pravega_config_new, &handle_); }
  Config(const Config &other) : provider_(other.provider_) { detail::call(pravega_config_dup, const_cast<const pravega_config_t *>(other.handle_), &handle_); }
  Config(Config &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)), provider_(std::move(other.provider_)) {}
  Config &operator=(Config other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(provider_, other.provider_);
    return *this;
  }
  ~Config() { pravega_config_free(handle_); }

  Config &set(const std::string &name, const std::string &value) {
    detail::call(pravega_config_set, handle_, name.c_str(), value.c_str());
    return *this;
  }
  std::string get(const std::string &name) const {
    pravega_list_t *value = nullptr;
    detail::call(pravega_config_get, const_cast<const pravega_config_t *>(handle_), name.c_str(), &value);
    return detail::take_one(value);
  }
  // Has the clients that are opened from now on get their bearer tokens by a function;
  // an empty one: not any more. They share it.
  Config &token_provider(TokenProvider provider) {
    auto kept = provider ? std::make_shared<TokenProvider>(std::move(provider)) : nullptr;
    detail::call(pravega_config_set_token_provider, handle_, kept ? &Config::answer : nullptr, static_cast<void *>(kept.get()));
    provider_ = std::move(kept);
    return *this;
  }
  const pravega_config_t *handle() const noexcept { return handle_; }

private:
  friend class Client; // which needs the function as long as it lives

  static void answer(void *user, pravega_token_request_t *request) noexcept {
    try {
      Token token = (*static_cast<TokenProvider *>(user))();
      std::int64_t expiry = token.expiry ? std::chrono::duration_cast<std::chrono::milliseconds>(token.expiry->time_since_epoch()).count() : 0;
      pravega_token_set(request, token.value.data(), token.value.size(), expiry, nullptr);
    } catch (const std::exception &e) {
      pravega_token_fail(request, e.what(), nullptr);
    } catch (...) {
      pravega_token_fail(request, "it threw what is no std::exception", nullptr);
    }
  }

  pravega_config_t *handle_ = nullptr;
  std::shared_ptr<TokenProvider> provider_;
};

// A position in a stream, as the text of it says. Offsets are those of the next
// events by segment id, -1 for a segment's end. One without bound has no names.
struct StreamCut {
  std::string scope, stream;
  std::vector<std::pair<std::int64_t, std::int64_t>> offsets;

  explicit StreamCut(const std::string &text) {
    pravega_list_t *info = nullptr;
    detail::call(pravega_cut_info, text.c_str(), &info);
    auto pairs = detail::take_pairs(info);
    scope = pairs.at(0).second;
    stream = pairs.at(1).second;
    for (std::size_t i = 2; i < pairs.size(); i++) {
      offsets.emplace_back(std::stoll(pairs[i].first), std::stoll(pairs[i].second));
    }
  }
  // The text of a cut as bytes, and back.
  static std::string to_bytes(const std::string &text) {
    pravega_bytes_t *bytes = nullptr;
    detail::call(pravega_cut_to_bytes, text.c_str(), &bytes);
    return detail::take(bytes);
  }
  static std::string from_bytes(std::string_view bytes) {
    pravega_list_t *text = nullptr;
    detail::call(pravega_cut_from_bytes, static_cast<const void *>(bytes.data()), bytes.size(), &text);
    return detail::take_one(text);
  }
};

// Where a group stood when its readers had passed one point: the texts of cuts.
struct Checkpoint {
  std::string name;
  std::vector<std::string> cuts; // a stream that had been read to its end has none

  std::string to_bytes() const {
    pravega_bytes_t *bytes = nullptr;
    detail::call(pravega_checkpoint_to_bytes, name.c_str(), detail::texts(cuts).data(), cuts.size(), &bytes);
    return detail::take(bytes);
  }
  static Checkpoint from_bytes(std::string_view bytes) {
    pravega_list_t *list = nullptr;
    detail::call(pravega_checkpoint_from_bytes, static_cast<const void *>(bytes.data()), bytes.size(), &list);
    std::vector<std::string> all = detail::take(list);
    return {all.at(0), {all.begin() + 1, all.end()}};
  }
};

// Where an event is stored, as the text of it says; see Slice::pointer_to.
struct EventPointer {
  std::string scope, stream, segment;
  std::int64_t offset = 0, size = 0;

  explicit EventPointer(const std::string &text) {
    pravega_list_t *info = nullptr;
    detail::call(pravega_pointer_info, text.c_str(), &info);
    auto pairs = detail::take_pairs(info);
    scope = pairs.at(0).second;
    stream = pairs.at(1).second;
    segment = pairs.at(2).second;
    offset = std::stoll(pairs.at(3).second);
    size = std::stoll(pairs.at(4).second);
  }
  // The text of a pointer as bytes, and back.
  static std::string to_bytes(const std::string &text) {
    pravega_bytes_t *bytes = nullptr;
    detail::call(pravega_pointer_to_bytes, text.c_str(), &bytes);
    return detail::take(bytes);
  }
  static std::string from_bytes(std::string_view bytes) {
    pravega_list_t *text = nullptr;
    detail::call(pravega_pointer_from_bytes, static_cast<const void *>(bytes.data()), bytes.size(), &text);
    return detail::take_one(text);
  }
};

// Where a reader stands, as the text of it says; see Reader::position and
// Slice::position. Offsets are those of the first events that are not done with, by the
// names of their segments, -1 for a segment that was read to its end.
struct Position {
  std::vector<std::pair<std::string, std::int64_t>> offsets;

  explicit Position(const std::string &text) {
    pravega_list_t *info = nullptr;
    detail::call(pravega_position_info, text.c_str(), &info);
    for (auto &[segment, offset] : detail::take_pairs(info)) {
      offsets.emplace_back(std::move(segment), std::stoll(offset));
    }
  }
  // The text of a position as bytes, and back.
  static std::string to_bytes(const std::string &text) {
    pravega_bytes_t *bytes = nullptr;
    detail::call(pravega_position_to_bytes, text.c_str(), &bytes);
    return detail::take(bytes);
  }
  static std::string from_bytes(std::string_view bytes) {
    pravega_list_t *text = nullptr;
    detail::call(pravega_position_from_bytes, static_cast<const void *>(bytes.data()), bytes.size(), &text);
    return detail::take_one(text);
  }
};

// One event of a slice; its payload is valid until the slice is released.
struct Event {
  std::string_view data;
  std::int64_t offset; // in the segment
  std::int64_t next;   // give the slice back here after consuming it
};

// Whole events of one segment. Destroyed without release, it is given back as
// unread: its events come again.
class Slice {
public:
  explicit Slice(pravega_slice_t *handle) : handle_(handle) {
    int status = pravega_slice_info(handle, &info_, sizeof info_);
    if (status < 0) {
      throw Error(status);
    }
  }
  Slice(Slice &&) noexcept = default;
  Slice &operator=(Slice &&other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(info_, other.info_);
    return *this;
  }
  ~Slice() {
    if (handle_.get() != nullptr) {
      pravega_slice_release(handle_.leave(), info_.start_offset);
    }
  }

  class iterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Event;
    using difference_type = std::ptrdiff_t;
    using pointer = const Event *;
    using reference = const Event &;

    iterator() = default; // the end
    explicit iterator(const pravega_slice_info_t &info) : at_(pravega_events_begin(&info)), more_(true) { ++*this; }
    reference operator*() const noexcept { return event_; }
    pointer operator->() const noexcept { return &event_; }
    iterator &operator++() noexcept {
      pravega_event_t e;
      more_ = pravega_events_next(&at_, &e) != 0;
      if (more_) {
        event_ = {{reinterpret_cast<const char *>(e.data), e.len}, e.offset, e.next};
      }
      return *this;
    }
    iterator operator++(int) noexcept {
      iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const iterator &a, const iterator &b) noexcept { return a.more_ == b.more_ && (!a.more_ || a.at_.pos == b.at_.pos); }
    friend bool operator!=(const iterator &a, const iterator &b) noexcept { return !(a == b); }

  private:
    pravega_events_t at_{};
    Event event_{};
    bool more_ = false;
  };

  iterator begin() const { return iterator(info_); }
  iterator end() const { return {}; }

  const pravega_slice_info_t &info() const noexcept { return info_; }

  // The text by which Client::fetch_event reads the event again later.
  std::string pointer_to(const Event &event) const {
    char pointer[PRAVEGA_POINTER_SIZE];
    int status = pravega_slice_pointer(handle_.get(), event.offset, event.data.size(), pointer);
    if (status < 0) {
      throw Error(status);
    }
    return pointer;
  }

  // The text of where the reader stands once the slice is given back with this offset.
  std::string position(std::int64_t next_offset = PRAVEGA_SLICE_END) const {
    pravega_list_t *position = nullptr;
    detail::call(pravega_slice_position, const_cast<const pravega_slice_t *>(handle_.get()), next_offset, &position);
    return detail::take_one(position);
  }

  // All was consumed.
  // Success means that it is noted. PRAVEGA_E_CLOSED means that it is not, and that the
  // events are delivered again: see pravega_slice_release.
  void release() { release_at(PRAVEGA_SLICE_END); }
  // The event at this offset is the first one that was not consumed.
  void release_at(std::int64_t next_offset) {
    int status = pravega_slice_release(handle_.leave(), next_offset);
    if (status < 0) {
      throw Error(status);
    }
  }

private:
  detail::Owner<pravega_slice_t> handle_;
  pravega_slice_info_t info_{};
};

// A writer. Destroyed without close, it waits for acks no longer than ten
// seconds and tells nobody of failures: call close.
class Writer {
public:
  explicit Writer(pravega_writer_t *handle) : handle_(handle) {}
  Writer(Writer &&) noexcept = default;
  Writer &operator=(Writer &&other) noexcept {
    std::swap(ack_, other.ack_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Writer() {
    if (handle_.get() != nullptr) {
      pravega_writer_close(handle_.leave(), nullptr, 10000, nullptr);
    }
  }

  // Writes an event, with or without routing key; returns its number. Above
  // PRAVEGA_MAX_EVENT bytes it takes longer; option writer.large.event.bytes is the most.
  std::int64_t write(std::string_view event, Timeout timeout = forever) { return number(put(nullptr, event, timeout)); }
  std::int64_t write(std::string_view event, std::string_view key, Timeout timeout = forever) { return number(put(&key, event, timeout)); }
  // Writes if there is room now; no value: there is none.
  std::optional<std::int64_t> try_write(std::string_view event) { return room(put(nullptr, event, Timeout(0))); }
  std::optional<std::int64_t> try_write(std::string_view event, std::string_view key) { return room(put(&key, event, Timeout(0))); }

  // Writes events as one: all are stored, or none; returns the last one's number.
  std::int64_t write_batch(const std::vector<std::string_view> &events, Timeout timeout = forever) { return number(put(nullptr, events, timeout)); }
  std::int64_t write_batch(const std::vector<std::string_view> &events, std::string_view key, Timeout timeout = forever) { return number(put(&key, events, timeout)); }
  std::optional<std::int64_t> try_write_batch(const std::vector<std::string_view> &events) { return room(put(nullptr, events, Timeout(0))); }
  std::optional<std::int64_t> try_write_batch(const std::vector<std::string_view> &events, std::string_view key) { return room(put(&key, events, Timeout(0))); }

  // Waits until an event and all before it are acked; false: not in time, and the writer
  // goes on. PRAVEGA_E_INVALID_ARGUMENT: no event has the number.
  bool wait(std::int64_t number, Timeout timeout = forever) {
    int status = pravega_writer_wait(handle_.get(), number, detail::ms(timeout), nullptr);
    if (status < 0 && status != PRAVEGA_E_TIMED_OUT) {
      fail(status);
    }
    return status == PRAVEGA_OK;
  }
  // The number up to which all is acked.
  std::int64_t acked() const {
    std::int64_t number = 0;
    pravega_writer_wait(handle_.get(), 0, 0, &number);
    return number;
  }
  // The number through which all was stored when it was opened; see writer.id.
  std::int64_t durable() const {
    std::int64_t number = 0;
    int status = pravega_writer_durable(handle_.get(), &number);
    if (status < 0) {
      throw Error(status);
    }
    return number;
  }
  std::int64_t pending() const { return pravega_writer_pending(handle_.get()); }
  // What keeps events from being acked now; none if nothing is known to. The writer goes
  // on by itself.
  std::optional<Error> trouble() const { return detail::trouble(pravega_writer_trouble, handle_.get()); }
  // The same in words, or what acks wait for; "" if all is acked.
  std::string waiting() const { return detail::waiting(pravega_writer_trouble, handle_.get()); }

  // Called with the number acked so far, and once at the end with a status.
  // Before the first write. It must not throw nor block.
  void on_ack(std::function<void(std::int64_t acked, int status)> function) {
    auto kept = std::make_unique<Ack>(std::move(function));
    int status = pravega_writer_set_ack(handle_.get(), &Writer::told, kept.get());
    if (status < 0) {
      throw Error(status);
    }
    ack_ = std::move(kept);
  }
  // Readable from an ack until the next wait.
  int ack_fd() const {
    int fd = -1;
    int status = pravega_writer_ack_fd(handle_.get(), &fd);
    if (status < 0) {
      throw Error(status);
    }
    return fd;
  }

  void flush(Timeout timeout = forever) { detail::call(pravega_writer_flush, handle_.get(), detail::ms(timeout)); }
  // Tells the event time of what was written, in the application's own unit.
  void note_time(std::int64_t timestamp, Timeout timeout = forever) { detail::call(pravega_writer_note_time, handle_.get(), timestamp, detail::ms(timeout)); }
  // Flushes and closes; returns the number up to which all is acked.
  std::int64_t close(Timeout timeout = forever) {
    std::int64_t acked = 0;
    detail::call(pravega_writer_close, handle_.leave(), &acked, detail::ms(timeout));
    return acked;
  }
  pravega_writer_t *handle() const noexcept { return handle_.get(); }

private:
  using Ack = std::function<void(std::int64_t, int)>;

  static void told(void *user, std::int64_t acked, int status) noexcept { (*static_cast<Ack *>(user))(acked, status); }

  std::int64_t put(const std::string_view *key, std::string_view event, Timeout timeout) {
    return pravega_writer_write(handle_.get(), detail::at(key), detail::length(key), event.data(), event.size(), detail::ms(timeout));
  }
  std::int64_t put(const std::string_view *key, const std::vector<std::string_view> &events, Timeout timeout) {
    detail::Packed batch = detail::batch(events);
    return pravega_writer_write_batch(handle_.get(), detail::at(key), detail::length(key), batch.bytes.data(), batch.lens.data(), events.size(), detail::ms(timeout));
  }
  std::int64_t number(std::int64_t result) {
    if (result < 0) {
      fail(static_cast<int>(result));
    }
    return result;
  }
  std::optional<std::int64_t> room(std::int64_t result) {
    if (result == PRAVEGA_E_WINDOW_FULL) {
      return std::nullopt;
    }
    return number(result);
  }
  // Throws the final error with its message, if that is what happened, or says what was
  // waited for in vain.
  [[noreturn]] void fail(int status) {
    if (status == PRAVEGA_E_TIMED_OUT) {
      throw Error(status, (std::string(pravega_status_text(status)) + ": " + waiting()).c_str());
    }
    pravega_error_t *error = nullptr;
    if (pravega_writer_error(handle_.get(), &error) == status) {
      throw Error(status, error);
    }
    pravega_error_free(error);
    throw Error(status);
  }

  std::unique_ptr<Ack> ack_; // outlives the handle: declared before it
  detail::Owner<pravega_writer_t> handle_;
};

// A transaction. Destroyed without commit, it is aborted, or flushed and left
// open, as option txn.close says.
class Transaction {
public:
  explicit Transaction(pravega_txn_t *handle) : handle_(handle) {}
  Transaction(Transaction &&) noexcept = default;
  Transaction &operator=(Transaction &&) noexcept = default;
  ~Transaction() {
    if (handle_.get() != nullptr) {
      pravega_txn_close(handle_.leave(), 10000, nullptr);
    }
  }

  std::string id() const {
    char id[PRAVEGA_TXN_ID_SIZE];
    int status = pravega_txn_id(handle_.get(), id);
    if (status < 0) {
      throw Error(status);
    }
    return id;
  }
  // Writes an event, with or without routing key; returns its number in this handle.
  std::int64_t write(std::string_view event, Timeout timeout = forever) { return *put(nullptr, event, timeout, false); }
  std::int64_t write(std::string_view event, std::string_view key, Timeout timeout = forever) { return *put(&key, event, timeout, false); }
  // Writes if there is room now; no value: there is none.
  std::optional<std::int64_t> try_write(std::string_view event) { return put(nullptr, event, Timeout(0), true); }
  std::optional<std::int64_t> try_write(std::string_view event, std::string_view key) { return put(&key, event, Timeout(0), true); }

  // Writes events as one: all are stored in it, or none; returns the last one's number.
  std::int64_t write_batch(const std::vector<std::string_view> &events, Timeout timeout = forever) { return *put(nullptr, events, timeout, false); }
  std::int64_t write_batch(const std::vector<std::string_view> &events, std::string_view key, Timeout timeout = forever) { return *put(&key, events, timeout, false); }
  std::optional<std::int64_t> try_write_batch(const std::vector<std::string_view> &events) { return put(nullptr, events, Timeout(0), true); }
  std::optional<std::int64_t> try_write_batch(const std::vector<std::string_view> &events, std::string_view key) { return put(&key, events, Timeout(0), true); }

  // Writes events in order, each with the key of its place or without; no keys:
  // none has one. Not atomic. Returns how many were accepted, from the first on;
  // throws if none was: write the rest again to see why.
  std::size_t write_many(const std::vector<std::string_view> &events, const std::vector<std::optional<std::string_view>> &keys = {}, Timeout timeout = forever) {
    if (!keys.empty() && keys.size() != events.size()) {
      throw Error(PRAVEGA_E_INVALID_ARGUMENT);
    }
    detail::Packed values, names;
    for (std::string_view event : events) {
      values.add(event);
    }
    for (const std::optional<std::string_view> &key : keys) {
      names.add(key.value_or(""));
      names.lens.back() = key ? names.lens.back() : PRAVEGA_NO_KEY;
    }
    std::size_t accepted = 0;
    pravega_error_t *error = nullptr;
    int status = pravega_txn_write_many(handle_.get(), names.bytes.data(), keys.empty() ? nullptr : names.lens.data(), values.bytes.data(), values.lens.data(), events.size(), &accepted, detail::ms(timeout), &error);
    if (status < 0 && accepted == 0) {
      throw Error(status, error);
    }
    pravega_error_free(error);
    return accepted;
  }

  // The number up to which all is stored in it.
  std::int64_t acked() const {
    std::int64_t number = 0;
    int status = pravega_txn_acked(handle_.get(), &number);
    if (status < 0) {
      throw Error(status);
    }
    return number;
  }
  void flush(Timeout timeout = forever) { detail::call(pravega_txn_flush, handle_.get(), detail::ms(timeout)); }
  // One of PRAVEGA_TXN_...
  int status(Timeout timeout = forever) const {
    int status = PRAVEGA_TXN_UNKNOWN;
    detail::call(pravega_txn_status, handle_.get(), &status, detail::ms(timeout));
    return status;
  }
  void commit(Timeout timeout = forever) { detail::call(pravega_txn_commit, handle_.get(), static_cast<const std::int64_t *>(nullptr), detail::ms(timeout)); }
  // Also tells the stream's event time.
  void commit_at(std::int64_t timestamp, Timeout timeout = forever) { detail::call(pravega_txn_commit, handle_.get(), static_cast<const std::int64_t *>(&timestamp), detail::ms(timeout)); }
  // If only the wait failed, the error may_be_stored.
  void commit_and_wait(Timeout timeout = forever) { detail::call(pravega_txn_commit_and_wait, handle_.get(), detail::ms(timeout)); }
  void wait_readable(Timeout timeout = forever) { detail::call(pravega_txn_wait_readable, handle_.get(), detail::ms(timeout)); }
  void abort(Timeout timeout = forever) { detail::call(pravega_txn_abort, handle_.get(), detail::ms(timeout)); }
  void close(Timeout timeout = forever) { detail::call(pravega_txn_close, handle_.leave(), detail::ms(timeout)); }
  pravega_txn_t *handle() const noexcept { return handle_.get(); }

private:
  std::optional<std::int64_t> put(const std::string_view *key, std::string_view event, Timeout timeout, bool tried) {
    pravega_error_t *error = nullptr;
    std::int64_t number = pravega_txn_write(handle_.get(), detail::at(key), detail::length(key), event.data(), event.size(), detail::ms(timeout), &error);
    return room(number, error, tried);
  }
  std::optional<std::int64_t> put(const std::string_view *key, const std::vector<std::string_view> &events, Timeout timeout, bool tried) {
    detail::Packed batch = detail::batch(events);
    pravega_error_t *error = nullptr;
    std::int64_t number = pravega_txn_write_batch(handle_.get(), detail::at(key), detail::length(key), batch.bytes.data(), batch.lens.data(), events.size(), detail::ms(timeout), &error);
    return room(number, error, tried);
  }
  // No value if there was no room and that is an answer.
  static std::optional<std::int64_t> room(std::int64_t number, pravega_error_t *error, bool tried) {
    if (tried && number == PRAVEGA_E_WINDOW_FULL) {
      pravega_error_free(error);
      return std::nullopt;
    }
    if (number < 0) {
      throw Error(static_cast<int>(number), error);
    }
    return number;
  }

  detail::Owner<pravega_txn_t> handle_;
};

// Begins transactions on a stream. Its end is that of those that are open.
class TransactionalWriter {
public:
  explicit TransactionalWriter(pravega_txn_writer_t *handle) : handle_(handle) {}
  TransactionalWriter(TransactionalWriter &&) noexcept = default;
  TransactionalWriter &operator=(TransactionalWriter &&) noexcept = default;
  ~TransactionalWriter() {
    if (handle_.get() != nullptr) {
      pravega_txn_writer_close(handle_.leave(), 10000, nullptr);
    }
  }

  Transaction begin(Timeout timeout = forever) {
    pravega_txn_t *txn = nullptr;
    detail::call(pravega_txn_begin, handle_.get(), &txn, detail::ms(timeout));
    return Transaction(txn);
  }
  // Opens a transaction of this or another process by its id.
  Transaction attach(const std::string &id, Timeout timeout = forever) {
    pravega_txn_t *txn = nullptr;
    detail::call(pravega_txn_attach, handle_.get(), id.c_str(), &txn, detail::ms(timeout));
    return Transaction(txn);
  }
  // The ids of those that were begun or attached to here and have not ended.
  std::vector<std::string> transactions() const {
    pravega_list_t *ids = nullptr;
    detail::call(pravega_txn_list, handle_.get(), &ids);
    return detail::take(ids);
  }
  void close(Timeout timeout = forever) { detail::call(pravega_txn_writer_close, handle_.leave(), detail::ms(timeout)); }
  pravega_txn_writer_t *handle() const noexcept { return handle_.get(); }

private:
  detail::Owner<pravega_txn_writer_t> handle_;
};

// Between which event times a group is in a stream; see pravega_reader_time_window.
struct TimeWindow {
  std::int64_t lower = PRAVEGA_NO_LOWER_BOUND, upper = PRAVEGA_NO_UPPER_BOUND;
};

// A reader of a group. Destroyed without close, it gives the group five seconds
// to learn that it left.
class Reader {
public:
  explicit Reader(pravega_reader_t *handle) : handle_(handle) {}
  Reader(Reader &&) noexcept = default;
  Reader &operator=(Reader &&other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(ended_, other.ended_);
    std::swap(at_checkpoint_, other.at_checkpoint_);
    return *this;
  }
  ~Reader() {
    if (handle_.get() != nullptr) {
      pravega_reader_close(handle_.leave(), 5000, nullptr);
    }
  }

  // The next slice; no value: there was none in time, or ended() or at_checkpoint()
  // is true.
  std::optional<Slice> next(Timeout timeout = forever) {
    pravega_slice_t *slice = nullptr;
    int status = pravega_reader_next(handle_.get(), detail::ms(timeout), &slice);
    at_checkpoint_ = status == PRAVEGA_CHECKPOINT;
    if (status == PRAVEGA_OK) {
      return Slice(slice);
    }
    ended_ = ended_ || status == PRAVEGA_END;
    if (status < 0 && status != PRAVEGA_E_TIMED_OUT) {
      pravega_error_t *error = nullptr;
      if (pravega_reader_error(handle_.get(), &error) == status) {
        throw Error(status, error);
      }
      pravega_error_free(error);
      throw Error(status);
    }
    return std::nullopt;
  }
  // What keeps the reader from events now; none if nothing is known to, also if nothing is
  // there to read. The reader goes on by itself.
  std::optional<Error> trouble() const { return detail::trouble(pravega_reader_trouble, handle_.get()); }
  // The same in words, or what next waits for; "" if a slice is there.
  std::string waiting() const { return detail::waiting(pravega_reader_trouble, handle_.get()); }
  // Everything was read: the streams are sealed, or the group reads no further.
  bool ended() const noexcept { return ended_; }
  // The last next came to a checkpoint; calling it again says that the application
  // is done with it. Only with option reader.checkpoints.
  bool at_checkpoint() const noexcept { return at_checkpoint_; }
  // The name of the checkpoint that next came to last; "" while there was none.
  std::string checkpoint() const {
    pravega_list_t *name = nullptr;
    detail::call(pravega_reader_checkpoint, handle_.get(), &name);
    std::vector<std::string> names = detail::take(name);
    return names.empty() ? std::string() : names[0];
  }

  // Readable while next may have something.
  int ready_fd() const {
    int fd = -1;
    int status = pravega_reader_ready_fd(handle_.get(), &fd);
    if (status < 0) {
      throw Error(status);
    }
    return fd;
  }
  // The text of where it stands, by what was given back.
  std::string position() const {
    pravega_list_t *position = nullptr;
    detail::call(pravega_reader_position, handle_.get(), &position);
    return detail::take_one(position);
  }
  // Throws PRAVEGA_E_INVALID_ARGUMENT for a stream that the group does not read.
  TimeWindow time_window(const std::string &scope, const std::string &stream, Timeout timeout = forever) {
    TimeWindow window;
    detail::call(pravega_reader_time_window, handle_.get(), scope.c_str(), stream.c_str(), &window.lower, &window.upper, detail::ms(timeout));
    return window;
  }
  void close(Timeout timeout = forever) { detail::call(pravega_reader_close, handle_.leave(), detail::ms(timeout)); }
  // Closes, done with what is before a position, whatever was given back. The reader
  // stays open if it throws PRAVEGA_E_INVALID_ARGUMENT: that is ahead of what it read.
  void close_at(const std::string &position, Timeout timeout = forever) {
    pravega_error_t *error = nullptr;
    int status = pravega_reader_close_at(handle_.get(), position.c_str(), detail::ms(timeout), &error);
    if (status != PRAVEGA_E_INVALID_ARGUMENT && status != PRAVEGA_E_FROM_CALLBACK && status != PRAVEGA_E_PANIC) {
      handle_.leave();
    }
    if (status < 0) {
      throw Error(status, error);
    }
  }
  pravega_reader_t *handle() const noexcept { return handle_.get(); }

private:
  detail::Owner<pravega_reader_t> handle_;
  bool ended_ = false, at_checkpoint_ = false;
};

// Another status than that of any group; see ReaderGroup::wait_change.
inline constexpr pravega_group_status_t unknown_status{-1, 0, 0, 0};

// A reader group that exists; Client::create_reader_group makes one.
class ReaderGroup {
public:
  explicit ReaderGroup(pravega_reader_group_t *handle) : handle_(handle) {}
  ReaderGroup(ReaderGroup &&) noexcept = default;
  ReaderGroup &operator=(ReaderGroup &&) noexcept = default;
  ~ReaderGroup() {
    if (handle_.get() != nullptr) {
      pravega_reader_group_close(handle_.leave(), nullptr);
    }
  }

  Reader open_reader(const std::string &id, Timeout timeout = forever) { return open(id, nullptr, timeout); }
  Reader open_reader(const std::string &id, const Config &config, Timeout timeout = forever) { return open(id, config.handle(), timeout); }
  std::vector<std::string> readers(Timeout timeout = forever) const {
    pravega_list_t *ids = nullptr;
    detail::call(pravega_reader_group_readers, handle_.get(), &ids, detail::ms(timeout));
    return detail::take(ids);
  }
  void reader_offline(const std::string &id, Timeout timeout = forever) {
    detail::call(pravega_reader_group_reader_offline, handle_.get(), id.c_str(), detail::ms(timeout));
  }
  // The same for one whose position is known: the others go on there.
  void reader_offline_at(const std::string &id, const std::string &position, Timeout timeout = forever) {
    detail::call(pravega_reader_group_reader_offline_at, handle_.get(), id.c_str(), position.c_str(), detail::ms(timeout));
  }
  // Waits until the status is another one than this, and makes it that; false: there
  // was no change in time. From unknown_status on, each change is told.
  bool wait_change(pravega_group_status_t &status, Timeout timeout = forever) {
    pravega_error_t *error = nullptr;
    int result = pravega_reader_group_wait_change(handle_.get(), &status, sizeof status, detail::ms(timeout), &error);
    if (result < 0 && result != PRAVEGA_E_TIMED_OUT) {
      throw Error(result, error);
    }
    pravega_error_free(error);
    return result == PRAVEGA_OK;
  }
  // Pairs of name and value: "stream" for each, the group.* options.
  std::vector<std::pair<std::string, std::string>> info(Timeout timeout = forever) const {
    pravega_list_t *info = nullptr;
    detail::call(pravega_reader_group_info, handle_.get(), &info, detail::ms(timeout));
    return detail::take_pairs(info);
  }

  // Waits until all readers have passed it.
  Checkpoint checkpoint(const std::string &name, Timeout timeout = forever) {
    pravega_list_t *cuts = nullptr;
    detail::call(pravega_reader_group_checkpoint, handle_.get(), name.c_str(), &cuts, detail::ms(timeout));
    return {name, detail::take(cuts)};
  }
  void cancel_checkpoints(Timeout timeout = forever) { detail::call(pravega_reader_group_cancel_checkpoints, handle_.get(), detail::ms(timeout)); }
  // Where the readers stand, without telling applications.
  std::vector<std::string> cuts(Timeout timeout = forever) {
    pravega_list_t *cuts = nullptr;
    detail::call(pravega_reader_group_cuts, handle_.get(), &cuts, detail::ms(timeout));
    return detail::take(cuts);
  }

  // Starts anew with these streams and the group.* options of a configuration; the
  // readers are out of the group.
  void reset(const std::vector<std::string> &streams, Timeout timeout = forever) { reset(streams, nullptr, timeout); }
  void reset(const std::vector<std::string> &streams, const Config &config, Timeout timeout = forever) { reset(streams, config.handle(), timeout); }
  // The same with the configuration that it has, from elsewhere.
  void reset_to(const std::vector<std::string> &cuts, Timeout timeout = forever) {
    detail::call(pravega_reader_group_reset_to, handle_.get(), detail::texts(cuts).data(), cuts.size(), detail::ms(timeout));
  }
  void reset_to_last_checkpoint(Timeout timeout = forever) { detail::call(pravega_reader_group_reset_to_last_checkpoint, handle_.get(), detail::ms(timeout)); }

  // What lies before these cuts is not needed, if group.retention is "manual".
  void update_retention_cut(const std::vector<std::string> &cuts, Timeout timeout = forever) {
    detail::call(pravega_reader_group_update_retention_cut, handle_.get(), detail::texts(cuts).data(), cuts.size(), detail::ms(timeout));
  }
  std::int64_t unread_bytes(Timeout timeout = forever) const {
    std::int64_t bytes = 0;
    detail::call(pravega_reader_group_unread_bytes, handle_.get(), &bytes, detail::ms(timeout));
    return bytes;
  }
  pravega_reader_group_t *handle() const noexcept { return handle_.get(); }

private:
  void reset(const std::vector<std::string> &streams, const pravega_config_t *config, Timeout timeout) {
    detail::call(pravega_reader_group_reset, handle_.get(), detail::texts(streams).data(), streams.size(), config, detail::ms(timeout));
  }
  Reader open(const std::string &id, const pravega_config_t *config, Timeout timeout) {
    pravega_reader_t *reader = nullptr;
    detail::call(pravega_reader_open, handle_.get(), id.c_str(), config, &reader, detail::ms(timeout));
    return Reader(reader);
  }

  detail::Owner<pravega_reader_group_t> handle_;
};

// The connections to one Pravega. What it opened is closed with it.
class Client {
public:
  explicit Client(const Config &config) : provider_(config.provider_) {
    pravega_client_t *handle = nullptr;
    detail::call(pravega_client_open, config.handle(), &handle);
    handle_ = detail::Owner<pravega_client_t>(handle);
  }
  Client(Client &&) noexcept = default;
  Client &operator=(Client &&other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(provider_, other.provider_);
    return *this;
  }
  ~Client() {
    if (handle_.get() != nullptr) {
      pravega_client_close(handle_.leave(), nullptr);
    }
  }

  // Creating and deleting return whether something was there to do.
  bool create_scope(const std::string &scope, Timeout timeout = forever) {
    int created = 0;
    detail::call(pravega_scope_create, handle_.get(), scope.c_str(), &created, detail::ms(timeout));
    return created != 0;
  }
  bool delete_scope(const std::string &scope, Timeout timeout = forever) {
    int deleted = 0;
    detail::call(pravega_scope_delete, handle_.get(), scope.c_str(), &deleted, detail::ms(timeout));
    return deleted != 0;
  }
  // With everything in it; calling it again after a failure goes on.
  bool delete_scope_recursive(const std::string &scope, Timeout timeout = forever) {
    int deleted = 0;
    detail::call(pravega_scope_delete_recursive, handle_.get(), scope.c_str(), &deleted, detail::ms(timeout));
    return deleted != 0;
  }
  bool scope_exists(const std::string &scope, Timeout timeout = forever) const {
    int exists = 0;
    detail::call(pravega_scope_exists, handle_.get(), scope.c_str(), &exists, detail::ms(timeout));
    return exists != 0;
  }
  std::vector<std::string> scopes(Timeout timeout = forever) const {
    pravega_list_t *names = nullptr;
    detail::call(pravega_scope_list, handle_.get(), &names, detail::ms(timeout));
    return detail::take(names);
  }

  // With the stream.* options of a configuration.
  bool create_stream(const std::string &scope, const std::string &stream, const Config &config, Timeout timeout = forever) {
    int created = 0;
    detail::call(pravega_stream_create, handle_.get(), scope.c_str(), stream.c_str(), config.handle(), &created, detail::ms(timeout));
    return created != 0;
  }
  void update_stream(const std::string &scope, const std::string &stream, const Config &config, Timeout timeout = forever) {
    detail::call(pravega_stream_update, handle_.get(), scope.c_str(), stream.c_str(), config.handle(), detail::ms(timeout));
  }
  void seal_stream(const std::string &scope, const std::string &stream, Timeout timeout = forever) {
    detail::call(pravega_stream_seal, handle_.get(), scope.c_str(), stream.c_str(), detail::ms(timeout));
  }
  bool delete_stream(const std::string &scope, const std::string &stream, Timeout timeout = forever) {
    int deleted = 0;
    detail::call(pravega_stream_delete, handle_.get(), scope.c_str(), stream.c_str(), &deleted, detail::ms(timeout));
    return deleted != 0;
  }
  bool stream_exists(const std::string &scope, const std::string &stream, Timeout timeout = forever) const {
    int exists = 0;
    detail::call(pravega_stream_exists, handle_.get(), scope.c_str(), stream.c_str(), &exists, detail::ms(timeout));
    return exists != 0;
  }
  std::vector<std::string> streams(const std::string &scope, Timeout timeout = forever) const { return list(scope, nullptr, timeout); }
  std::vector<std::string> streams_with_tag(const std::string &scope, const std::string &tag, Timeout timeout = forever) const {
    return list(scope, tag.c_str(), timeout);
  }
  void truncate_stream(const std::string &scope, const std::string &stream, const std::string &cut, Timeout timeout = forever) {
    detail::call(pravega_stream_truncate, handle_.get(), scope.c_str(), stream.c_str(), cut.c_str(), detail::ms(timeout));
  }
  // Pairs of name and value: "sealed", "head", "tail", the stream.* options.
  std::vector<std::pair<std::string, std::string>> stream_info(const std::string &scope, const std::string &stream, Timeout timeout = forever) const {
    pravega_list_t *info = nullptr;
    detail::call(pravega_stream_info, handle_.get(), scope.c_str(), stream.c_str(), &info, detail::ms(timeout));
    return detail::take_pairs(info);
  }
  std::vector<pravega_segment_t> segments(const std::string &scope, const std::string &stream, Timeout timeout = forever) const {
    std::vector<pravega_segment_t> all(16);
    for (;;) { // again when there are more than there was room for
      std::size_t count = 0;
      detail::call(pravega_stream_segments, handle_.get(), scope.c_str(), stream.c_str(), all.data(), all.size(), &count, detail::ms(timeout));
      bool enough = count <= all.size();
      all.resize(count);
      if (enough) {
        return all;
      }
    }
  }
  void scale_stream(const std::string &scope, const std::string &stream, const std::vector<std::int64_t> &seal, const std::vector<pravega_key_range_t> &into, Timeout timeout = forever) {
    detail::call(pravega_stream_scale, handle_.get(), scope.c_str(), stream.c_str(), seal.data(), seal.size(), into.data(), into.size(), detail::ms(timeout));
  }

  Writer open_writer(const std::string &scope, const std::string &stream, Timeout timeout = forever) { return writer(scope, stream, nullptr, timeout); }
  Writer open_writer(const std::string &scope, const std::string &stream, const Config &config, Timeout timeout = forever) {
    return writer(scope, stream, config.handle(), timeout);
  }

  // With the txn.* options of a configuration.
  TransactionalWriter open_transactional_writer(const std::string &scope, const std::string &stream, Timeout timeout = forever) { return txn_writer(scope, stream, nullptr, timeout); }
  TransactionalWriter open_transactional_writer(const std::string &scope, const std::string &stream, const Config &config, Timeout timeout = forever) {
    return txn_writer(scope, stream, config.handle(), timeout);
  }

  // Streams are "scope/stream", "scope/stream@tail" or "scope/stream@CUT", with "@CUT"
  // behind it for where reading ends.
  bool create_reader_group(const std::string &scope, const std::string &name, const std::vector<std::string> &streams, Timeout timeout = forever) {
    return group(scope, name, streams, nullptr, timeout);
  }
  bool create_reader_group(const std::string &scope, const std::string &name, const std::vector<std::string> &streams, const Config &config, Timeout timeout = forever) {
    return group(scope, name, streams, config.handle(), timeout);
  }
  ReaderGroup open_reader_group(const std::string &scope, const std::string &name, Timeout timeout = forever) {
    pravega_reader_group_t *handle = nullptr;
    detail::call(pravega_reader_group_open, handle_.get(), scope.c_str(), name.c_str(), &handle, detail::ms(timeout));
    return ReaderGroup(handle);
  }
  void delete_reader_group(const std::string &scope, const std::string &name, Timeout timeout = forever) {
    detail::call(pravega_reader_group_delete, handle_.get(), scope.c_str(), name.c_str(), detail::ms(timeout));
  }

  std::vector<std::string> reader_groups(const std::string &scope, Timeout timeout = forever) const {
    pravega_list_t *names = nullptr;
    detail::call(pravega_reader_group_list, handle_.get(), scope.c_str(), &names, detail::ms(timeout));
    return detail::take(names);
  }

  // Reads one event by the text of its pointer.
  std::string fetch_event(const std::string &pointer, Timeout timeout = forever) {
    pravega_bytes_t *event = nullptr;
    detail::call(pravega_event_fetch, handle_.get(), pointer.c_str(), &event, detail::ms(timeout));
    return detail::take(event);
  }

  // Fails, and is closed all the same, if a reader may still be in its group, or a
  // transaction be open until its lease ends.
  void close() { detail::call(pravega_client_close, handle_.leave()); }
  pravega_client_t *handle() const noexcept { return handle_.get(); }

private:
  std::vector<std::string> list(const std::string &scope, const char *tag, Timeout timeout) const {
    pravega_list_t *names = nullptr;
    detail::call(pravega_stream_list, handle_.get(), scope.c_str(), tag, &names, detail::ms(timeout));
    return detail::take(names);
  }
  Writer writer(const std::string &scope, const std::string &stream, const pravega_config_t *config, Timeout timeout) {
    pravega_writer_t *handle = nullptr;
    detail::call(pravega_writer_open, handle_.get(), scope.c_str(), stream.c_str(), config, &handle, detail::ms(timeout));
    return Writer(handle);
  }
  TransactionalWriter txn_writer(const std::string &scope, const std::string &stream, const pravega_config_t *config, Timeout timeout) {
    pravega_txn_writer_t *handle = nullptr;
    detail::call(pravega_txn_writer_open, handle_.get(), scope.c_str(), stream.c_str(), config, &handle, detail::ms(timeout));
    return TransactionalWriter(handle);
  }
  bool group(const std::string &scope, const std::string &name, const std::vector<std::string> &streams, const pravega_config_t *config, Timeout timeout) {
    std::vector<const char *> texts = detail::texts(streams);
    int created = 0;
    detail::call(pravega_reader_group_create, handle_.get(), scope.c_str(), name.c_str(), texts.data(), texts.size(), config, &created, detail::ms(timeout));
    return created != 0;
  }

  detail::Owner<pravega_client_t> handle_;
  std::shared_ptr<TokenProvider> provider_;
};

} // namespace pravega

#endif
