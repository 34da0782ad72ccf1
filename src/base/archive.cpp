#include "base/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <cerrno>

#include "base/gunzip.h"
#include "base/text.h"

namespace rapport {
namespace {

// More than this ratio of output to input over the whole archive is a bomb, not data. Text compresses to about
// 1:20 with xz; repetitive logs to 1:200.
constexpr std::int64_t kLargestRatio = 2000;
constexpr std::int64_t kRatioMatters = 256 << 20;  // bytes of output before the ratio is looked at

bool leaves_the_folder(std::string_view name) {
  if (name.starts_with('/') || name.find('\0') != std::string_view::npos) return true;
  for (auto part : split(name, '/'))
    if (part == "..") return true;
  return false;
}

}  // namespace

struct Archive::State {
  struct archive* handle = nullptr;
  std::filesystem::path path;
  std::string buffer;
  std::int64_t produced = 0;
  std::optional<Gunzip> gunzip;  // where the file is one: libarchive reads what it gives
  std::optional<Error> damage;   // what it said

  ~State() {
    if (handle != nullptr) archive_read_free(handle);
  }
  tl::unexpected<Error> error() {
    if (damage) return fail(*damage);
    const char* said = archive_error_string(handle);
    return fail(Error::Kind::kBadInput,
                fmt::format("cannot read {}: {}", path.string(), printable(said == nullptr ? "damaged archive" : said)),
                "check that the file is complete, then run again");
  }
};

la_ssize_t Archive::unpack(struct archive* handle, void* given, const void** bytes) {
  auto& state = *static_cast<State*>(given);
  auto some = state.gunzip->read_some();
  if (!some) {
    state.damage = some.error();
    archive_set_error(handle, EINVAL, "%s", some.error().what.c_str());
    return -1;
  }
  *bytes = some->data();
  return static_cast<la_ssize_t>(some->size());
}

Archive::Archive(std::unique_ptr<State> state) : state_(std::move(state)) {}
Archive::Archive(Archive&&) noexcept = default;
Archive& Archive::operator=(Archive&&) noexcept = default;
Archive::~Archive() = default;

Result<Archive> Archive::open(const std::filesystem::path& path) {
  auto state = std::make_unique<State>();
  state->path = path;
  state->handle = archive_read_new();
  archive_read_support_filter_all(state->handle);
  archive_read_support_format_tar(state->handle);
  archive_read_support_format_zip(state->handle);
  archive_read_support_format_7zip(state->handle);
  archive_read_support_format_raw(state->handle);
  archive_read_support_format_empty(state->handle);
  if (Gunzip::is_gzip(path)) {
    state->gunzip.emplace(TRY(Gunzip::open(path)));
    if (archive_read_open(state->handle, state.get(), nullptr, unpack, nullptr) != ARCHIVE_OK) return state->error();
  } else if (archive_read_open_filename(state->handle, path.c_str(), 1 << 18) != ARCHIVE_OK) {
    return state->error();
  }
  return Archive{std::move(state)};
}

Result<std::optional<ArchiveEntry>> Archive::next() {
  for (;;) {
    struct archive_entry* entry = nullptr;
    int code = archive_read_next_header(state_->handle, &entry);
    if (code == ARCHIVE_EOF) return std::optional<ArchiveEntry>{};
    if (code < ARCHIVE_WARN) return state_->error();
    bool raw = archive_format(state_->handle) == ARCHIVE_FORMAT_RAW;
    if (!raw && archive_entry_filetype(entry) != AE_IFREG) continue;
    const char* name = raw ? nullptr : archive_entry_pathname_utf8(entry);
    if (name == nullptr && !raw) name = archive_entry_pathname(entry);
    std::string entry_name = raw ? state_->path.stem().string() : repair_utf8(name == nullptr ? "" : name);
    if (leaves_the_folder(entry_name))
      return fail(Error::Kind::kBadInput,
                  fmt::format("{} holds a file that would leave its folder: {}", state_->path.string(), printable(entry_name)),
                  "do not trust this archive");
    return std::optional<ArchiveEntry>{
        ArchiveEntry{std::move(entry_name), archive_entry_size_is_set(entry) ? archive_entry_size(entry) : -1}};
  }
}

Result<std::string_view> Archive::read_some() {
  state_->buffer.resize(1 << 18);
  la_ssize_t count = archive_read_data(state_->handle, state_->buffer.data(), state_->buffer.size());
  if (count < 0) return state_->error();
  state_->produced += count;
  auto consumed = state_->gunzip ? state_->gunzip->consumed() : archive_filter_bytes(state_->handle, -1);
  if (state_->produced > kRatioMatters && state_->produced / kLargestRatio > consumed)
    return fail(Error::Kind::kBadInput,
                fmt::format("{} unpacks to more than {} times its size", state_->path.string(), kLargestRatio),
                "this looks like a decompression bomb; unpack it yourself if you trust it");
  return std::string_view{state_->buffer.data(), static_cast<std::size_t>(count)};
}

Result<std::string> Archive::read_all(std::size_t limit) {
  std::string out;
  for (;;) {
    auto some = TRY(read_some());
    if (some.empty()) return out;
    if (out.size() + some.size() > limit)
      return fail(Error::Kind::kBadInput, fmt::format("a file in {} is larger than {} MB", state_->path.string(), limit >> 20));
    out += some;
  }
}

}  // namespace rapport
