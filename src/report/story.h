// The story of a community over its whole life: how much is there, how it grew and faded, who answers, how long
// people wait, and what there is to do now. Figures come from the metric files; sentences only from figures that
// carry them.
//
// reads   activity_people, thread_people, source, rejected_record
#pragma once

#include <string>
#include <vector>

#include "metrics/evaluate.h"
#include "report/community.h"

namespace rapport {

struct SourceCount {
  std::string name, connector;
  std::vector<std::pair<std::string, std::int64_t>> kinds;  // activities by kind, most first
};

// One metric over the whole life.
struct StoryLine {
  const Metric* metric = nullptr;
  std::string segment;
  std::vector<Point> points;
};

// A sentence and the command that shows what is behind it.
struct Finding {
  std::string text;
  std::string evidence;  // "rapport evidence active_people --at 2016"
};

struct Story {
  std::string project;
  DataSpan span;
  Grain grain = Grain::kYear;  // the length of a bucket of `lines`: the coarsest that still gives at least six
  std::int64_t activities = 0, people = 0, bots = 0, organizations = 0, set_aside = 0;
  bool team_known = false;
  std::vector<SourceCount> sources;
  std::vector<StoryLine> lines;
  std::size_t whole_buckets = 0;  // of each line; one less than all when the data ends early in the last bucket
  std::vector<Finding> findings;
  std::vector<PersonCount> answerers;  // who answers others most, over the whole life, at most 10
  std::int64_t answers = 0;            // replies to others in all
  Community latest;                    // the last period of length `period`
};

struct StoryQuery {
  std::string project;
  Filter filter;
  Day today;
};

// Errors: kNotFound in an empty store.
Result<Story> story_of(Engine& store, const StoryQuery& query);

// One screen for a terminal of `columns`; `colour` adds ANSI colours.
std::string terminal_report(const Story& story, int columns, bool colour);
// One file that needs nothing else: styles and charts inside, light and dark, prints well.
std::string html_report(const Story& story);
std::string markdown_report(const Story& story);
std::string json_report(const Story& story);

}  // namespace rapport
