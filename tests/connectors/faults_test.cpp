// What every connector must bear, made out of its fixtures: interruptions, repetitions, and the ways in which another
// side fails.
#include <fmt/format.h>

#include <cstdlib>

#include "http/live.h"
#include "identity/identity.h"
#include "sync/model.h"
#include "sync/page_store.h"
#include "tests/connectors/fixture.h"
#include "tests/support/manual_clock.h"
#include "tests/support/result_matchers.h"

namespace rapport::test {
namespace {

class Faults : public testing::TestWithParam<Fixture> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Faults);

std::string tables_of_a_good_sync(const Fixture& fixture) {
  Workbench bench{fixture};
  ReplayHttp replay{exchanges_of(fixture, "session.http")};
  auto result = bench.sync_with(replay);
  EXPECT_TRUE(ok(result));
  return bench.everything();
}

// Reads all streams page by page as sync does, but with a new connector and a new reader for every page, each page as
// often as `times` says; then gives them their meaning.
Result<> collect_in_steps(Workbench& bench, const ConnectorEntry& entry, Http& http, int times) {
  auto& store = bench.store();
  auto settings = TRY(bench.workspace().settings_of(bench.source(), entry.info.settings));
  ModelSource model;
  model.connector = &entry.info;
  model.name = bench.source().name;
  model.url = [&] {  // as sync does
    for (const char* key : {"url", "path", "command"})
      if (auto found = bench.source().settings.find(key); found != bench.source().settings.end()) return found->second;
    return std::string{};
  }();
  model.source_id = TRY(source_id_of(store, model.name));
  model.model_sql = entry.make_model == nullptr ? std::string{entry.info.model_sql} : TRY(entry.make_model(settings));
  TRY(ensure_staging(store, entry.info));
  TRY(store.execute("INSERT INTO source VALUES ($id, $name, $connector, $url)",
                    {{"id", model.source_id}, {"name", model.name}, {"connector", std::string{entry.info.name}}, {"url", model.url}}));
  for (const auto& stream : entry.info.streams) {
    for (bool caught_up = false; !caught_up;) {
      auto before = TRY(position_of(store, model.source_id, stream));
      for (int time = 0; time < times; ++time) {
        auto connector = TRY(entry.open(settings));
        auto reader = TRY(connector->read(stream.name, before.cursor, http));
        auto page = TRY(reader->next());
        auto position = before;
        TRY(store_page(store, entry.info, position, page, 1));
        caught_up = page.caught_up;
      }
    }
  }
  TRY(run_model(store, model, ModelScope::kChanged));
  return identify(store, bench.workspace().people);
}

TEST_P(Faults, a_new_reader_for_every_page_ends_in_the_same_tables) {
  const auto& fixture = GetParam();
  Workbench bench{fixture};
  ReplayHttp replay{exchanges_of(fixture, "session.http")};
  ASSERT_TRUE(ok(collect_in_steps(bench, *fixture.connector, replay, 1)));
  EXPECT_TRUE(same_lines(bench.everything(), tables_of_a_good_sync(fixture)));
}

TEST_P(Faults, every_page_twice_ends_in_the_same_tables) {
  const auto& fixture = GetParam();
  Workbench bench{fixture};
  ReplayHttp replay{exchanges_of(fixture, "session.http")};
  ASSERT_TRUE(ok(collect_in_steps(bench, *fixture.connector, replay, 2)));
  EXPECT_TRUE(same_lines(bench.everything(), tables_of_a_good_sync(fixture)));
}

struct Fault {
  const char* name;
  enum class Lasts { kOnce, kForGood } lasts;
  enum class Then { kSucceeds, kFails, kEither } then;
  Result<HttpResponse> (*answer)(const HttpResponse& real);
};

constexpr auto kOnce = Fault::Lasts::kOnce;
constexpr auto kForGood = Fault::Lasts::kForGood;

const Fault kFaults[] = {
    {"429 with Retry-After", kOnce, Fault::Then::kSucceeds,
     [](const HttpResponse&) -> Result<HttpResponse> { return HttpResponse{429, {{"Retry-After", "7"}}, "slow down"}; }},
    {"500 once", kOnce, Fault::Then::kSucceeds, [](const HttpResponse&) -> Result<HttpResponse> { return HttpResponse{500, {}, "oops"}; }},
    {"connection dropped once", kOnce, Fault::Then::kSucceeds,
     [](const HttpResponse&) -> Result<HttpResponse> { return fail(Error::Kind::kUpstream, "connection reset", "check the network"); }},
    {"500 for good", kForGood, Fault::Then::kFails, [](const HttpResponse&) -> Result<HttpResponse> { return HttpResponse{500, {}, "oops"}; }},
    {"connection dropped for good", kForGood, Fault::Then::kFails,
     [](const HttpResponse&) -> Result<HttpResponse> { return fail(Error::Kind::kUpstream, "connection reset", "check the network"); }},
    // A part that needs more rights than the rest may be left out; then it comes with the next sync that may read it.
    {"401", kForGood, Fault::Then::kEither, [](const HttpResponse&) -> Result<HttpResponse> { return HttpResponse{401, {}, "who are you"}; }},
    {"half a body", kForGood, Fault::Then::kFails,
     [](const HttpResponse& real) -> Result<HttpResponse> { return HttpResponse{200, real.headers, real.body.substr(0, real.body.size() / 2)}; }},
    {"no body", kForGood, Fault::Then::kFails, [](const HttpResponse& real) -> Result<HttpResponse> { return HttpResponse{200, real.headers, ""}; }},
    {"HTML", kForGood, Fault::Then::kFails,
     [](const HttpResponse&) -> Result<HttpResponse> {
       return HttpResponse{200, {{"Content-Type", "text/html"}}, "<!DOCTYPE html><title>Maintenance</title>"};
     }},
};

// One fault at request number `at`; then a good sync into the same store.
void expect_borne(const Fixture& fixture, const Fault& fault, std::size_t at, const std::string& wanted) {
  SCOPED_TRACE(fmt::format("{} at request {}", fault.name, at));
  Workbench bench{fixture};
  ReplayHttp replay{exchanges_of(fixture, "session.http")}, real{exchanges_of(fixture, "session.http")};
  std::string struck;
  bool refused_already = false;
  replay.interfere = [&](const HttpRequest& request, std::size_t number) -> std::optional<Result<HttpResponse>> {
    if (number == at) struck = request.method + " " + request.url;
    bool strikes = number == at || (fault.lasts == kForGood && !struck.empty() && request.method + " " + request.url == struck);
    if (!strikes) return std::nullopt;
    auto usual = real.send(request);
    if (!usual) return usual;
    refused_already |= usual->status >= 400;  // the recorded session has a failure there itself
    return fault.answer(*usual);
  };
  ManualClock clock;
  PoliteOptions manners;
  manners.attempts = 3;
  manners.sleep = clock.sleeper();
  auto polite = polite_http(replay, manners);
  auto result = bench.sync_with(*polite);
  ASSERT_TRUE(ok(result));
  for (const auto& error : result->errors) {
    EXPECT_FALSE(error.fix.empty()) << error.what << ": says nothing about what to do";
    EXPECT_GE(error.trail.size(), 2u) << error.what;
    EXPECT_NE(error.kind, Error::Kind::kBug) << error.what;
  }
  if (fault.then == Fault::Then::kSucceeds) {
    EXPECT_TRUE(result->errors.empty()) << result->errors.front().what;
    EXPECT_TRUE(same_lines(bench.everything(), wanted));
    EXPECT_FALSE(clock.pauses().empty());
  }
  if (fault.then == Fault::Then::kFails && !refused_already) {
    EXPECT_TRUE(!result->errors.empty() || result->rejected > 0) << "the fault was not noticed";
  }

  auto again = exchanges_of(fixture, "session.http");
  if (fixture.has("after.http"))
    for (auto& exchange : exchanges_of(fixture, "after.http")) again.push_back(std::move(exchange));
  ReplayHttp good{std::move(again)};
  auto recovered = bench.sync_with(good);
  ASSERT_TRUE(ok(recovered));
  EXPECT_TRUE(recovered->errors.empty()) << recovered->errors.front().what;
  EXPECT_TRUE(same_lines(bench.everything(), wanted)) << "after a good sync";
}

TEST_P(Faults, are_borne_and_lose_nothing) {
  const auto& fixture = GetParam();
  auto wanted = tables_of_a_good_sync(fixture);
  ReplayHttp counting{exchanges_of(fixture, "session.http")};
  Workbench bench{fixture};
  ASSERT_TRUE(ok(bench.sync_with(counting)));
  auto requests = counting.log().size();
  ASSERT_GT(requests, 0u);
  // Each fault at one place, the places in turn; RAPPORT_EXHAUSTIVE=1 does every fault at every request.
  bool exhaustive = std::getenv("RAPPORT_EXHAUSTIVE") != nullptr;
  const std::size_t places[] = {requests - 1, requests / 2, 0};
  for (std::size_t i = 0; i < std::size(kFaults); ++i) {
    if (!exhaustive) expect_borne(fixture, kFaults[i], places[i % 3], wanted);
    for (std::size_t at = 0; exhaustive && at < requests; ++at) expect_borne(fixture, kFaults[i], at, wanted);
  }
}

// What reads files has no session to disturb; what ends in an error leaves tables that no rule here speaks of.
std::vector<Fixture> live_fixtures() {
  auto all = all_fixtures();
  std::erase_if(all, [](const Fixture& fixture) { return !fixture.has("session.http") || fixture.has("error.txt"); });
  return all;
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Faults, testing::ValuesIn(live_fixtures()), [](const auto& info) { return info.param.test_name(); });

}  // namespace
}  // namespace rapport::test
