// What stands in the way is said: a segment store that advertises an address where nobody
// listens. Argument: the program faulty, a Pravega in memory.
#include <pravega.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#define CHECK(what) \
  do { \
    if (!(what)) { \
      std::fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #what); \
      std::exit(1); \
    } \
  } while (false)

namespace {

constexpr pravega::Timeout brief(300), ample(60000);
const std::string nowhere = "127.0.0.1:1";
const std::string where = "connect to segment store at its advertised address " + nowhere;

// A faulty Pravega; see tests/harness/cmd/faulty.
class Faulty {
public:
  explicit Faulty(const char *program) {
    int in[2], out[2];
    CHECK(pipe(in) == 0 && pipe(out) == 0);
    process_ = fork();
    CHECK(process_ >= 0);
    if (process_ == 0) {
      dup2(in[0], 0);
      dup2(out[1], 1);
      close(in[1]);
      close(out[0]);
      execl(program, program, static_cast<char *>(nullptr));
      _exit(127);
    }
    close(in[0]);
    close(out[1]);
    to_ = fdopen(in[1], "w");
    from_ = fdopen(out[0], "r");
    uri = line();
  }
  ~Faulty() {
    std::fclose(to_);
    std::fclose(from_);
    CHECK(waitpid(process_, nullptr, 0) == process_);
  }
  void tell(const std::string &what) {
    CHECK(std::fprintf(to_, "%s\n", what.c_str()) > 0 && std::fflush(to_) == 0);
    CHECK(line() == "ok");
  }
  void away() {
    tell("advertise " + nowhere);
    tell("cut");
  }
  void back() { tell("advertise"); }

  std::string uri;

private:
  std::string line() {
    char text[256];
    CHECK(std::fgets(text, sizeof text, from_) != nullptr);
    std::string said(text);
    return said.substr(0, said.find('\n'));
  }

  pid_t process_;
  std::FILE *to_, *from_;
};

// Waits until something is said that holds both parts.
template <typename Ask> void until(Ask ask, const std::string &part, const std::string &another = "") {
  for (int tries = 0;; tries++) {
    std::string said = ask();
    if (said.find(part) != std::string::npos && said.find(another) != std::string::npos) {
      return;
    }
    if (tries > 1000) {
      std::fprintf(stderr, "said is: %s\n", said.c_str());
      CHECK(tries < 0);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

// What a call says that must run out of time.
template <typename Call> auto late(Call call) {
  return [call] {
    try {
      call();
    } catch (const pravega::Error &e) {
      CHECK(e.code() == PRAVEGA_E_TIMED_OUT);
      return std::string(e.what());
    }
    return std::string("nothing");
  };
}

void writers(Faulty &faulty, pravega::Client &client) {
  pravega::Writer writer = client.open_writer("scope", "stream");
  CHECK(!writer.trouble() && writer.waiting().empty());
  faulty.away();
  writer.write("event");
  until([&] { return writer.trouble() ? std::string(writer.trouble()->what()) : ""; }, where, "connection refused, for ");
  CHECK(writer.trouble()->code() == PRAVEGA_E_UNREACHABLE);
  until([&] { return writer.waiting(); }, where, "connection refused");
  until(late([&] { writer.flush(brief); }), where, "connection refused, for ");
  faulty.back();
  writer.flush(ample);
  CHECK(!writer.trouble());
  while (writer.try_write(std::string(1 << 20, 'x'))) {
    if (!writer.trouble()) {
      faulty.away();
    }
  }
  until(late([&] { writer.write(std::string(1 << 20, 'x'), brief); }), where, "connection refused");
  faulty.back();
  writer.close(ample);
}

void readers(Faulty &faulty, pravega::Client &client) {
  client.create_reader_group("scope", "group", {"scope/stream"});
  pravega::ReaderGroup group = client.open_reader_group("scope", "group");
  pravega::Reader reader = group.open_reader("first"), hungry = group.open_reader("second");
  while (auto slice = reader.next(brief)) {
    slice->release();
  }
  until([&] { return reader.waiting(); }, "nothing is there to read in 1 segment");
  until([&] { return hungry.waiting(); }, "other readers (first) have the group's 1 segment");
  CHECK(!reader.trouble() && !hungry.trouble());
  faulty.away();
  until([&] { return reader.waiting(); }, where, "connection refused, for ");
  CHECK(reader.trouble()->code() == PRAVEGA_E_UNREACHABLE);
  faulty.back();
  until([&] { return reader.waiting(); }, "nothing is there to read in 1 segment");
  hungry.close(ample);
  reader.close(ample);
}

} // namespace

int main(int argc, char **argv) {
  CHECK(argc == 2);
  Faulty faulty(argv[1]);
  try {
    pravega::Client client(pravega::Config().set("controller.uri", faulty.uri));
    writers(faulty, client);
    std::printf("%-44s ok 0.00 s\n", "writers_say_what_stands_in_the_way");
    readers(faulty, client);
    std::printf("%-44s ok 0.00 s\n", "readers_say_what_stands_in_the_way");
  } catch (const std::exception &e) {
    std::fprintf(stderr, "trouble.cpp:1: not caught: %s\n", e.what());
    return 1;
  }
  return 0;
}
