// For assertions on Result<T>: prints the error where success was expected.
#pragma once

#include <gtest/gtest.h>

#include "base/result.h"

namespace rapport::test {

template <class T>
testing::AssertionResult ok(const Result<T>& result) {
  if (result) return testing::AssertionSuccess();
  auto failure = testing::AssertionFailure() << error_kind_name(result.error().kind) << ": " << result.error().what;
  for (const auto& step : result.error().trail) failure << "\n  while " << step;
  return failure << "\n  fix " << result.error().fix;
}

// An error of that kind whose text holds `part`.
template <class T>
testing::AssertionResult fails(const Result<T>& result, Error::Kind kind, std::string_view part = {}) {
  if (result) return testing::AssertionFailure() << "succeeded, expected " << error_kind_name(kind);
  const auto& error = result.error();
  if (error.kind == kind && (error.what + "\n" + error.fix).find(part) != std::string::npos && !error.what.empty())
    return testing::AssertionSuccess();
  return testing::AssertionFailure() << "expected " << error_kind_name(kind) << " with \"" << part << "\", got "
                                     << error_kind_name(error.kind) << ": " << error.what << "\n  fix " << error.fix;
}

}  // namespace rapport::test
