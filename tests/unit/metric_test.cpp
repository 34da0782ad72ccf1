// What a metric's header must say, and where buckets begin and end.
#include "metrics/metric.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/text.h"
#include "metrics/evaluate.h"
#include "tests/support/result_matchers.h"

namespace rapport {
namespace {

using test::fails;

constexpr const char* kWhole =
    "-- title:    People\n"
    "-- question: How many: two or three?\n"
    "-- unit:     people\n"
    "-- shape:    share\n"
    "-- better:   down\n"
    "-- who:      everyone\n"
    "-- reads:    activity_people, thread_people\n"
    "-- caveat:   None.\n"
    "-- origin:   CHAOSS, Contributors\n"
    "SELECT 1;\n";

TEST(Metric, reads_a_file) {
  auto metric = parse_metric("people", kWhole);
  ASSERT_TRUE(test::ok(metric));
  EXPECT_EQ(metric->name, "people");
  EXPECT_EQ(metric->title, "People");
  EXPECT_EQ(metric->question, "How many: two or three?");
  EXPECT_EQ(metric->unit, "people");
  EXPECT_EQ(shape_name(metric->shape), "share");
  EXPECT_EQ(metric->better, "down");
  EXPECT_EQ(metric->who, "everyone");
  EXPECT_EQ(join(metric->reads, "|"), "activity_people|thread_people");
  EXPECT_EQ(metric->caveat, "None.");
  EXPECT_EQ(metric->origin, "CHAOSS, Contributors");
  EXPECT_EQ(metric->sql, "SELECT 1");
}

// One change to the whole file, and what is said about it.
struct Broken {
  const char *from, *to, *says;
};

constexpr Broken kBroken[] = {
    {"-- title:    People\n", "", "metric people: no `title` in its header"},
    {"-- title:    People\n", "", "add a line `-- title: …` at the top"},
    {"-- title:    People\n", "-- title:\n", "metric people: no `title` in its header"},
    {"-- caveat:   None.\n", "", "metric people: no `caveat` in its header"},
    {"-- origin:   CHAOSS, Contributors\n", "", "metric people: no `origin` in its header"},
    {"-- reads:    activity_people, thread_people\n", "", "metric people: no `reads` in its header"},
    {"-- unit:", "-- units:", "metric people: unknown header `units`"},
    {"-- unit:", "-- units:", "headers are: title, question, unit, shape, better, who, reads, caveat, origin"},
    {"-- unit:     people", "-- a remark", "metric people: not a header line:  a remark"},
    {"-- unit:     people", "-- a remark", "write `-- key: value`"},
    {"-- shape:    share", "-- shape:    mean", "`shape` is \"mean\""},
    {"-- shape:    share", "-- shape:    mean", "write count, share or median"},
    {"-- shape:    share", "-- shape:    Share", "`shape` is \"Share\""},
    {"-- better:   down", "-- better:   more", "`better` is \"more\""},
    {"-- better:   down", "-- better:   more", "write one of up, down, neither"},
    {"-- who:      everyone", "-- who:      people", "`who` is \"people\""},
    {"SELECT 1;\n", "", "metric people: no SELECT after its header"},
    {"SELECT 1;\n", " ;\n; \n", "metric people: no SELECT after its header"},
};

TEST(Metric, says_what_is_wrong_with_a_header) {
  for (const auto& broken : kBroken) {
    auto text = replace_all(kWhole, broken.from, broken.to);
    ASSERT_NE(text, kWhole) << broken.from;
    EXPECT_TRUE(fails(parse_metric("people", text), Error::Kind::kBadInput, broken.says)) << broken.from << " -> " << broken.to;
  }
  EXPECT_TRUE(fails(parse_metric("people", ""), Error::Kind::kBadInput, "metric people: no `title` in its header"));
  EXPECT_TRUE(fails(parse_metric("people", "--"), Error::Kind::kBadInput, "metric people: not a header line: "));
}

TEST(Metric, says_which_metric_a_choice_is_wrong_in) {
  auto metric = parse_metric("people", replace_all(kWhole, "down", "more"));
  ASSERT_FALSE(metric.has_value());
  EXPECT_EQ(join(metric.error().trail, "|"), "metric people");
}

// All that are in metrics/ are built in, in order: one that does not parse would be missing.
TEST(Metric, every_file_is_built_in) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator{"metrics"}) {
    if (entry.path().extension() != ".sql") continue;
    ++files;
    EXPECT_TRUE(test::ok(find_metric(entry.path().stem().string())));
  }
  EXPECT_GT(files, 0u);
  EXPECT_EQ(metrics().size(), files);
  for (std::size_t i = 1; i < metrics().size(); ++i) EXPECT_LT(metrics()[i - 1].name, metrics()[i].name);
}

TEST(Metric, suggests_a_near_name) {
  EXPECT_TRUE(fails(find_metric("active_poeple"), Error::Kind::kNotFound, "no metric called `active_poeple`"));
  EXPECT_TRUE(fails(find_metric("active_poeple"), Error::Kind::kNotFound, "did you mean `active_people`?"));
  EXPECT_TRUE(fails(find_metric("commit"), Error::Kind::kNotFound, "did you mean `commits`?"));
  EXPECT_TRUE(fails(find_metric("zzzzzzzz"), Error::Kind::kNotFound, "`rapport metric` lists them"));
  EXPECT_TRUE(fails(find_metric("com\x1b[31m"), Error::Kind::kNotFound, "no metric called `com?[31m`"));
}

// Worked out with `date -u -d`, weeks with `date +%u`.
struct Bucket {
  const char *day, *grain, *starts, *next;
};

constexpr Bucket kBuckets[] = {
    {"2025-12-31", "day", "2025-12-31", "2026-01-01"},
    {"2024-02-28", "day", "2024-02-28", "2024-02-29"},
    {"2024-02-29", "day", "2024-02-29", "2024-03-01"},
    {"2025-02-28", "day", "2025-02-28", "2025-03-01"},
    {"1900-02-28", "day", "1900-02-28", "1900-03-01"},  // 1900 was no leap year
    // A week belongs to its Monday, in whichever year that is.
    {"2025-12-29", "week", "2025-12-29", "2026-01-05"},  // a Monday
    {"2026-01-01", "week", "2025-12-29", "2026-01-05"},
    {"2026-01-04", "week", "2025-12-29", "2026-01-05"},  // a Sunday
    {"2026-01-05", "week", "2026-01-05", "2026-01-12"},
    {"2021-01-03", "week", "2020-12-28", "2021-01-04"},  // week 53 of 2020
    {"2023-01-01", "week", "2022-12-26", "2023-01-02"},  // a Sunday: week 52 of 2022
    {"2024-01-01", "week", "2024-01-01", "2024-01-08"},  // a Monday: week 1
    {"2024-12-30", "week", "2024-12-30", "2025-01-06"},  // week 1 of 2025
    {"2024-03-03", "week", "2024-02-26", "2024-03-04"},  // over a leap day
    {"1969-12-31", "week", "1969-12-29", "1970-01-05"},
    {"2025-12-31", "month", "2025-12-01", "2026-01-01"},
    {"2026-01-01", "month", "2026-01-01", "2026-02-01"},
    {"2024-02-29", "month", "2024-02-01", "2024-03-01"},
    {"2026-01-31", "month", "2026-01-01", "2026-02-01"},
    {"2025-12-31", "quarter", "2025-10-01", "2026-01-01"},
    {"2026-01-01", "quarter", "2026-01-01", "2026-04-01"},
    {"2024-02-29", "quarter", "2024-01-01", "2024-04-01"},
    {"2024-06-30", "quarter", "2024-04-01", "2024-07-01"},
    {"2024-09-30", "quarter", "2024-07-01", "2024-10-01"},
    {"2025-12-31", "year", "2025-01-01", "2026-01-01"},
    {"2026-01-01", "year", "2026-01-01", "2027-01-01"},
    {"2024-02-29", "year", "2024-01-01", "2025-01-01"},
};

TEST(Buckets, begin_and_end) {
  for (const auto& bucket : kBuckets) {
    auto grain = parse_grain(bucket.grain);
    auto day = parse_day(bucket.day);
    ASSERT_TRUE(test::ok(grain));
    ASSERT_TRUE(test::ok(day));
    auto start = bucket_start(*day, *grain);
    EXPECT_EQ(format_day(start), bucket.starts) << bucket.grain << " of " << bucket.day;
    EXPECT_EQ(format_day(next_bucket(start, *grain)), bucket.next) << bucket.grain << " of " << bucket.day;
    EXPECT_EQ(bucket_start(start, *grain), start) << "a bucket begins with itself: " << bucket.grain << " of " << bucket.day;
  }
}

TEST(Buckets, names_are_read_back) {
  for (auto name : {"day", "week", "month", "quarter", "year"}) {
    auto grain = parse_grain(name);
    ASSERT_TRUE(test::ok(grain));
    EXPECT_EQ(grain_name(*grain), name);
  }
  for (auto name : {"community", "humans", "team", "bots", "everyone"}) {
    auto who = parse_who(name);
    ASSERT_TRUE(test::ok(who));
    EXPECT_EQ(who_name(*who), name);
  }
  EXPECT_TRUE(fails(parse_grain("fortnight"), Error::Kind::kBadInput, "write one of day, week, month, quarter, year"));
  EXPECT_TRUE(fails(parse_grain(""), Error::Kind::kBadInput, "\"\" is no grain"));
  EXPECT_TRUE(fails(parse_who("robots"), Error::Kind::kBadInput, "\"robots\" is no group of people"));
}

}  // namespace
}  // namespace rapport
