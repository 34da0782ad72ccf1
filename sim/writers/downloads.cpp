// downloads/npm/kelvane.<year>.json as GET api.npmjs.org/downloads/range/… answers (at most 18 months a request), and
// downloads/pypi/kelvane.json as pypistats.org's /api/packages/kelvane/overall.
#include <fmt/format.h>

#include "base/json_writer.h"
#include "sim/out_file.h"
#include "sim/writer.h"

namespace rapport::sim {
namespace {

class DownloadsWriter : public Writer {
 public:
  explicit DownloadsWriter(const WriterContext& context) : world_(context.world), folder_(context.folder / "downloads") {}

  void day(const DayFacts& facts) override {
    auto date = world_.calendar.date(facts.day);
    auto year = static_cast<int>(std::chrono::year_month_day{date}.year());
    if (year != year_) end_year();
    if (days_.empty()) first_ = date;
    year_ = year;
    last_ = date;
    days_.push_back(facts.observed[static_cast<std::size_t>(Series::kNpm)]);
    if (facts.day > 0) pypi_ += ",\n";
    pypi_ += fmt::format("{{\"category\":\"without_mirrors\",\"date\":\"{}\",\"downloads\":{}}}", format_day(date), facts.observed[static_cast<std::size_t>(Series::kPypi)]);
  }

  Result<> finish() override {
    end_year();
    file_.open(folder_ / "pypi/kelvane.json");
    file_.write("{\"data\":[\n" + pypi_ + "\n],\"package\":\"kelvane\",\"type\":\"overall_downloads\"}\n");
    return file_.close();
  }

 private:
  void end_year() {
    if (days_.empty()) return;
    JsonWriter json;
    json.begin_object().key("start").value(format_day(first_)).key("end").value(format_day(last_)).key("package").value("kelvane").key("downloads").begin_array();
    for (std::size_t i = 0; i < days_.size(); ++i)
      json.begin_object().key("downloads").value(days_[i]).key("day").value(format_day(first_ + std::chrono::days{i})).end_object();
    json.end_array().end_object();
    file_.open(folder_ / "npm" / fmt::format("kelvane.{}.json", year_));
    file_.write(json.text());
    days_.clear();
  }

  const World& world_;
  std::filesystem::path folder_;
  OutFile file_;
  std::vector<std::int64_t> days_;
  std::string pypi_;
  int year_ = 0;
  Day first_{}, last_{};
};

}  // namespace

std::unique_ptr<Writer> open_downloads(const WriterContext& context) { return std::make_unique<DownloadsWriter>(context); }

}  // namespace rapport::sim
