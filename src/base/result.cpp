#include "base/result.h"

namespace rapport {

const char* error_kind_name(Error::Kind kind) {
  switch (kind) {
    case Error::Kind::kBadInput: return "bad_input";
    case Error::Kind::kAuth: return "auth";
    case Error::Kind::kNotFound: return "not_found";
    case Error::Kind::kRateLimited: return "rate_limited";
    case Error::Kind::kUpstream: return "upstream";
    case Error::Kind::kTimeout: return "timeout";
    case Error::Kind::kBusy: return "busy";
    case Error::Kind::kCorrupt: return "corrupt";
    case Error::Kind::kCancelled: return "cancelled";
    case Error::Kind::kBug: return "bug";
  }
  return "bug";
}

}  // namespace rapport
