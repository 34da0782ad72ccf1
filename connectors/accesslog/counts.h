// Hits -> counts of a day. Who visited is known only as long as the day is being counted, and only as a number that a random
// key of that day made of address and user agent: neither is written anywhere.
#pragma once

#include <tsl/robin_map.h>
#include <tsl/robin_set.h>

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/accesslog/hit.h"
#include "connectors/accesslog/names.h"
#include "connectors/connector.h"
#include "connectors/input_walk.h"

namespace rapport::accesslog {

std::span<const StagingTable> staging_tables();

// Texts, numbered as they come.
class Texts {
 public:
  std::uint32_t number_of(std::string_view text);
  const std::string& text(std::uint32_t number) const { return texts_[number]; }
  std::size_t size() const { return texts_.size(); }

 private:
  std::deque<std::string> texts_;  // stay where they are
  tsl::robin_map<std::string_view, std::uint32_t> numbers_;
};

// What agents, referrers and hosts are called. Logs repeat them in nearly every line, and finding a name costs more than all
// the rest of a line: each is looked up once.
class Names {
 public:
  // `own_hosts`: hosts in lower case separated by commas.
  explicit Names(std::string own_hosts) : own_hosts_(std::move(own_hosts)) {}

  struct Agent {
    std::uint32_t number, program;
  };
  Agent agent(std::string_view agent);
  std::uint32_t referrer(std::string_view url, std::string_view host);
  std::uint32_t host(std::string_view host) { return hosts_.number_of(host); }
  std::uint32_t campaign(std::string_view query) { return campaigns_.number_of(campaign_of(query)); }

  const Program& program_of_number(std::uint32_t number) const { return programs_[number]; }
  const Referrer& referrer_of_number(std::uint32_t number) const { return referrers_[number]; }
  const std::string& host_of_number(std::uint32_t number) const { return hosts_.text(number); }
  const std::string& campaign_of_number(std::uint32_t number) const { return campaigns_.text(number); }
  std::size_t size() const { return agents_.size() + sites_.size() + hosts_.size() + campaigns_.size(); }

 private:
  std::string own_hosts_, key_;
  Texts agents_, sites_, hosts_, campaigns_, program_keys_, referrer_keys_;
  std::vector<std::uint32_t> program_of_agent_, referrer_of_site_;
  std::vector<Program> programs_;
  std::vector<Referrer> referrers_;
};

class DayCounts {
 public:
  DayCounts(InputWalk::Place first, std::shared_ptr<Names> names);
  void add(const Hit& hit);
  // One row a (class, path, referrer, campaign, program). `log` names the log by its content.
  void write(Day day, std::string_view log, RowBatch& rows) const;
  InputWalk::Place first() const { return first_; }  // of its lines

 private:
  struct Key {
    std::uint32_t what, path, host, referrer, campaign, program;  // `path`: of paths_, or of cells_ with the highest bit
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };
  struct Group {
    Key key;
    std::int64_t views = 0, visitors = 0;
  };
  const std::string& path_text(std::uint32_t path) const;

  InputWalk::Place first_;
  std::shared_ptr<Names> names_;
  std::array<unsigned char, 16> secret_;
  Texts paths_, cells_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> path_facts_;  // of paths_: class and path of a Key
  tsl::robin_map<Key, std::uint32_t, KeyHash> numbers_;
  std::vector<Group> groups_;
  tsl::robin_set<std::uint64_t> seen_;  // visitor and group
  std::string text_;
};

}  // namespace rapport::accesslog
