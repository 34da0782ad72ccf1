// mail/<list>.mbox: the archive of a mailing list in mboxrd form (RFC 4155; "From " at the start of a line of text gets
// a ">"). Message-ID, In-Reply-To and References tie threads; names that are not ASCII are encoded words (RFC 2047).
#include <fmt/format.h>

#include <iterator>

#include "base/text.h"
#include "sim/out_file.h"
#include "sim/text/spelling.h"
#include "sim/writer.h"

namespace rapport::sim {
namespace {

std::string base64(std::string_view bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) out += i + k > bytes.size() ? '=' : kDigits[group >> (18 - 6 * k) & 63];
  }
  return out;
}

bool is_ascii(std::string_view text) {
  for (unsigned char c : text)
    if (c > 126 || c < 32) return false;
  return true;
}

// RFC 2047: at most 75 characters a word, so long texts become several.
std::string header_text(std::string_view text) {
  if (is_ascii(text)) return std::string{text};
  std::string out;
  while (!text.empty()) {
    std::size_t take = std::min<std::size_t>(text.size(), 39);
    while (take < text.size() && (static_cast<unsigned char>(text[take]) & 0xC0) == 0x80) --take;
    out += fmt::format("{}=?UTF-8?B?{}?=", out.empty() ? "" : "\n ", base64(text.substr(0, take)));
    text.remove_prefix(take);
  }
  return out;
}

std::string message_id(std::uint64_t id) { return fmt::format("<{}.{:08x}@lists.kelvane.example>", id, mix(id) & 0xffffffffu); }

class MboxWriter : public Writer {
 public:
  explicit MboxWriter(const WriterContext& context) : world_(context.world), composer_(context.composer) {
    auto lists = places(Platform::kMail);
    for (std::size_t place = 0; place < lists.size(); ++place) files_[place].open(context.folder / "mail" / fmt::format("{}.mbox", lists[place]));
  }

  void activity(const Activity& post) override {
    if (post.platform != Platform::kMail || post.kind != Kind::kPost) return;
    auto account = world_.community.account(post.person, Platform::kMail, world_.day_of(post.time));
    auto address = account.email.empty() ? fmt::format("{}@mailbox.example", account.login) : account.email;
    // Every 40th answer is sent from the team's shared mailbox.
    if (world_.community.person(post.person).team && post.key % 40 == 0) {
      auto box = world_.community.account(world_.community.bot(post.key % 80 == 0 ? "support" : "devrel"), Platform::kMail, 0);
      account = box;
      address = box.email;
    }
    int zone = world_.community.person(post.person).utc_minutes;
    auto date = rfc2822(post.time, 0);
    auto utc = rfc2822(post.time, 0);  // "Wed, 05 Apr 2023 08:07:08 +0000"
    auto asctime = fmt::format("{} {} {} {} {}", utc.substr(0, 3), utc.substr(8, 3), utc[5] == '0' ? fmt::format(" {}", utc[6]) : utc.substr(5, 2), utc.substr(17, 8), utc.substr(12, 4));
    auto name = is_ascii(account.name) ? account.name.find_first_of("\",.<>()@") == std::string::npos ? account.name : "\"" + account.name + "\"" : header_text(account.name);
    auto body = composer_.body(post);
    if (post.reply_to > 0 && post.key % 2 == 0) body = fmt::format("On {}, {} wrote:\n> {}\n\n", date.substr(0, 16), world_.community.login(post.addressed, Platform::kMail), composer_.title(post)) + body;
    body = replace_all("\n" + body, "\nFrom ", "\n>From ").substr(1);
    bool plain = is_ascii(replace_all(body, "\n", ""));
    auto& file = files_[post.place];
    auto& out = file.buffer();
    fmt::format_to(std::back_inserter(out), "From {} {}\nFrom: {} <{}>\nDate: {}\nSubject: {}\nTo: {}@lists.kelvane.example\nMessage-ID: {}\n", address, asctime, name, address,
                   rfc2822(post.time, zone), header_text((post.position > 1 ? "Re: " : "") + replace_all(composer_.title(post), "\n", " ")), places(Platform::kMail)[post.place], message_id(post.id));
    if (post.position > 1) fmt::format_to(std::back_inserter(out), "In-Reply-To: {0}\nReferences: {0}\n", message_id(post.root_id));
    fmt::format_to(std::back_inserter(out), "List-Id: <{}.lists.kelvane.example>\nMIME-Version: 1.0\nContent-Type: text/plain; charset={}\nContent-Transfer-Encoding: {}\n\n{}\n\n",
                   places(Platform::kMail)[post.place], plain ? "us-ascii" : "utf-8", plain ? "7bit" : "8bit", body);
    file.flush_if_full();
  }

  Result<> finish() override {
    for (auto& file : files_) TRY(file.close());
    return {};
  }

 private:
  const World& world_;
  const Composer& composer_;
  std::array<OutFile, 2> files_;
};

}  // namespace

std::unique_ptr<Writer> open_mbox(const WriterContext& context) { return std::make_unique<MboxWriter>(context); }

}  // namespace rapport::sim
