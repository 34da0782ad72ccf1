#include "base/time.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace rapport {
namespace {

using test::fails;

struct Case {
  const char* in;
  const char* want;  // nullptr: refused
};

// Instants worked out with `date -u -d`.
constexpr Case kInstants[] = {
    {"2021-03-04T05:06:07Z", "2021-03-04T05:06:07Z"},
    {"2021-03-04T05:06:07.123Z", "2021-03-04T05:06:07.123Z"},
    {"2021-03-04T05:06:07.123456Z", "2021-03-04T05:06:07.123456Z"},
    {"2021-03-04T05:06:07.123456789Z", "2021-03-04T05:06:07.123456Z"},
    {"2021-03-04T05:06:07+02:00", "2021-03-04T03:06:07Z"},
    {"2021-03-04T05:06:07-0530", "2021-03-04T10:36:07Z"},
    {"2021-03-04T05:06:07+02", "2021-03-04T03:06:07Z"},
    {"2021-03-04 05:06:07", "2021-03-04T05:06:07Z"},
    {"2021-03-04 05:06:07 UTC", "2021-03-04T05:06:07Z"},
    {"2021-03-04T05:06", "2021-03-04T05:06:00Z"},
    {"2021-03-04", "2021-03-04T00:00:00Z"},
    {"2020-02-29", "2020-02-29T00:00:00Z"},
    {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},  // a leap second
    {"2021-03-04T24:00:00Z", "2021-03-05T00:00:00Z"},
    {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
    {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
    {"1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500Z"},
    {"", nullptr},
    {"yesterday", nullptr},
    {"2021-02-29", nullptr},
    {"2021-13-01", nullptr},
    {"0000-01-01", nullptr},
    {"2021-03-04T25:00:00Z", nullptr},
    {"2021-03-04T05:60:00Z", nullptr},
    {"2021-03-04T05:06:07.Z", nullptr},
    {"2021-03-04T05:06:07 CEST", nullptr},
    {"2021-03-04T05:06:07Zjunk", nullptr},
    {"04/03/2021", nullptr},
};

TEST(Time, reads_instants) {
  for (const auto& c : kInstants) {
    auto time = parse_time(c.in);
    if (c.want == nullptr) EXPECT_TRUE(fails(time, Error::Kind::kBadInput)) << c.in;
    else EXPECT_EQ(time ? format_time(*time) : "refused", c.want) << c.in;
  }
}

TEST(Time, counts_from_1970) {
  EXPECT_EQ(format_time(time_from_unix(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_time(time_from_unix(1234567890)), "2009-02-13T23:31:30Z");
  EXPECT_EQ(format_time(time_from_unix(-1)), "1969-12-31T23:59:59Z");
  EXPECT_EQ(format_time(time_from_unix(4294967295)), "2106-02-07T06:28:15Z");
}

constexpr Case kDays[] = {
    {"2021", "2021-01-01"}, {"2021-03", "2021-03-01"}, {"2021-03-04", "2021-03-04"},
    {"2021-3", nullptr},    {"21", nullptr},           {"2021-03-04T00:00", nullptr}, {"", nullptr}, {"2021-00", nullptr},
};

TEST(Time, reads_days) {
  for (const auto& c : kDays) {
    auto day = parse_day(c.in);
    if (c.want == nullptr) EXPECT_TRUE(fails(day, Error::Kind::kBadInput)) << c.in;
    else EXPECT_EQ(day ? format_day(*day) : "refused", c.want) << c.in;
  }
}

TEST(Time, moves_by_months) {
  auto day = *parse_day("2021-03-31");
  EXPECT_EQ(format_day(month_start(day)), "2021-03-01");
  EXPECT_EQ(format_day(month_start(day, -1)), "2021-02-01");
  EXPECT_EQ(format_day(month_start(day, -3)), "2020-12-01");
  EXPECT_EQ(format_day(month_start(day, 10)), "2022-01-01");
}

}  // namespace
}  // namespace rapport
