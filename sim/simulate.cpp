#include "sim/simulate.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "sim/truth.h"

namespace rapport::sim {
namespace {

// Tells every writer; a day of a million activities costs one virtual call each.
class Everyone : public Listener {
 public:
  explicit Everyone(std::vector<std::unique_ptr<Writer>>& writers) : writers_(writers) {}
  void thread(std::span<const Activity> posts) override {
    for (auto& writer : writers_) writer->thread(posts);
  }
  void activity(const Activity& activity) override {
    for (auto& writer : writers_) writer->activity(activity);
  }
  void day(const DayFacts& facts) override {
    for (auto& writer : writers_) writer->day(facts);
  }

 private:
  std::vector<std::unique_ptr<Writer>>& writers_;
};

Result<std::vector<const WriterEntry*>> chosen(const std::vector<std::string>& names) {
  std::vector<const WriterEntry*> out;
  std::vector<std::string> known;
  for (const auto& entry : writers()) {
    known.emplace_back(entry.name);
    if (names.empty() || std::find(names.begin(), names.end(), entry.name) != names.end()) out.push_back(&entry);
  }
  for (const auto& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    auto near = did_you_mean(name, known);
    return fail(Error::Kind::kBadInput, fmt::format("no format called `{}`", printable(name)), near.empty() ? fmt::format("there are: {}", join(known, ", ")) : fmt::format("did you mean `{}`?", near));
  }
  return out;
}

constexpr std::string_view kMark = "truth/parameters.json";

// An earlier simulation is replaced; anything else is somebody's work and stays.
Result<> prepare(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_empty(folder, error)) {
    if (!fs::exists(folder / kMark, error))
      return fail(Error::Kind::kBadInput, fmt::format("{} holds something that is no simulation", folder.string()), "choose an empty or new folder with --out");
    fs::remove_all(folder, error);
  }
  fs::create_directories(folder / "truth", error);
  if (error) return fail(Error::Kind::kUpstream, fmt::format("cannot create {}: {}", folder.string(), error.message()));
  return {};
}

Result<> write_workspace(const fs::path& folder, const World& world, const std::vector<const WriterEntry*>& entries) {
  std::string team;
  for (auto id : world.community.team())
    for (auto platform : {Platform::kForum, Platform::kGithub})
      team += fmt::format("{}\"{}:{}\"", team.empty() ? "" : ", ", platform_name(platform), world.community.login(id, platform));
  auto text = fmt::format("# A simulated community: nobody in it exists. truth/ tells what is true about it.\n\n[project]\nname = \"{}\"\n\n[people]\nteam = [{}]\nteam_domains = [\"{}\"]\nbots = []\nhumans = []\n",
                          kProduct, team, kDomain);
  for (const auto* entry : entries)
    if (!entry->source.empty()) text += fmt::format("\n{}", entry->source);
  return write_file(folder / "rapport.toml", text);
}

}  // namespace

std::string format_list() {
  std::string out;
  for (const auto& entry : writers()) out += fmt::format("  {:<16}{}\n", entry.name, entry.summary);
  return out;
}

Result<Simulated> simulate(const Simulation& simulation, Progress& progress) {
  const auto& parameters = simulation.parameters;
  if (parameters.people < 10 || parameters.years < 1 || parameters.years > 30)
    return fail(Error::Kind::kBadInput, "a community needs at least 10 people and 1 to 30 years", "try --people 2000 --years 3");
  auto entries = TRY(chosen(simulation.formats));
  TRY(prepare(simulation.folder));
  TRY(write_file(simulation.folder / kMark, fmt::format("{{\"people\":{},\"years\":{},\"seed\":{},\"activities\":{},\"start\":\"{}\",\"end\":\"{}\"}}\n", parameters.people, parameters.years,
                                                        parameters.seed, parameters.activities, format_day(parameters.start), format_day(parameters.end()))));
  progress.report("the people", 0, 0);
  World world{parameters};
  Composer composer{world};
  WriterContext context{world, composer, simulation.folder};
  std::vector<std::unique_ptr<Writer>> open;
  open.push_back(open_truth(context));
  for (const auto* entry : entries) open.push_back(entry->open(context));
  Everyone everyone{open};
  Simulated out;
  out.activities = TRY(run_timeline(world, everyone, progress));
  progress.report("finishing the files", 0, 0);
  for (auto& writer : open) TRY(writer->finish());
  TRY(write_workspace(simulation.folder, world, entries));
  out.people = static_cast<int>(world.community.people().size());
  out.works = static_cast<int>(world.works.size());
  return out;
}

}  // namespace rapport::sim
