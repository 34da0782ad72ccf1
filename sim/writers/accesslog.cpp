// web/access.log: the site's log in the combined format of Apache and nginx. Every human page view is one of the day's
// visits; crawlers come on top and say who they are. Clicks on tagged links go to works that changed nothing as well as
// to those that did: a click is no effect. Addresses are of the blocks reserved for documentation (RFC 5737, RFC 3849).
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "sim/out_file.h"
#include "sim/series.h"
#include "sim/writer.h"

namespace rapport::sim {
namespace {

constexpr std::string_view kBrowsers[] = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1",
};
constexpr std::string_view kCrawlers[] = {"Mozilla/5.0 (compatible; ExampleBot/2.1; +https://crawler.example/bot.html)", "SampleSpider/1.0 (+https://spider.example)", "python-requests/2.31.0"};
constexpr std::string_view kReferrers[] = {"-", "-", "-", "https://www.google.com/", "https://www.google.com/", "https://duckduckgo.com/", "https://forum.kelvane.example/", "https://github.com/", "https://news.example/"};

class AccessLogWriter : public Writer {
 public:
  explicit AccessLogWriter(const WriterContext& context)
      : world_(context.world), series_(world_.community, world_.calendar, world_.works), file_(context.folder / "web/access.log") {
    for (const auto& topic : world_.topics.topics())
      if (topic.is_documented()) pages_.push_back(fmt::format("/docs/{}", topic.page));
    for (auto page : {"/", "/docs/", "/pricing", "/blog/", "/signup"}) pages_.emplace_back(page);
  }

  void day(const DayFacts& facts) override {
    auto visits = facts.observed[static_cast<std::size_t>(Series::kVisits)];
    shares(facts);
    Random random{world_.community.seed(), Purpose::kVisit, static_cast<std::uint64_t>(facts.day)};
    auto crawls = random.poisson(0.09 * static_cast<double>(visits));
    // Times in order: the gaps of a uniform sample, by the exponential spacing of a sorted one.
    auto lines = visits + crawls;
    double sum = 0;
    gaps_.clear();
    for (std::int64_t i = 0; i <= lines; ++i) gaps_.push_back(sum += random.exponential(1));
    auto date = clf_date(facts.day);
    for (std::int64_t i = 0; i < lines; ++i) {
      auto second = static_cast<std::int64_t>(gaps_[static_cast<std::size_t>(i)] / sum * 86399);
      bool crawl = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(lines - i))) < crawls - crawled_;
      line(date, second, crawl, random);
      crawled_ += crawl;
    }
    crawled_ = 0;
  }

  Result<> finish() override { return file_.close(); }

 private:
  // How likely a visit comes by the tagged link of a work.
  void shares(const DayFacts& facts) {
    shares_.clear();
    auto visits = static_cast<std::size_t>(Series::kVisits);
    double expected = std::max(1e-9, facts.expected[visits]), sum = 0;
    for (const auto& work : world_.works) {
      int since = facts.day - work.day;
      if (since < 0) break;
      if (since > 45) continue;
      double clicks = 0.8 * std::max(0.0, series_.effect(work, Series::kVisits, facts.day)) + 0.02 * facts.baseline[visits] * std::exp(-since / 5.0);
      if (clicks > 0.001 * expected) shares_.emplace_back(sum += clicks / expected, &work);
    }
  }

  std::string clf_date(int day) const {
    constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::chrono::year_month_day date{world_.calendar.date(day)};
    return fmt::format("{:02}/{}/{}", static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()));
  }

  void line(const std::string& date, std::int64_t second, bool crawl, Random& random) {
    auto& out = file_.buffer();
    auto address = random.next();
    constexpr std::string_view kBlocks[] = {"192.0.2", "198.51.100", "203.0.113"};
    if (address % 10 == 0) fmt::format_to(std::back_inserter(out), "2001:db8:{:x}:{:x}::{:x}", address >> 48, address >> 32 & 0xffff, address >> 20 & 0xfff);
    else fmt::format_to(std::back_inserter(out), "{}.{}", kBlocks[address % 3], 1 + address / 16 % 254);
    fmt::format_to(std::back_inserter(out), " - - [{}:{:02}:{:02}:{:02} +0000] \"GET ", date, second / 3600, second / 60 % 60, second % 60);
    std::string_view referrer = random.pick<std::string_view>(kReferrers), agent = random.pick<std::string_view>(crawl ? std::span<const std::string_view>{kCrawlers} : kBrowsers);
    double u = random.uniform();
    int status = 200;
    if (crawl) {
      referrer = "-";
      out += random.chance(0.1) ? "/robots.txt" : pages_[random.below(pages_.size())];
    } else if (auto found = std::find_if(shares_.begin(), shares_.end(), [&](auto& share) { return u < share.first; }); found != shares_.end()) {
      std::string_view link = found->second->link;
      out += link.substr(link.find('/', 8));  // behind "https://host"
      referrer = "https://social.example/";
    } else if (random.chance(0.015)) {
      out += fmt::format("/docs/guides/old-{}", random.below(20));
      status = 404;
    } else {
      out += pages_[random.below(pages_.size())];
    }
    fmt::format_to(std::back_inserter(out), " HTTP/1.1\" {} {} \"{}\" \"{}\"\n", status, status == 404 ? 512 : 3000 + random.below(40000), referrer, agent);
    file_.flush_if_full();
  }

  const World& world_;
  SeriesModel series_;
  OutFile file_;
  std::vector<std::string> pages_;
  std::vector<double> gaps_;
  std::vector<std::pair<double, const Work*>> shares_;
  std::int64_t crawled_ = 0;
};

}  // namespace

std::unique_ptr<Writer> open_accesslog(const WriterContext& context) { return std::make_unique<AccessLogWriter>(context); }

}  // namespace rapport::sim
