// One line of a log that an IRC client, bouncer or bot wrote: WeeChat, irssi, ZNC, EnergyMech, Supybot and Limnoria, Eggdrop,
// HexChat, mIRC, and what resembles them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace rapport::irc {

enum class Kind {
  kMessage,
  kAction,  // "/me waves"
  kNotice,
  kJoin,
  kOther,   // parts, quits, modes, names, what the client itself notes: read, and of no use here
  kDay,     // says which day it is
  kUnknown,
};

struct Line {
  Kind kind = Kind::kUnknown;
  std::optional<Day> day;                // where the line, or a line of kind kDay, tells
  std::chrono::seconds clock{0};         // since midnight
  std::optional<std::chrono::minutes> zone;  // east of UTC; none = local time of who wrote the log
  std::string_view nick, text;           // within the line
};

// Reads a line. `day`: what is known from before, for clients that write a month and day without the year.
Line read_line(std::string_view line, std::optional<Day> day);

// The day in a file's name: "2024-03-04.log", "#sdk_20240304.log", "sdk.2012_10_17.txt".
std::optional<Day> day_of_name(std::string_view name);
// The channel in a path: "libera/#sdk/2024-03-04.log", "irc.libera.#sdk.weechatlog", "sdk.2024-03-04.log". Empty if it names none.
std::string channel_of_path(std::string_view path);

}  // namespace rapport::irc
