// The table of formats, sorted by name. To add one: writers/<name>.cpp with its maker, a line here, its section in
// docs/simulator.md and its part of tests/sim/read_back.py.
#include <array>

#include "sim/writer.h"

namespace rapport::sim {

std::unique_ptr<Writer> open_discourse(const WriterContext& context);
std::unique_ptr<Writer> open_git(const WriterContext& context);
std::unique_ptr<Writer> open_texts(const WriterContext& context);

std::span<const WriterEntry> writers() {
  static constexpr std::array kTable = std::to_array<WriterEntry>({
      {"discourse", "a saved Discourse forum, one t/<id>.json a topic", open_discourse,
       "[[source]]\nname = \"forum\"\nconnector = \"discourse\"\nurl = \"discourse\"\nsite = \"https://forum.kelvane.example\"\n"},
      {"git", "a bare git repository with files, tags and .mailmap", open_git, "[[source]]\nname = \"sdk\"\nconnector = \"git\"\nurl = \"git/kelvane.git\"\n"},
      {"texts", "truth/threads.csv and truth/texts.csv: topic, role and answers of every text", open_texts},
  });
  return kTable;
}

}  // namespace rapport::sim
