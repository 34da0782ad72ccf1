#include "base/gunzip.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <isa-l/igzip_lib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace rapport {
namespace {

constexpr std::size_t kPiece = 256u << 10;
constexpr std::uint8_t kMagic[] = {0x1f, 0x8b};

ssize_t read_once(int descriptor, std::uint8_t* to, std::size_t size) {
  ssize_t count;
  do count = ::read(descriptor, to, size);
  while (count < 0 && errno == EINTR);
  return count;
}

}  // namespace

struct Gunzip::State {
  std::filesystem::path path;
  int descriptor = -1;
  inflate_state inflating;
  std::vector<std::uint8_t> packed = std::vector<std::uint8_t>(kPiece), text = std::vector<std::uint8_t>(kPiece);
  std::int64_t read = 0;
  bool drained = false, ended = false;

  ~State() {
    if (descriptor >= 0) ::close(descriptor);
  }
  void begin() {
    isal_inflate_init(&inflating);
    inflating.crc_flag = ISAL_GZIP;
  }
  // More of the file behind what is left of it; nothing at its end.
  Result<> refill() {
    std::memmove(packed.data(), inflating.next_in, inflating.avail_in);
    auto count = read_once(descriptor, packed.data() + inflating.avail_in, packed.size() - inflating.avail_in);
    if (count < 0) return fail(Error::Kind::kUpstream, fmt::format("cannot read {}: {}", path.string(), std::strerror(errno)));
    inflating.next_in = packed.data();
    inflating.avail_in += static_cast<std::uint32_t>(count);
    read += count;
    drained = count == 0;
    return {};
  }
  // Whether another member follows; what begins it is left to be read.
  Result<bool> goes_on() {
    while (inflating.avail_in < sizeof kMagic && !drained) TRY(refill());
    return inflating.avail_in >= sizeof kMagic && std::equal(std::begin(kMagic), std::end(kMagic), inflating.next_in);
  }
  tl::unexpected<Error> damaged(std::string_view why) const {
    return fail(Error::Kind::kBadInput, fmt::format("cannot read {}: {}", path.string(), why), "check that the file is complete, then run again");
  }
};

Gunzip::Gunzip(std::unique_ptr<State> state) : state_(std::move(state)) {}
Gunzip::Gunzip(Gunzip&&) noexcept = default;
Gunzip& Gunzip::operator=(Gunzip&&) noexcept = default;
Gunzip::~Gunzip() = default;

bool Gunzip::is_gzip(const std::filesystem::path& path) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  std::uint8_t head[sizeof kMagic] = {};
  auto count = read_once(descriptor, head, sizeof head);
  ::close(descriptor);
  return count == sizeof head && std::equal(std::begin(kMagic), std::end(kMagic), head);
}

Result<Gunzip> Gunzip::open(const std::filesystem::path& path) {
  auto state = std::make_unique<State>();
  state->path = path;
  state->descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (state->descriptor < 0) return fail(Error::Kind::kNotFound, fmt::format("cannot open {}: {}", path.string(), std::strerror(errno)));
  state->begin();
  state->inflating.next_in = state->packed.data();
  state->inflating.avail_in = 0;
  return Gunzip{std::move(state)};
}

Result<std::string_view> Gunzip::read_some() {
  auto& inflating = state_->inflating;
  while (!state_->ended) {
    if (inflating.avail_in == 0 && !state_->drained) TRY(state_->refill());
    inflating.next_out = state_->text.data();
    inflating.avail_out = static_cast<std::uint32_t>(state_->text.size());
    if (int code = isal_inflate(&inflating); code != ISAL_DECOMP_OK && code != ISAL_END_INPUT)
      return state_->damaged(code == ISAL_INCORRECT_CHECKSUM ? "its checksum is wrong" : "damaged gzip data");
    auto size = state_->text.size() - inflating.avail_out;
    if (inflating.block_state == ISAL_BLOCK_FINISH) {
      if (TRY(state_->goes_on())) {
        auto next = inflating.next_in;
        auto left = inflating.avail_in;
        state_->begin();
        inflating.next_in = next;
        inflating.avail_in = left;
      } else {
        state_->ended = true;
      }
    } else if (size == 0 && state_->drained) {
      return state_->damaged("it ends too early");
    }
    if (size > 0) return std::string_view{reinterpret_cast<const char*>(state_->text.data()), size};
  }
  return std::string_view{};
}

std::int64_t Gunzip::consumed() const { return state_->read - state_->inflating.avail_in; }

}  // namespace rapport
