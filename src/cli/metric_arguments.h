// The arguments that every command about metrics takes: window, grain and filters.
#pragma once

#include "cli/arguments.h"
#include "metrics/evaluate.h"

namespace rapport {

struct MetricArguments {
  std::string from, to, grain = "month", who;
  Filter filter;

  void declare(Arguments& arguments);
  // Where --from or --to is missing: the last 24 buckets of the data. Errors: kBadInput; kNotFound in an empty store.
  Result<Window> window(Engine& store) const;
  Result<Filter> filters() const;
};

}  // namespace rapport
