// The fixtures of connectors (README.md), and a workbench that syncs one of them into a store of its own.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "connectors/connector.h"
#include "store/store.h"
#include "sync/sync.h"
#include "tests/support/environment.h"
#include "tests/support/replay_http.h"
#include "tests/support/temp_folder.h"
#include "workspace/workspace.h"

namespace rapport::test {

struct Fixture {
  const ConnectorEntry* connector = nullptr;
  std::filesystem::path folder;

  std::string test_name() const;  // "discourse_small_forum"
  std::string text(std::string_view file) const;  // empty if there is none
  bool has(std::string_view file) const { return std::filesystem::exists(folder / file); }
};

std::vector<Fixture> all_fixtures();
void PrintTo(const Fixture& fixture, std::ostream* out);

// "raw", "activity", …: tables that a CSV may state.
std::vector<std::string> stated_tables();

class Workbench {
 public:
  explicit Workbench(const Fixture& fixture);

  Store& store() { return store_; }
  const Workspace& workspace() const { return workspace_; }
  const SourceConfig& source() const { return workspace_.sources.front(); }

  Result<SourceResult> sync_with(Http& http);
  void set_clock(Time at) { clock_.emplace(at); }
  // Every row of every table that a sync fills, without what differs from run to run.
  std::string everything();
  // The rows of one stated table in the columns of `csv`'s header, and those of `csv`, both sorted.
  std::pair<std::string, std::string> got_and_wanted(std::string_view table, const std::filesystem::path& csv);

 private:
  Fixture fixture_;
  std::optional<StoppedClock> clock_{time_from_unix(1'767'225'600)};  // 2026-01-01T00:00:00Z
  TempFolder cache_;
  std::vector<std::unique_ptr<EnvironmentVariable>> secrets_;
  Workspace workspace_;
  Store store_;
};

// Fails with the lines in which the two texts differ.
testing::AssertionResult same_lines(const std::string& got, const std::string& wanted);

// The recorded exchanges of `file`; fails the test if it cannot be read.
std::vector<Exchange> exchanges_of(const Fixture& fixture, std::string_view file);

}  // namespace rapport::test
