#include "connectors/mbox/archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/mbox/headers.h"
#include "connectors/saved_files.h"

namespace rapport::mbox {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNewest = 2;  // these may still grow; a month that is over is asked for once

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view without_query(std::string_view url) { return url.substr(0, url.find_first_of("?#")); }

// The folder that relative links on the page at `url` are meant from.
std::string folder_of(std::string_view url) {
  auto plain = without_query(url);
  auto last = plain.substr(plain.rfind('/') + 1);
  if (plain.ends_with('/') || plain.size() < 9) return std::string{plain};
  if (last.find(".htm") != std::string_view::npos) return std::string{plain.substr(0, plain.rfind('/') + 1)};
  return std::string{plain} + "/";
}

bool is_mail_file(std::string_view name) {
  for (std::string_view ending : {".mbox", ".mbox.gz", ".txt", ".txt.gz", ".mbox.xz", ".zip"})
    if (name.size() > ending.size() && name.ends_with(ending)) return true;
  return false;
}

// Letters, digits and a few signs, not beginning with a dot: a name that leads nowhere else.
bool is_safe_name(std::string_view name) {
  if (name.empty() || name.size() > 120 || name.front() == '.') return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_' || c == '+' || c == '@'; });
}

// What stands in quotes behind href=.
std::vector<std::string> links_of(std::string_view page) {
  std::vector<std::string> links;
  auto lower = lower_ascii(page);
  for (std::size_t at = lower.find("href="); at != std::string::npos; at = lower.find("href=", at + 5)) {
    auto start = at + 5;
    if (start >= page.size() || (page[start] != '"' && page[start] != '\'')) continue;
    auto end = page.find(page[start], start + 1);
    if (end == std::string_view::npos) break;
    links.push_back(replace_all(page.substr(start + 1, end - start - 1), "&amp;", "&"));
  }
  return links;
}

// 2016 and 3 of ".../2016/3/"; nullopt for other links.
std::optional<std::chrono::year_month> month_of_link(std::string_view link) {
  while (link.ends_with('/')) link.remove_suffix(1);
  auto parts = split(link, '/');
  if (parts.size() < 2) return std::nullopt;
  auto year = parts[parts.size() - 2], month = parts.back();
  if (year.size() != 4 || month.empty() || month.size() > 2 || !std::all_of(year.begin(), year.end(), is_digit) || !std::all_of(month.begin(), month.end(), is_digit)) return std::nullopt;
  std::chrono::year_month found{std::chrono::year{std::stoi(std::string{year})}, std::chrono::month{static_cast<unsigned>(std::stoi(std::string{month}))}};
  return found.ok() && found.year() > std::chrono::year{1970} ? std::optional{found} : std::nullopt;
}

std::vector<ArchiveFile> hyperkitty_months(std::string_view url, std::string_view page, Day today) {
  auto folder = folder_of(url);
  auto list = list_of_address(url);
  std::chrono::year_month last{std::chrono::year_month_day{today}.year(), std::chrono::year_month_day{today}.month()};
  std::optional<std::chrono::year_month> first;
  for (const auto& link : links_of(page))
    if (auto month = month_of_link(without_query(link)); month && (!first || *month < *first)) first = month;
  std::vector<ArchiveFile> files;
  for (auto month = first.value_or(last); first && month <= last; month += std::chrono::months{1}) {
    auto from = format_day(Day{month / 1}), to = format_day(Day{(month + std::chrono::months{1}) / 1});
    auto name = fmt::format("{}-{}.mbox.gz", list, from.substr(0, 7));
    files.push_back({name, fmt::format("{}export/{}?start={}&end={}", folder, name, from, to)});
  }
  return files;
}

// "2016-March.txt.gz" -> 201603, so that months come in their order; what names none comes last.
int order_of(std::string_view name) {
  constexpr std::string_view kMonths[] = {"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"};
  auto lower = lower_ascii(name);
  if (lower.size() < 6 || !std::all_of(lower.begin(), lower.begin() + 4, is_digit)) return 999'999;
  int year = std::stoi(lower.substr(0, 4));
  if (is_digit(lower[4]) && is_digit(lower[5])) return year * 100 + std::stoi(lower.substr(4, 2));
  for (int i = 0; i < 12; ++i)
    if (lower.find(kMonths[i]) == 5) return year * 100 + i + 1;
  return year * 100 + 99;
}

// Where the server says how long it is, and nothing was packed on the way.
bool is_cut(const HttpResponse& answer) {
  auto length = answer.header("Content-Length");
  if (length.empty() || length.size() > 15 || !std::all_of(length.begin(), length.end(), is_digit) || !answer.header("Content-Encoding").empty()) return false;
  return answer.body.size() < std::stoull(std::string{length});
}

// An mbox, a mail, or something packed.
bool begins_as_mail(std::string_view start) {
  if (start.starts_with("PK") || static_cast<unsigned char>(start.front()) < ' ' || static_cast<unsigned char>(start.front()) >= 0x80) return true;
  return start.starts_with("From ") || is_header_line(start.substr(0, start.find('\n')));
}

bool is_hyperkitty(std::string_view url) { return url.find("/list/") != std::string_view::npos && url.find('@') != std::string_view::npos; }

}  // namespace

std::string list_of_address(std::string_view url) {
  auto path = without_query(url);
  while (path.ends_with('/')) path.remove_suffix(1);
  auto parts = split(path, '/');
  while (parts.size() > 3) {
    auto part = parts.back();
    parts.pop_back();
    if (is_mail_file(part) || part.find(".htm") != std::string_view::npos || part == "messages" || part == "latest") continue;
    std::string name = percent_decoded(part);
    name = lower_ascii(name.substr(0, name.find('@')));
    if (is_safe_name(name)) return name;
  }
  return "list";
}

std::vector<ArchiveFile> files_on_page(std::string_view url, std::string_view page, Day today) {
  if (is_hyperkitty(url)) return hyperkitty_months(url, page, today);
  auto folder = folder_of(url);
  std::vector<ArchiveFile> files;
  std::set<std::string> seen;
  for (std::string link : links_of(page)) {
    if (link.starts_with(folder)) link.erase(0, folder.size());
    if (link.starts_with("./")) link.erase(0, 2);
    if (auto box = link.find(".mbox/"); box != std::string::npos) link.resize(box + 5);  // mod_mbox: "201603.mbox/thread"
    if (!is_safe_name(link) || !is_mail_file(link) || !seen.insert(link).second) continue;
    files.push_back({link, folder + link});
  }
  std::stable_sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return order_of(a.name) < order_of(b.name); });
  if (files.empty() && page.find("public-inbox") != std::string_view::npos) files.push_back({"all.mbox.gz", folder + "all.mbox.gz"});
  return files;
}

Download::Download(const WebArchive& archive, const std::string& cursor) : archive_(archive) {
  JsonDocument document;
  auto root = document.parse(cursor);
  if (!root) return;
  listed_ = (*root)["listed"].truth();
  for (const auto& name : (*root)["todo"].items())
    if (is_safe_name(name.text())) todo_.emplace_back(name.text());
  for (const auto& [name, known] : (*root)["known"].members())
    if (auto parts = known.items(); parts.size() == 3) known_[std::string{name}] = {std::string{parts[0].text()}, std::string{parts[1].text()}, std::string{parts[2].text()}};
}

std::string Download::cursor() const {
  JsonWriter json;
  json.begin_object().key("listed").value(listed_).key("todo").begin_array();
  for (const auto& name : todo_) json.value(name);
  json.end_array().key("known").begin_object();
  for (const auto& [name, known] : known_) json.key(name).begin_array().value(known.url).value(known.etag).value(known.modified).end_array();
  json.end_object().end_object();
  return std::move(json).text();
}

fs::path Download::path_of(const std::string& name) const { return archive_.folder / list_of_address(archive_.url) / name; }

Result<> Download::step(Http& http, Page& page) { return listed_ ? fetch(http, page) : list(http); }

Result<> Download::list(Http& http) {
  std::vector<ArchiveFile> files;
  auto host = host_of_address(archive_.url);
  auto last = without_query(archive_.url).substr(without_query(archive_.url).rfind('/') + 1);
  if (host == "groups.io" || host.ends_with(".groups.io")) {
    auto group = list_of_address(archive_.url);
    files.push_back({"messages.mbox.zip", fmt::format("https://groups.io/api/v1/downloadarchives?group_name={}", percent_encoded(group))});
  } else if (is_mail_file(last) && is_safe_name(last)) {
    files.push_back({std::string{last}, archive_.url});
  } else {
    auto answer = TRY(http.get(archive_.url, {{"Accept", "text/html"}}));
    if (lower_ascii(answer.body).find("</html>") == std::string::npos)
      return fail(Error::Kind::kUpstream, fmt::format("the page at {} ends in the middle, or is none", printable(archive_.url)), "try again later, or give the page of a list's archive");
    files = files_on_page(archive_.url, answer.body, std::chrono::floor<std::chrono::days>(now()));
    if (files.empty())
      return fail(Error::Kind::kUpstream, fmt::format("the page at {} leads to no mails", printable(archive_.url)), "give the page of a list's archive that has the months to download, or an mbox file");
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    auto& known = known_[files[i].name];
    std::error_code failed;
    bool have = known.url == files[i].url && fs::exists(path_of(files[i].name), failed);
    if (!have) known = {};
    known.url = files[i].url;
    if (!have || i + kNewest >= files.size()) todo_.push_back(files[i].name);
  }
  std::reverse(todo_.begin(), todo_.end());  // the newest first
  listed_ = true;
  return {};
}

Result<> Download::fetch(Http& http, Page& page) {
  auto name = todo_.front();
  auto& known = known_[name];
  HttpRequest request{"GET", known.url, {}, {}};
  if (!known.etag.empty()) request.headers.emplace_back("If-None-Match", known.etag);
  if (!known.modified.empty()) request.headers.emplace_back("If-Modified-Since", known.modified);
  if (!archive_.token.empty()) request.headers.emplace_back("Authorization", "Bearer " + archive_.token);
  auto answer = TRY(http.send(request));
  if (answer.status == 404 || answer.status == 410) {
    page.rejected.push_back({name, "the archive names this file but has none", known.url});
  } else if (answer.status != 304) {
    if (answer.status < 200 || answer.status > 299) return fail(error_of_status(request, answer));
    auto start = trim(std::string_view{answer.body}.substr(0, 256));
    if (is_cut(answer)) return fail(Error::Kind::kUpstream, fmt::format("{} came only in part", printable(known.url)), "try again later");
    if (!start.empty() && !begins_as_mail(start))
      return fail(Error::Kind::kUpstream, fmt::format("{} holds no mails", printable(known.url)), "try again later; if it stays so, the archive may ask for a login");
    auto path = path_of(name);
    std::error_code failed;
    fs::create_directories(path.parent_path(), failed);
    auto beside = path;
    beside += ".part";
    std::ofstream out{beside, std::ios::binary | std::ios::trunc};
    out.write(answer.body.data(), static_cast<std::streamsize>(answer.body.size()));
    out.close();
    if (out) fs::rename(beside, path, failed);
    if (!out || failed) return fail(Error::Kind::kBadInput, fmt::format("cannot write {}", path.string()), "check that there is space, and that the folder may be written");
    known.etag = answer.header("ETag");
    known.modified = answer.header("Last-Modified");
  }
  todo_.erase(todo_.begin());
  return {};
}

}  // namespace rapport::mbox
