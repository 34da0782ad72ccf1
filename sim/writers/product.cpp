// product/signups.csv and product/events.csv: what the product itself knows. People of the community who sign up do so
// soon after they arrive, under the address of their product account; the others are strangers.
#include <fmt/format.h>

#include <iterator>

#include "sim/out_file.h"
#include "sim/series.h"
#include "sim/text/spelling.h"
#include "sim/writer.h"

namespace rapport::sim {
namespace {

class ProductWriter : public Writer {
 public:
  explicit ProductWriter(const WriterContext& context)
      : world_(context.world), series_(world_.community, world_.calendar, world_.works), signups_(context.folder / "product/signups.csv"), events_(context.folder / "product/events.csv"),
        next_(world_.community.first_member()) {
    signups_.write("signed_up_at,user_id,email,country,plan,utm_campaign\n");
    events_.write("happened_at,user_id,event,sdk\n");
  }

  void day(const DayFacts& facts) override {
    constexpr std::string_view kPlans[] = {"free", "free", "free", "free", "team", "enterprise"}, kCountries[] = {"US", "IN", "DE", "GB", "BR", "FR", "CN", "JP", "NG", "PL"};
    constexpr std::string_view kSdks[] = {"typescript", "python", "go", "rust", "java"};
    Random random{world_.community.seed(), Purpose::kSignup, static_cast<std::uint64_t>(facts.day)};
    for (auto left = facts.observed[static_cast<std::size_t>(Series::kSignups)]; left > 0; --left) {
      auto time = world_.second(facts.day) + second_of_day(random, random.range(-8, 9) * 60);
      auto number = ++users_;
      std::string email = fmt::format("user{}@mailbox.example", 10000 + mix(number) % 9'000'000);
      auto country = random.pick<std::string_view>(kCountries);
      const auto& people = world_.community.people();
      while (next_ < people.size() && !people[next_].has(Platform::kProduct)) ++next_;
      if (next_ < people.size() && people[next_].arrival <= facts.day && random.chance(0.5)) {
        email = world_.community.account(next_, Platform::kProduct, facts.day).email;
        country = world_.community.culture(people[next_]).country;
        ++next_;
      }
      fmt::format_to(std::back_inserter(signups_.buffer()), "{},u{:07},{},{},{},{}\n", iso_utc(time), number, email, country, random.pick<std::string_view>(kPlans), campaign(facts, random));
      signups_.flush_if_full();
    }
    for (auto left = facts.observed[static_cast<std::size_t>(Series::kFirstCalls)]; left > 0; --left) {
      if (users_ == 0) break;
      auto time = world_.second(facts.day) + second_of_day(random, random.range(-8, 9) * 60);
      // Mostly of those who signed up lately.
      auto back = static_cast<std::uint64_t>(random.exponential(0.02 * static_cast<double>(users_) + 5));
      fmt::format_to(std::back_inserter(events_.buffer()), "{},u{:07},first_api_call,{}\n", iso_utc(time), users_ - std::min(back, users_ - 1), random.pick<std::string_view>(kSdks));
      events_.flush_if_full();
    }
  }

  Result<> finish() override {
    TRY(signups_.close());
    return events_.close();
  }

 private:
  // The campaign that the sign-up form saw, "" for most: tagged links of the last weeks.
  std::string campaign(const DayFacts& facts, Random& random) const {
    double u = random.uniform() * std::max(1e-9, facts.expected[static_cast<std::size_t>(Series::kSignups)]);
    for (const auto& work : world_.works) {
      if (work.day > facts.day) break;
      if (facts.day - work.day > 30) continue;
      u -= 0.7 * std::max(0.0, series_.effect(work, Series::kSignups, facts.day)) + 0.01 * facts.baseline[static_cast<std::size_t>(Series::kSignups)];
      if (u < 0) return fmt::format("w{:04}", work.number);
    }
    return {};
  }

  const World& world_;
  SeriesModel series_;
  OutFile signups_, events_;
  PersonId next_;
  std::uint64_t users_ = 0;
};

}  // namespace

std::unique_ptr<Writer> open_product(const WriterContext& context) { return std::make_unique<ProductWriter>(context); }

}  // namespace rapport::sim
