// The seam between the simulated time and the formats it is written in: one peer per format, in one table.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sim/activity.h"
#include "sim/text/composer.h"
#include "sim/timeline.h"

namespace rapport::sim {

class Writer : public Listener {
 public:
  // Nothing more comes. Errors: what could not be written.
  virtual Result<> finish() = 0;
};

struct WriterContext {
  const World& world;
  const Composer& composer;
  std::filesystem::path folder;  // where the whole community goes; a writer makes its own folder in it
};

struct WriterEntry {
  std::string_view name, summary;
  std::unique_ptr<Writer> (*open)(const WriterContext& context);
  std::string_view source = {};  // the lines of the [[source]] blocks that read what was written; empty = no connector yet
};

// The table in writers/all.cpp, sorted by name.
std::span<const WriterEntry> writers();

}  // namespace rapport::sim
