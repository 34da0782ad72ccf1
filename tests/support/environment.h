// Sets or unsets an environment variable until the end of the scope.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace rapport::test {

class EnvironmentVariable {
 public:
  // nullptr unsets it.
  EnvironmentVariable(std::string name, const char* value) : name_(std::move(name)) {
    if (const char* old = std::getenv(name_.c_str())) before_ = old;
    put(value);
  }
  ~EnvironmentVariable() { put(before_ ? before_->c_str() : nullptr); }
  EnvironmentVariable(const EnvironmentVariable&) = delete;
  EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;

 private:
  void put(const char* value) { value == nullptr ? ::unsetenv(name_.c_str()) : ::setenv(name_.c_str(), value, 1); }
  std::string name_;
  std::optional<std::string> before_;
};

}  // namespace rapport::test
