// One mail -> one row.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "connectors/connector.h"

namespace rapport::mbox {

std::span<const StagingTable> staging_tables();

struct Origin {
  std::string record_id;             // file and byte: a repeat of a Message-ID is another row
  std::string list;                  // what its place says; a List-Id in the mail is asked first, unless `forced`
  bool forced = false;
  std::optional<Time> envelope;      // the date of the line that separates it from the one before
};

// REQUIRES: `rows` is of the table of staging_tables(). Returns why it is no mail; empty if it went in.
std::string read_message(std::string_view mail, const Origin& origin, RowBatch& rows);

// "r-announce/2001.txt" and "r-announce.mbox" give "r-announce": the file's name, or the folder's where the file's is a date.
std::string list_of_path(std::string_view path);

}  // namespace rapport::mbox
