// npm and PyPI as they tell about one package: its versions (the simulation's releases) and its downloads a day, out of
// downloads/. pypistats keeps 180 days, npm answers at most 18 months a request.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/file.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/time.h"
#include "sim/parameters.h"
#include "sim/serve/apis.h"

namespace rapport::sim {
namespace {

constexpr std::string_view kPackage = "kelvane";
constexpr int kLongestRange = 549, kKept = 180;  // days

struct Version {
  std::string number, released;  // ISO
};

// The versions of the SDK, oldest first, out of truth/works.csv: "w0008,release,2023-02-14,Kelvane 1.1.0,…".
std::vector<Version> versions_of(const fs::path& folder) {
  std::vector<Version> versions;
  auto text = read_file(folder / "truth/works.csv");
  if (!text) return versions;
  for (auto line : split(*text, '\n')) {
    auto cells = split(line, ',');
    if (cells.size() > 3 && cells[1] == "release") versions.push_back({std::string{cells[3].substr(cells[3].rfind(' ') + 1)}, fmt::format("{}T14:00:00.000Z", cells[2])});
  }
  return versions;
}

ApiAnswer json_answer(const JsonWriter& json, int status = 200) { return {status, kJsonType, json.text(), {}}; }

class NpmApi : public Api {
 public:
  explicit NpmApi(const fs::path& folder) : versions_(versions_of(folder)) {
    std::error_code ignored;
    JsonDocument document;
    for (const auto& entry : fs::directory_iterator(folder / "downloads/npm", ignored))
      if (auto text = read_file(entry.path()))
        if (auto year = document.parse(*text))
          for (const auto& day : (*year)["downloads"].items()) days_[std::string{day["day"].text()}] = day["downloads"].integer().value_or(0);
  }

  ApiAnswer answer(const ApiRequest& request) override {
    auto parts = split(request.path, '/');  // "", "downloads", "range", "<from>:<to>", package; or "", package
    if (parts.size() == 2) return parts[1] == kPackage ? packument() : ApiAnswer{404, kJsonType, "{\"error\":\"Not found\"}", {}};
    if (parts.size() != 5 || parts[1] != "downloads" || (parts[2] != "range" && parts[2] != "point")) return {404, kJsonType, "{\"error\":\"not found\"}", {}};
    if (parts[4] != kPackage) return {404, kJsonType, fmt::format("{{\"error\":\"package {} not found\"}}", printable(replace_all(parts[4], "\"", ""))), {}};
    auto colon = parts[3].find(':');
    auto from = parse_day(parts[3].substr(0, colon));
    auto to = colon == std::string_view::npos ? from : parse_day(parts[3].substr(colon + 1));
    if (!from || !to || *from > *to) return {400, kJsonType, "{\"error\":\"Bad Request: invalid date format\"}", {}};
    // A longer range is cut at its end, without a word.
    return downloads(*from, std::min(*to, *from + std::chrono::days{kLongestRange}), parts[2] == "point");
  }

 private:
  ApiAnswer downloads(Day from, Day to, bool in_one) const {
    JsonWriter json;
    std::int64_t sum = 0;
    JsonWriter list;
    list.begin_array();
    for (auto day = from; day <= to; day += std::chrono::days{1}) {
      auto found = days_.find(format_day(day));
      auto count = found == days_.end() ? 0 : found->second;  // npm says 0 for days before a package existed
      sum += count;
      list.begin_object().key("downloads").value(count).key("day").value(format_day(day)).end_object();
    }
    list.end_array();
    json.begin_object();
    if (in_one) json.key("downloads").value(sum);
    json.key("start").value(format_day(from)).key("end").value(format_day(to)).key("package").value(kPackage);
    if (!in_one) json.key("downloads").raw(list.text());
    json.end_object();
    return json_answer(json);
  }

  ApiAnswer packument() const {
    JsonWriter json;
    json.begin_object().key("_id").value(kPackage).key("name").value(kPackage).key("description").value("Kelvane for TypeScript; it is made up").key("dist-tags").begin_object();
    if (!versions_.empty()) json.key("latest").value(versions_.back().number);
    json.end_object().key("versions").begin_object();
    for (const auto& version : versions_)
      json.key(version.number).begin_object().key("name").value(kPackage).key("version").value(version.number).key("license").value("Apache-2.0").end_object();
    json.end_object().key("time").begin_object();
    if (!versions_.empty()) json.key("modified").value(versions_.back().released).key("created").value(versions_.front().released);
    for (const auto& version : versions_) json.key(version.number).value(version.released);
    json.end_object().key("maintainers").begin_array().begin_object().key("name").value("kelvane").key("email").value(fmt::format("devrel@{}", kDomain)).end_object().end_array();
    json.key("license").value("Apache-2.0").key("repository").begin_object().key("type").value("git").key("url").value("git+https://github.com/kelvane/kelvane.git").end_object().end_object();
    return json_answer(json);
  }

  std::vector<Version> versions_;
  std::map<std::string, std::int64_t, std::less<>> days_;
};

class PypiApi : public Api {
 public:
  explicit PypiApi(const fs::path& folder) : versions_(versions_of(folder)), file_(folder / "downloads/pypi/kelvane.json") {}

  ApiAnswer answer(const ApiRequest& request) override {
    if (request.path == "/pypi/kelvane/json") return project();
    if (request.path == "/api/packages/kelvane/overall") return overall(request);
    return {404, kJsonType, "{\"message\": \"Not Found\"}", {}};
  }

 private:
  ApiAnswer overall(const ApiRequest& request) const {
    auto text = read_file(file_);
    JsonDocument document;
    auto whole = text ? document.parse(*text) : Result<JsonValue>{};
    JsonWriter json;
    json.begin_object().key("data").begin_array();
    if (whole && request.parameter("mirrors") != "true") {
      auto days = (*whole)["data"].items();
      for (auto i = days.size() - std::min<std::size_t>(days.size(), kKept); i < days.size(); ++i) json.raw(days[i].to_json());
    }
    json.end_array().key("package").value(kPackage).key("type").value("overall_downloads").end_object();
    return json_answer(json);
  }

  ApiAnswer project() const {
    JsonWriter json;
    json.begin_object().key("info").begin_object().key("name").value(kPackage).key("version").value(versions_.empty() ? "" : versions_.back().number);
    json.key("summary").value("Kelvane for Python; it is made up").key("author").value("Kelvane").key("license").value("Apache-2.0").end_object().key("last_serial").value(versions_.size()).key("releases").begin_object();
    for (const auto& version : versions_) {
      json.key(version.number).begin_array().begin_object().key("filename").value(fmt::format("kelvane-{}-py3-none-any.whl", version.number)).key("packagetype").value("bdist_wheel");
      json.key("upload_time_iso_8601").value(version.released).key("yanked").value(false).end_object().end_array();
    }
    json.end_object().key("vulnerabilities").begin_array().end_array().end_object();
    return json_answer(json);
  }

  std::vector<Version> versions_;
  fs::path file_;
};

}  // namespace

Result<std::unique_ptr<Api>> open_npm_api(const fs::path& folder) { return std::unique_ptr<Api>{std::make_unique<NpmApi>(folder)}; }
Result<std::unique_ptr<Api>> open_pypi_api(const fs::path& folder) { return std::unique_ptr<Api>{std::make_unique<PypiApi>(folder)}; }

}  // namespace rapport::sim
