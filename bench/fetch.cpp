// How fast a connector reads: user CPU seconds from the first page to the last, without the store.
//   ninja -C build bench_fetch && build/bench_fetch gharchive path=hours/ repositories='our-org/*'
#include <fmt/format.h>
#include <sys/resource.h>

#include "connectors/connector.h"

namespace {

class NoHttp : public rapport::Http {
 public:
  rapport::Result<rapport::HttpResponse> send(const rapport::HttpRequest&) override {
    return rapport::fail(rapport::Error::Kind::kBug, "this measures files only");
  }
};

double user_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) + static_cast<double>(usage.ru_utime.tv_usec) / 1e6;
}

rapport::Result<> measure(int count, char** words) {
  auto entry = TRY(rapport::find_connector(words[1]));
  std::map<std::string, std::string> given;
  for (int i = 2; i < count; ++i) {
    std::string word = words[i];
    given[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
  }
  auto settings = TRY(rapport::Settings::parse(entry->info.settings, given));
  auto connector = TRY(entry->open(settings));
  NoHttp http;
  for (const auto& stream : entry->info.streams) {
    auto begun = user_seconds();
    std::size_t rows = 0, rejected = 0;
    auto reader = TRY(connector->read(stream.name, {}, http));
    for (bool more = true; more;) {
      auto page = TRY(reader->next());
      rows += page.records.size();
      for (const auto& batch : page.rows) rows += batch.rows();
      rejected += page.rejected.size();
      more = !page.caught_up;
    }
    auto seconds = user_seconds() - begun;
    fmt::print("{} {}: {} rows, {} rejected, {:.3f} s of user CPU, {:.0f} rows/s\n", words[1], stream.name, rows, rejected, seconds, static_cast<double>(rows) / seconds);
  }
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  fmt::print("largest size in memory: {} MB\n", usage.ru_maxrss / 1024);
  return {};
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) {
    fmt::print(stderr, "usage: bench_fetch CONNECTOR setting=value…\n");
    return 3;
  }
  auto done = measure(count, words);
  if (!done) fmt::print(stderr, "{}\n", done.error().what);
  return done ? 0 : 1;
}
