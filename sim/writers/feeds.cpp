// feeds/blog.rss (RSS 2.0), feeds/blog.atom (RFC 4287) and feeds/podcast.rss (with enclosures and the itunes namespace).
#include <fmt/format.h>

#include "base/text.h"
#include "sim/out_file.h"
#include "sim/text/spelling.h"
#include "sim/writer.h"

namespace rapport::sim {
namespace {

class FeedsWriter : public Writer {
 public:
  explicit FeedsWriter(const WriterContext& context) : world_(context.world), composer_(context.composer), folder_(context.folder / "feeds") {}

  Result<> finish() override {
    std::string rss, atom, podcast;
    for (const auto& work : world_.works) {
      auto time = world_.second(work.day) + 9 * 3600;
      auto title = html_escaped(work.title), link = html_escaped(work.link.substr(0, work.link.find('?')));
      auto author = html_escaped(world_.community.name_on(work.owner, work.day));
      std::string text;
      composer_.about("article", world_.topics.topics()[work.topic].first_problem, key_of(world_.community.seed(), Purpose::kSite, work.number), text);
      text = html_escaped(text);
      if (work.kind == WorkKind::kPost || work.kind == WorkKind::kTutorial) {
        rss += fmt::format("<item><title>{}</title><link>{}</link><guid isPermaLink=\"true\">{}</guid><pubDate>{}</pubDate><dc:creator>{}</dc:creator><category>{}</category><description>{}</description></item>\n", title,
                           link, link, rfc2822(time, 0), author, world_.topics.topics()[work.topic].slug, text);
        atom += fmt::format("<entry><id>{}</id><title>{}</title><link href=\"{}\"/><updated>{}</updated><published>{}</published><author><name>{}</name></author><summary>{}</summary></entry>\n", link, title, link,
                            iso_utc(time), iso_utc(time), author, text);
      }
      if (work.kind == WorkKind::kPodcast)
        podcast += fmt::format("<item><title>{}</title><guid isPermaLink=\"false\">episode-{}</guid><pubDate>{}</pubDate><enclosure url=\"https://media.kelvane.example/{}.mp3\" length=\"{}\" type=\"audio/mpeg\"/>"
                               "<itunes:duration>{}</itunes:duration><description>{}</description></item>\n",
                               title, work.number, rfc2822(time, 0), work.slug, 20'000'000 + mix(work.number) % 20'000'000, 1500 + mix(work.number) % 1500, text);
    }
    TRY(write("blog.rss", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel><title>Kelvane Blog</title>"
                          "<link>https://kelvane.example/blog</link><description>News and how-tos</description>\n" + rss + "</channel></rss>\n"));
    auto last = iso_utc(world_.second(world_.community.parameters().days() - 1));
    TRY(write("blog.atom", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>https://kelvane.example/blog</id><title>Kelvane Blog</title><updated>" + last + "</updated>\n" + atom + "</feed>\n"));
    return write("podcast.rss", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\"><channel><title>Kelvane on air</title>"
                                "<link>https://kelvane.example/podcast</link><description>Talks with developers</description><itunes:author>Kelvane</itunes:author>\n" + podcast + "</channel></rss>\n");
  }

 private:
  Result<> write(std::string_view name, std::string_view text) {
    OutFile file{folder_ / name};
    file.write(text);
    return file.close();
  }
  const World& world_;
  const Composer& composer_;
  std::filesystem::path folder_;
};

}  // namespace

std::unique_ptr<Writer> open_feeds(const WriterContext& context) { return std::make_unique<FeedsWriter>(context); }

}  // namespace rapport::sim
