#include "server/source_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "server/source_json.h"
#include "sources/adding.h"

namespace rapport {
namespace {

constexpr std::string_view kRecognise = "/api/v1/recognise";
constexpr std::string_view kSources = "/api/v1/sources";
constexpr std::size_t kLongestName = 100;
constexpr std::size_t kLongestValue = 4000;

// Why a source was not added, and which field of the form it is about.
struct Refusal {
  Error error;
  std::string field = {};    // "name", "connector", or a setting's; empty = none of them
  std::string by_hand = {};  // what may be written into rapport.toml instead
  int status = 0;            // 0 = what fits the error
};

Answer refusal_answer(const Refusal& refusal) {
  auto answer = error_answer(refusal.error);
  if (refusal.status != 0) answer.status = refusal.status;
  else if (answer.status == 404 || answer.status == 403) answer.status = 400;  // the place, not this address, is not there or not open
  answer.body.pop_back();
  JsonWriter field, by_hand;
  answer.body += fmt::format(",\"field\":{},\"by_hand\":{}}}", field.value(refusal.field).text(), by_hand.value(refusal.by_hand).text());
  return answer;
}

Answer json_answer(int status, std::string body) {
  Answer answer;
  answer.status = status;
  answer.body = std::move(body);
  answer.headers.emplace_back("Cache-Control", "no-store");
  return answer;
}

// One line of text that may stand in rapport.toml and in a terminal.
Result<std::string> line_of(const JsonValue& value, std::string_view field, std::size_t longest) {
  if (!value.is_string()) return fail(Error::Kind::kBadInput, fmt::format("`{}` is not a text", field), "send it as a JSON string");
  std::string text{trim(value.text())};
  if (text.size() > longest) return fail(Error::Kind::kBadInput, fmt::format("`{}` is longer than {} bytes", field, longest), "shorten it");
  if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
    return fail(Error::Kind::kBadInput, fmt::format("`{}` holds a line break or another control character", field), "write it in one line");
  return text;
}

// It becomes a folder's name in the cache, too.
Result<> check_name(const std::string& name) {
  if (name.empty()) return fail(Error::Kind::kBadInput, "`name` is missing", "give the source a short name, such as forum");
  if (name.find_first_of("/\\") != std::string::npos || name.front() == '.' || name.front() == '-')
    return fail(Error::Kind::kBadInput, fmt::format("`name` is \"{}\"", name), "begin it with a letter or digit, and leave out slashes");
  return {};
}

// A path is meant from the folder of rapport.toml, not from where the server was started; "~" is home, as in a shell.
std::string from_home(const std::filesystem::path& home, const std::string& what) {
  std::error_code ignored;
  if (what.find("://") != std::string::npos) return what;
  const char* user = std::getenv("HOME");
  if (what.starts_with("~/") && user != nullptr) return (std::filesystem::path{user} / what.substr(2)).string();
  if (auto path = home / what; std::filesystem::exists(path, ignored)) return path.lexically_normal().string();
  return what;
}

// The request as a source, its values lines of text.
struct Asked {
  SourceConfig source;
  const ConnectorEntry* connector = nullptr;
};

tl::expected<Asked, Refusal> asked_for(const JsonValue& root) {
  Asked asked;
  auto name = line_of(root["name"], "name", kLongestName);
  if (!name) return tl::unexpected(Refusal{name.error(), "name"});
  if (auto good = check_name(*name); !good) return tl::unexpected(Refusal{good.error(), "name"});
  asked.source.name = *name;
  auto connector = line_of(root["connector"], "connector", kLongestName);
  auto found = connector ? find_connector(*connector) : fail(connector.error());
  if (!found) return tl::unexpected(Refusal{found.error(), "connector"});
  asked.connector = *found;
  asked.source.connector = *connector;
  for (const auto& [setting, value] : root["settings"].members()) {
    auto text = line_of(value, setting, kLongestValue);
    if (!text) return tl::unexpected(Refusal{text.error(), std::string{setting}});
    if (!text->empty()) asked.source.settings.emplace(setting, std::move(*text));
  }
  return asked;
}

}  // namespace

bool SourceForm::takes(const Request& request) { return request.method == "POST" && (request.path == kRecognise || request.path == kSources); }

std::optional<Answer> SourceForm::refuse(const Request& request) {
  auto no = [](std::string what, std::string fix) { return error_answer({Error::Kind::kAuth, std::move(what), std::move(fix), {}}); };
  bool own_page = request.fetch_site.empty() || request.fetch_site == "same-origin";
  bool own_origin = request.origin.empty() || lower_ascii(request.origin) == "http://" + lower_ascii(request.host);
  if (!own_page || !own_origin) return no("asked by the page of another site", "add sources on Rapport's own page, or with `rapport add`");
  auto type = lower_ascii(trim(std::string_view{request.content_type}.substr(0, request.content_type.find(';'))));
  if (type != "application/json") return no("the body does not say that it is JSON", "send the header Content-Type: application/json");
  return {};
}

Answer SourceForm::take(const Request& request) {
  if (auto known = check_parameters(request, {}, {}); !known) return error_answer(known.error());
  if (request.path == kSources) return add(request);
  auto answer = recognise(request);
  return answer ? std::move(*answer) : error_answer(answer.error());
}

Result<Answer> SourceForm::recognise(const Request& request) const {
  JsonDocument document;
  auto root = TRY(document.parse(request.body).in("the body"));
  auto what = TRY(line_of(root["what"], "what", kLongestValue));
  if (what.empty()) return fail(Error::Kind::kBadInput, "`what` is empty", "give an address or a path");
  auto workspace = TRY(open_workspace(home_));
  auto understood = understand(from_home(home_, what));
  if (!understood) {
    if (understood.error().kind == Error::Kind::kBadInput) understood.error().fix = "choose the kind of source from the list";
    return fail(understood.error());
  }
  JsonWriter json;
  auto write = [&](const Understood& one) {
    auto source = source_of(workspace, one, {}, {});
    json.begin_object().key("understood").value(one.found.understood).key("source");
    write_source(json, source);
    auto reason = one.connector->by_hand == nullptr ? std::string{} : one.connector->by_hand(source.settings);
    json.key("why_by_hand").value(reason).key("by_hand").value(reason.empty() ? std::string{} : source_block(source)).key("also").begin_array();
  };
  write(*understood);
  for (const auto& also : understood->found.also) {
    write(TRY(understand(also.what, also.connector)));
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return json_answer(200, std::move(json).text());
}

Answer SourceForm::add(const Request& request) {
  JsonDocument document;
  auto root = document.parse(request.body).in("the body");
  if (!root) return refusal_answer({root.error()});
  auto asked = asked_for(*root);
  if (!asked) return refusal_answer(asked.error());
  auto& [source, connector] = *asked;
  auto declared = connector->info.settings;
  if (auto reason = connector->by_hand == nullptr ? std::string{} : connector->by_hand(source.settings); !reason.empty()) {
    Error error{Error::Kind::kBadInput, "this source can only be written into rapport.toml by hand: " + reason, "append the text below to rapport.toml", {}};
    return refusal_answer({error, std::string{setting_at_fault(error, declared)}, source_block(source)});
  }
  if (source.settings.contains(std::string{kCacheSetting}))
    return refusal_answer({{Error::Kind::kBadInput, fmt::format("`{}` is not for this page: Rapport writes there", kCacheSetting), "leave it out; Rapport chooses a folder", {}},
                           std::string{kCacheSetting}, source_block(source)});
  std::lock_guard lock{mutex_};
  auto workspace = open_workspace(home_);  // as it is now: it may have been edited
  if (!workspace) return refusal_answer({workspace.error()});
  if (workspace->has_source(source.name))
    return refusal_answer({{Error::Kind::kBadInput, fmt::format("there is a source called `{}` already", source.name), "choose another name", {}}, "name", {}, 409});
  for (const auto& setting : declared)
    if (auto given = source.settings.find(std::string{setting.name}); setting.path && given != source.settings.end()) given->second = from_home(home_, given->second);
  source = source_of(*workspace, {connector, {}}, source.settings, source.name);
  auto unset = check_source(*workspace, *connector, source);
  if (!unset) return refusal_answer({unset.error(), std::string{setting_at_fault(unset.error(), declared)}});
  if (auto written = append_source(*workspace, source); !written) return refusal_answer({written.error()});
  JsonWriter json;
  json.begin_object().key("source");
  write_source(json, source);
  json.key("warnings").begin_array();
  for (const auto& variable : *unset) json.value(variable.what + ": " + variable.fix);
  json.end_array().key("written").value(source_block(source)).key("next").value("rapport sync " + shell_word(source.name)).end_object();
  return json_answer(201, std::move(json).text());
}

}  // namespace rapport
