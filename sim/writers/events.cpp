// events/events.ics (RFC 5545: talks and workshops) and events/rsvp.csv: who said yes and who came.
#include <fmt/format.h>

#include "base/text.h"
#include "sim/out_file.h"
#include "sim/text/spelling.h"
#include "sim/writer.h"

namespace rapport::sim {
namespace {

std::string basic_utc(std::int64_t time) { return replace_all(replace_all(iso_utc(time), "-", ""), ":", ""); }

// RFC 5545 §3.1: lines of at most 75 octets, continued after CRLF and a blank.
std::string folded(std::string_view line) {
  std::string out;
  while (line.size() > 73) {
    std::size_t take = 73;
    while ((static_cast<unsigned char>(line[take]) & 0xC0) == 0x80) --take;
    out += std::string{line.substr(0, take)} + "\r\n ";
    line.remove_prefix(take);
  }
  return out + std::string{line} + "\r\n";
}

std::string ical_text(std::string_view text) { return replace_all(replace_all(replace_all(text, "\\", "\\\\"), ",", "\\,"), ";", "\\;"); }

class EventsWriter : public Writer {
 public:
  explicit EventsWriter(const WriterContext& context) : world_(context.world), folder_(context.folder / "events") {}

  Result<> finish() override {
    OutFile calendar{folder_ / "events.ics"}, rsvp{folder_ / "rsvp.csv"};
    calendar.write("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kelvane//Events//EN\r\nMETHOD:PUBLISH\r\n");
    rsvp.write("event_uid,name,email,response,responded_at,attended\n");
    for (const auto& work : world_.works) {
      if (work.kind != WorkKind::kTalk && work.kind != WorkKind::kWorkshop) continue;
      auto start = world_.second(work.day) + 16 * 3600;
      auto uid = fmt::format("w{:04}@events.kelvane.example", work.number);
      calendar.write("BEGIN:VEVENT\r\n" + folded("UID:" + uid) + folded("DTSTAMP:" + basic_utc(start - 30 * 86400)) + folded("DTSTART:" + basic_utc(start)) +
                     folded("DTEND:" + basic_utc(start + (work.kind == WorkKind::kTalk ? 2700 : 3 * 3600))) + folded("SUMMARY:" + ical_text(work.title)) +
                     folded("DESCRIPTION:" + ical_text(fmt::format("For {}; tickets and notes: {}", work.audience, work.link))) + folded("CATEGORIES:" + std::string{work_kind_name(work.kind)}) +
                     folded("URL:" + work.link) + "END:VEVENT\r\n");
      if (work.kind == WorkKind::kWorkshop) responses(work, uid, start, rsvp);
    }
    calendar.write("END:VCALENDAR\r\n");
    TRY(calendar.close());
    return rsvp.close();
  }

 private:
  void responses(const Work& work, const std::string& uid, std::int64_t start, OutFile& out) {
    const auto& people = world_.community.people();
    Random random{world_.community.seed(), Purpose::kRsvp, work.number};
    int wanted = std::min<int>(work.reached, static_cast<int>(people.size()) / 4);
    std::vector<bool> asked(people.size(), false);
    for (int i = 0; i < wanted; ++i) {
      auto id = static_cast<PersonId>(world_.community.first_member() + random.below(people.size() - world_.community.first_member()));
      if (asked[id] || people[id].arrival > work.day) continue;
      asked[id] = true;
      auto work_email = world_.community.work_email(id, work.day);
      auto response = random.uniform();
      bool yes = response < 0.7;
      append_csv(out.buffer(), uid);
      append_csv(out.buffer(), world_.community.name_on(id, work.day));
      append_csv(out.buffer(), work_email.empty() || random.chance(0.5) ? people[id].personal_email : work_email);
      append_csv(out.buffer(), yes ? "yes" : response < 0.85 ? "maybe" : "no");
      append_csv(out.buffer(), iso_utc(start - static_cast<std::int64_t>(random.exponential(7 * 86400)) - 600));
      append_csv(out.buffer(), (yes ? random.chance(0.6) : random.chance(0.1)) ? "true" : "false", '\n');
      out.flush_if_full();
    }
  }

  const World& world_;
  std::filesystem::path folder_;
};

}  // namespace

std::unique_ptr<Writer> open_events(const WriterContext& context) { return std::make_unique<EventsWriter>(context); }

}  // namespace rapport::sim
