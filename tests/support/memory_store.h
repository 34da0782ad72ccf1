// A database in memory with today's schema. Ends the test program if it cannot be had.
#pragma once

#include <cstdio>
#include <cstdlib>

#include "store/store.h"

namespace rapport::test {

inline Store memory_store() {
  auto store = Store::in_memory();
  if (!store) {
    std::fprintf(stderr, "no memory store: %s\n", store.error().what.c_str());
    std::abort();
  }
  return std::move(*store);
}

}  // namespace rapport::test
