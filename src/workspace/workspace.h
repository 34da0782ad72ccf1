// A workspace is a folder with rapport.toml (sources, team, privacy; safe to commit) and the database beside it.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/settings.h"

namespace rapport {

struct SourceConfig {
  std::string name;       // unique in the workspace; ids of everything collected are derived from it
  std::string connector;
  std::map<std::string, std::string> settings;  // as written; see Workspace::settings_of
  std::int64_t keep_raw_days = 0;  // raw records last changed longer ago are let go; 0 = they are kept for ever
};

// How to tell people apart: written by the user, copied into the store at each sync.
struct PeopleRules {
  std::vector<std::string> team;             // e-mail addresses, "platform:login", or plain names of team members
  std::vector<std::string> team_domains;     // everybody with an address there is of the team
  std::vector<std::string> bots;             // accounts that are bots, spelled as in `team`
  std::vector<std::string> humans;           // accounts that look like bots and are not
};

// How to treat the hosts that sources are read from.
struct NetworkRules {
  std::int64_t patience_seconds = 30;  // how long a host may be silent
};

// Who may hand over what to `rapport serve`. Values are as they stand in rapport.toml ("$VARIABLE"); see secrets().
struct IntakeRules {
  std::string key;                              // for POST /api/v1/activities; empty = nobody may
  std::map<std::string, std::string> webhooks;  // name -> the secret its sender signs with

  // With the secrets themselves. Errors: as secret_of().
  Result<IntakeRules> secrets() const;
};

struct Workspace {
  std::filesystem::path home;  // absolute
  std::string project;         // what reports call it
  std::vector<SourceConfig> sources;
  PeopleRules people;
  NetworkRules network;
  IntakeRules intake;

  std::filesystem::path config_file() const { return home / "rapport.toml"; }
  std::filesystem::path database() const { return home / "rapport.duckdb"; }
  std::filesystem::path inbox() const { return home / ".rapport" / "inbox"; }  // what was handed over

  bool has_source(std::string_view name) const;
  // The settings of one source, checked against `declared`; paths made absolute, cache folder filled in.
  Result<Settings> settings_of(const SourceConfig& source, std::span<const Setting> declared, Secrets secrets = Secrets::kMustBeSet) const;
};

// Writes rapport.toml into `folder` (created if need be). Errors: kBadInput if there is one already.
Result<Workspace> create_workspace(const std::filesystem::path& folder, std::string_view project);

// The workspace in `home`, or, without one, in the current folder or the nearest above it. Errors: kNotFound;
// kBadInput with file and line for a rapport.toml that cannot be read.
Result<Workspace> open_workspace(const std::optional<std::filesystem::path>& home);

// The [[source]] block of `source`, to stand in rapport.toml.
std::string source_block(const SourceConfig& source);

// Appends a [[source]] block to rapport.toml; what is there stays as the user wrote it. Errors: kBadInput if the
// name is taken.
Result<> append_source(Workspace& workspace, const SourceConfig& source);

}  // namespace rapport
