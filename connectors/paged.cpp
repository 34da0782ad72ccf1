#include "connectors/connector.h"

namespace rapport {
namespace {

class PagedReader : public Reader {
 public:
  PagedReader(std::string cursor, std::function<Result<Page>(const std::string&)> fetch)
      : cursor_(std::move(cursor)), fetch_(std::move(fetch)) {}

  Result<Page> next() override {
    auto page = TRY(fetch_(cursor_));
    cursor_ = page.next;
    return page;
  }

 private:
  std::string cursor_;
  std::function<Result<Page>(const std::string&)> fetch_;
};

}  // namespace

std::unique_ptr<Reader> paged(std::string cursor, std::function<Result<Page>(const std::string& cursor)> fetch) {
  return std::make_unique<PagedReader>(std::move(cursor), std::move(fetch));
}

}  // namespace rapport
