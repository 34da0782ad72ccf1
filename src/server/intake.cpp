#include "server/intake.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/time.h"
#include "http/signature.h"

namespace rapport {
namespace {

constexpr std::string_view kActivities = "/api/v1/activities";
constexpr std::string_view kWebhooks = "/api/v1/webhooks/";
constexpr std::size_t kMostActivities = 1000;
constexpr std::size_t kLongestKey = 200;

// The value after "Bearer ".
std::string_view bearer(const Request& request) {
  constexpr std::string_view kScheme = "Bearer ";
  std::string_view value = request.authorization;
  return starts_with_ignoring_case(value, kScheme) ? trim(value.substr(kScheme.size())) : std::string_view{};
}

bool knows(std::string_view secret, std::string_view given) { return !secret.empty() && equal_in_constant_time(secret, given); }

constexpr const char* kSendKey = "send the header Authorization: Bearer KEY, with the key that [intake] in rapport.toml names";
constexpr const char* kSign = "give the sender the secret that [intake] in rapport.toml names for this webhook; it comes as X-Hub-Signature-256, X-Gitlab-Token or Authorization: Bearer";

// What an activity must have, as the next sync will want it; a mistake is told to who made it and not to a log.
Result<> check_activity(const JsonValue& activity) {
  if (!activity.is_object()) return fail(Error::Kind::kBadInput, "an activity is an object", "send {\"id\": …, \"kind\": …, \"happened_at\": …} or a list of such");
  for (const char* needed : {"kind", "happened_at"})
    if (!activity[needed].is_string() || trim(activity[needed].text()).empty())
      return fail(Error::Kind::kBadInput, fmt::format("`{}` is missing", needed), "see docs/howto/send-activities.md");
  TRY(parse_time(activity["happened_at"].text()).in("happened_at"));
  auto id = activity["id"];
  if (!id.is_null() && !id.is_string() && !id.integer()) return fail(Error::Kind::kBadInput, "`id` is neither a text nor a whole number", "send a text");
  return {};
}

// The activity with its id: its own, or the request's idempotency key and its place in the request.
std::string line_of(const JsonValue& activity, std::string_view idempotency_key, std::size_t number) {
  JsonWriter json;
  json.begin_object();
  bool has_id = !activity["id"].is_null();
  if (!has_id) json.key("id").value(number == 0 ? std::string{idempotency_key} : fmt::format("{}/{}", idempotency_key, number));
  for (const auto& [name, value] : activity.members())
    if (name != "id" || has_id) json.key(name).raw(value.to_json());
  json.end_object();
  return std::move(json).text() + "\n";
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= 60 && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string_view::npos;
}

Answer accepted(std::size_t count) {
  Answer answer;
  answer.status = 202;
  answer.body = fmt::format("{{\"accepted\":{}}}", count);
  return answer;
}

}  // namespace

bool Intake::takes(const Request& request) {
  return request.method == "POST" && (request.path == kActivities || request.path.starts_with(kWebhooks));
}

Answer Intake::take(const Request& request) {
  auto taken = request.path == kActivities ? take_activities(request) : take_webhook(request, request.path.substr(kWebhooks.size()));
  return taken ? std::move(*taken) : error_answer(taken.error());
}

Result<Answer> Intake::take_activities(const Request& request) {
  if (rules_.key.empty())
    return fail(Error::Kind::kAuth, "this server takes no activities", "set key = \"$NAME_OF_A_VARIABLE\" under [intake] in rapport.toml, and that variable, then start it again");
  if (!knows(rules_.key, bearer(request))) return fail(Error::Kind::kAuth, request.authorization.empty() ? "no key was sent" : "that is not the key", kSendKey);
  JsonDocument document;
  auto root = TRY(document.parse(request.body).in("the body"));
  auto activities = root.is_array() ? root.items() : std::vector<JsonValue>{root};
  if (activities.size() > kMostActivities)
    return fail(Error::Kind::kBadInput, fmt::format("{} activities are too many", activities.size()), fmt::format("send at most {} at once", kMostActivities));
  auto key = trim(request.idempotency_key);
  if (key.size() > kLongestKey) return fail(Error::Kind::kBadInput, "the Idempotency-Key is too long", fmt::format("send at most {} bytes", kLongestKey));
  std::string lines;
  for (std::size_t i = 0; i < activities.size(); ++i) {
    TRY(check_activity(activities[i]).in(fmt::format("activity {}", i + 1)));
    if (activities[i]["id"].is_null() && key.empty())
      return fail(Error::Kind::kBadInput, "neither `id` nor the header Idempotency-Key was sent", "send one of them, so that the same thing sent twice is one");
    lines += line_of(activities[i], key, i);
  }
  if (!lines.empty()) TRY(append(folder_ / "activities", lines));
  return accepted(activities.size());
}

Result<Answer> Intake::take_webhook(const Request& request, const std::string& name) {
  auto found = is_plain_name(name) ? rules_.webhooks.find(name) : rules_.webhooks.end();
  if (found == rules_.webhooks.end())
    return fail(Error::Kind::kNotFound, "no such webhook", "name it under [intake.webhooks] in rapport.toml: its name (a-z, 0-9, -, _) = \"$VARIABLE_OF_ITS_SECRET\"");
  bool proven = is_signed_sha256(found->second, request.body, request.signature) || knows(found->second, bearer(request)) || knows(found->second, request.token);
  if (!proven) return fail(Error::Kind::kAuth, "the delivery is not signed with the secret of this webhook", kSign);
  JsonDocument document;
  auto body = document.parse(request.body);
  JsonWriter json;
  json.begin_object().key("received_at").value(format_time(now())).key("headers").begin_object();
  for (const auto& [header, value] : request.webhook_headers) json.key(header).value(value);
  // As it was sent, so that the signature can be checked again; and as JSON, so that columns of it can be named.
  json.end_object().key("body").value(request.body).key("json").raw(body ? body->to_json() : "null").end_object();
  TRY(append(folder_ / "webhooks" / name, std::move(json).text() + "\n"));
  return accepted(1);
}

// Whole lines or nothing, also beside another server that writes to the same file (flock(2)), and on disk before the answer is.
Result<> Intake::append(const std::filesystem::path& folder, const std::string& lines) {
  std::lock_guard lock{mutex_};
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);  // if not, opening says why
  auto file = folder / (format_day(std::chrono::floor<std::chrono::days>(now())).substr(0, 7) + ".jsonl");
  auto trouble = [&](const char* what, int error) {
    return fail(Error::Kind::kUpstream, fmt::format("cannot {} {}: {}", what, file.string(), std::strerror(error)), "make room or give the server the right to write there");
  };
  int descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return trouble("open", errno);
  ::flock(descriptor, LOCK_EX);
  auto before = ::lseek(descriptor, 0, SEEK_END);
  errno = 0;  // a write that ends early says no more than that
  bool whole = ::write(descriptor, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size()) && ::fsync(descriptor) == 0;
  int error = whole ? 0 : errno == 0 ? ENOSPC : errno;
  if (!whole && before >= 0 && ::ftruncate(descriptor, before) != 0) error = errno;
  ::close(descriptor);  // and gives the lock back
  return whole ? Result<>{} : trouble("write", error);
}

}  // namespace rapport
