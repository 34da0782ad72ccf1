#include "connectors/table/presets.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"

namespace rapport::table {
namespace {

// The name of the event is in the name of the file, where no column has it.
constexpr std::string_view kFileWithoutEnding = R"(regexp_replace(file, '\.[A-Za-z.]+$', ''))";
constexpr std::string_view kFirstAndLast = R"(concat_ws(' ', row->>'First Name', coalesce(row->>'Last Name', row->>'Surname')))";
// Of a report without a column of dates, its first day, which stands in the lines above the header.
constexpr std::string_view kDayOfReport = R"(coalesce(row->>'Date', regexp_extract(comments, '\d{8}')))";

const std::vector<Preset>& table() {
  static const std::vector<Preset> kTable{
      {"buttondown", "subscribers of a Buttondown newsletter", {"email", "subscriber_type", "creation_date"},
       {{"kind", "signup"}, {"time", "coalesce(row->>'subscription_date', creation_date)"}, {"email", "email"}, {"id", "email"}, {"place", "'newsletter'"},
        {"place_kind", "'newsletter'"}, {"attributes", "subscriber_type"}}},
      {"buttondown-api", "subscribers of a Buttondown newsletter", {"email_address", "type", "creation_date"},
       {{"kind", "signup"}, {"time", "creation_date"}, {"email", "email_address"}, {"id", "email_address"}, {"place", "'newsletter'"},
        {"place_kind", "'newsletter'"}, {"attributes", "type"}}},
      {"eventbrite", "attendees of Eventbrite events", {"Order #", "Order Date", "Email", "Ticket Type", "Attendee Status"},
       {{"kind", "rsvp"}, {"time", "\"Order Date\""}, {"email", "\"Email\""}, {"person_name", kFirstAndLast}, {"file_column", "file"}, {"full", "true"},
        {"place", R"(coalesce(row->>'Event Name', regexp_replace(file, '\.[A-Za-z.]+$', '')))"}, {"place_kind", "'event'"},
        {"where", "lower(\"Attendee Status\") IN ('attending', 'checked in')"}, {"attributes", "Ticket Type,Attendee Status"}},
       {{"kind", "attendance"}, {"time", "coalesce(row->>'Event Date', row->>'Event Start Date', row->>'Event Start Time')"},
        {"where", "lower(\"Attendee Status\") = 'checked in' AND coalesce(row->>'Event Date', row->>'Event Start Date', row->>'Event Start Time') IS NOT NULL"},
        {"id", "'came ' || md5(row::VARCHAR)"}}},
      {"ga4-days", "sessions by day from Google Analytics 4", {"Date", "Active users", "Sessions"},
       {{"kind", "visit"}, {"time", "\"Date\""}, {"amount", "\"Sessions\""}, {"id", "\"Date\""}, {"comment_column", "comments"}, {"attributes", "Active users"}}},
      {"ga4-pages", "page views from Google Analytics 4", {"Page path and screen class", "Views"},
       {{"kind", "page_view"}, {"time", kDayOfReport}, {"amount", "\"Views\""}, {"place", "\"Page path and screen class\""}, {"place_kind", "'page'"},
        {"comment_column", "comments"}, {"full", "true"}, {"where", "\"Page path and screen class\" IS NOT NULL"}}},
      {"ga4-traffic", "sessions by channel from Google Analytics 4", {"Session primary channel group (Default Channel Group)", "Sessions"},
       {{"kind", "visit"}, {"time", kDayOfReport}, {"amount", "\"Sessions\""}, {"place", "\"Session primary channel group (Default Channel Group)\""},
        {"place_kind", "'channel'"}, {"comment_column", "comments"}, {"full", "true"},
        {"where", "\"Session primary channel group (Default Channel Group)\" IS NOT NULL"}}},
      {"hubspot-contacts", "contacts of HubSpot", {"Record ID", "First Name", "Last Name", "Email", "Create Date"},
       {{"kind", "signup"}, {"time", "\"Create Date\""}, {"email", "\"Email\""}, {"person_name", kFirstAndLast}, {"id", "\"Record ID\""}, {"place", "'HubSpot'"},
        {"place_kind", "'crm'"}}},
      {"hubspot-deals", "deals of HubSpot", {"Record ID", "Deal Name", "Deal Stage", "Create Date"},
       {{"kind", "'product_event'"}, {"time", "\"Create Date\""}, {"title", "\"Deal Name\""}, {"id", "\"Record ID\""},
        {"place", "coalesce(row->>'Pipeline', 'HubSpot')"}, {"place_kind", "'crm'"}, {"attributes", "Deal Stage"}}},
      {"luma", "guests of Luma events", {"name", "email", "created_at", "approval_status", "checked_in_at"},
       {{"kind", "rsvp"}, {"time", "created_at"}, {"email", "email"}, {"person_name", "name"}, {"file_column", "file"}, {"full", "true"},
        {"place", kFileWithoutEnding}, {"place_kind", "'event'"}, {"where", "approval_status IN ('approved', 'pending_approval', 'waitlist')"},
        {"attributes", "approval_status"}},
       {{"kind", "attendance"}, {"time", "checked_in_at"}, {"where", "checked_in_at IS NOT NULL"}, {"id", "'came ' || md5(row::VARCHAR)"}}},
      {"mailchimp", "subscribers of a Mailchimp audience", {"Email Address", "OPTIN_TIME", "CONFIRM_TIME", "LEID", "EUID"},
       {{"kind", "signup"}, {"time", "coalesce(CONFIRM_TIME, OPTIN_TIME)"}, {"email", "\"Email Address\""}, {"person_name", kFirstAndLast}, {"id", "EUID"},
        {"place", "'newsletter'"}, {"place_kind", "'newsletter'"}}},
      {"matomo-days", "visits by day from Matomo", {"date", "nb_visits", "nb_actions"},
       {{"kind", "visit"}, {"time", "date"}, {"amount", "nb_visits"}, {"id", "date"}, {"attributes", "nb_actions"}}},
      {"matomo-days-translated", "visits by day from Matomo", {"Date", "Visits", "Unique visitors", "Actions"},
       {{"kind", "visit"}, {"time", "\"Date\""}, {"amount", "\"Visits\""}, {"id", "\"Date\""}, {"attributes", "Unique visitors,Actions"}}},
      {"matomo-pages", "page views by day from Matomo", {"date", "label", "nb_visits", "nb_hits"},
       {{"kind", "page_view"}, {"time", "date"}, {"amount", "nb_hits"}, {"place", "label"}, {"place_kind", "'page'"}, {"full", "true"}}},
      {"meetup", "RSVPs of a Meetup event", {"Name", "User ID", "RSVP", "RSVPed on", "URL of Member Profile"},
       {{"kind", "rsvp"}, {"time", "\"RSVPed on\""}, {"account", "\"User ID\""}, {"person_name", "\"Name\""}, {"platform", "'meetup'"}, {"file_column", "file"},
        {"full", "true"}, {"place", kFileWithoutEnding}, {"place_kind", "'event'"}, {"where", "lower(\"RSVP\") SIMILAR TO '(yes|waitlist).*'"},
        {"attributes", "RSVP"}}},
      {"meetup-members", "members of a Meetup group", {"Name", "Member ID", "Joined Group on", "URL of Member Profile"},
       {{"kind", "join"}, {"time", "\"Joined Group on\""}, {"account", "\"Member ID\""}, {"person_name", "\"Name\""}, {"platform", "'meetup'"},
        {"id", "\"Member ID\""}, {"place", "'Meetup'"}, {"place_kind", "'group'"}}},
      {"plausible-days", "visits by day from Plausible", {"date", "visitors", "pageviews", "visits"},
       {{"kind", "visit"}, {"time", "date"}, {"amount", "visits"}, {"id", "date"}, {"attributes", "visitors,pageviews"}}},
      {"plausible-pages", "page views by day from Plausible", {"date", "hostname", "page", "visitors", "pageviews"},
       {{"kind", "page_view"}, {"time", "date"}, {"amount", "pageviews"}, {"place", "page"}, {"place_kind", "'page'"}, {"full", "true"},
        {"attributes", "hostname,visitors"}}},
      {"plausible-sources", "visits by day and source from Plausible", {"date", "source", "referrer", "utm_source", "visitors", "visits"},
       {{"kind", "visit"}, {"time", "date"}, {"amount", "visits"}, {"place", "coalesce(source, '(direct)')"}, {"place_kind", "'referrer'"}, {"full", "true"},
        {"attributes", "referrer,utm_source,visitors"}}},
      {"salesforce-contacts", "contacts of a Salesforce report", {"First Name", "Last Name", "Email", "Account Name", "Created Date"},
       {{"kind", "signup"}, {"time", "\"Created Date\""}, {"email", "\"Email\""}, {"person_name", kFirstAndLast}, {"place", "'Salesforce'"}, {"place_kind", "'crm'"},
        {"full", "true"}, {"attributes", "Account Name"}}},
      {"salesforce-contacts-api", "contacts of Salesforce", {"Id", "AccountId", "FirstName", "LastName", "Email", "CreatedDate"},
       {{"kind", "signup"}, {"time", "CreatedDate"}, {"email", "Email"}, {"person_name", "concat_ws(' ', FirstName, LastName)"}, {"id", "Id"},
        {"place", "'Salesforce'"}, {"place_kind", "'crm'"}}},
      {"salesforce-opportunities", "opportunities of a Salesforce report", {"Opportunity Name", "Stage", "Close Date", "Created Date"},
       {{"kind", "'product_event'"}, {"time", "\"Created Date\""}, {"title", "\"Opportunity Name\""}, {"place", "'Salesforce'"}, {"place_kind", "'crm'"},
        {"full", "true"}, {"attributes", "Stage,Close Date"}}},
      {"salesforce-opportunities-api", "opportunities of Salesforce", {"Id", "Name", "StageName", "CloseDate", "CreatedDate"},
       {{"kind", "'product_event'"}, {"time", "CreatedDate"}, {"title", "Name"}, {"id", "Id"}, {"place", "'Salesforce'"}, {"place_kind", "'crm'"},
        {"attributes", "StageName,CloseDate"}}},
      {"searchconsole", "clicks by day from Google Search Console", {"Date", "Clicks", "Impressions", "CTR", "Position"},
       {{"kind", "visit"}, {"time", "\"Date\""}, {"amount", "\"Clicks\""}, {"id", "\"Date\""}, {"place", "'Google Search'"}, {"place_kind", "'referrer'"},
        {"attributes", "Impressions,Position"}}},
      {"sessionize", "sessions submitted with Sessionize", {"Session Id", "Title", "Owner", "Owner Email", "Status", "Date Submitted"},
       {{"kind", "post"}, {"time", "\"Date Submitted\""}, {"email", "coalesce(row->>'Email', \"Owner Email\")"},
        {"person_name", "coalesce(nullif(concat_ws(' ', row->>'FirstName', row->>'LastName'), ''), \"Owner\")"}, {"title", "\"Title\""},
        {"text", "row->>'Description'"}, {"file_column", "file"}, {"full", "true"}, {"place", kFileWithoutEnding}, {"place_kind", "'event'"},
        {"attributes", "Session Id,Status"}},
       {{"kind", "attendance"}, {"time", "row->>'Scheduled At'"}, {"where", "lower(\"Status\") = 'accepted' AND (row->>'Scheduled At') IS NOT NULL"},
        {"id", "'spoke ' || md5(row::VARCHAR)"}}},
      {"substack", "subscribers of a Substack newsletter", {"email", "active_subscription", "expiry", "created_at"},
       {{"kind", "signup"}, {"time", "created_at"}, {"email", "email"}, {"id", "email"}, {"place", "'newsletter'"}, {"place_kind", "'newsletter'"},
        {"attributes", "active_subscription"}}},
  };
  return kTable;
}

}  // namespace

std::span<const Preset> presets() { return table(); }

const Preset* preset_of(std::span<const std::string> columns) {
  const Preset* best = nullptr;
  for (const auto& preset : presets()) {
    bool all = std::all_of(preset.columns.begin(), preset.columns.end(), [&](auto wanted) {
      return std::any_of(columns.begin(), columns.end(), [&](const auto& column) { return lower_ascii(column) == lower_ascii(wanted); });
    });
    if (all && (best == nullptr || preset.columns.size() > best->columns.size())) best = &preset;
  }
  return best;
}

Result<std::vector<Settings>> with_preset(std::span<const Setting> declared, const Settings& given) {
  const auto& name = given.text("preset");
  if (name.empty()) return std::vector{given};
  auto preset = std::find_if(presets().begin(), presets().end(), [&](const auto& p) { return p.name == name; });
  if (preset == presets().end()) {
    std::vector<std::string> names;
    for (const auto& one : presets()) names.emplace_back(one.name);
    auto near = did_you_mean(name, names);
    return fail(Error::Kind::kBadInput, fmt::format("setting `preset`: there is no preset {}", printable(name)),
                near.empty() ? fmt::format("there are: {}", join(names, ", ")) : fmt::format("did you mean `{}`?", near));
  }
  std::map<std::string, std::string> values;
  for (const auto& [setting, value] : preset->settings) values[std::string{setting}] = value;
  for (const auto& setting : declared)
    if (const auto& text = given.text(setting.name); !text.empty() && text != setting.fallback) values[std::string{setting.name}] = text;
  std::vector<Settings> mappings{TRY(Settings::parse(declared, values))};
  if (preset->second.empty()) return mappings;
  for (const auto& [setting, value] : preset->second) values[std::string{setting}] = value;
  mappings.push_back(TRY(Settings::parse(declared, values)));
  return mappings;
}

}  // namespace rapport::table
