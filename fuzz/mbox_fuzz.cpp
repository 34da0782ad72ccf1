// Any bytes as a mail.
#include "connectors/mbox/headers.h"
#include "connectors/mbox/message.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string_view mail{reinterpret_cast<const char*>(data), size};
  rapport::RowBatch rows{rapport::mbox::staging_tables().front().columns};
  rapport::mbox::read_message(mail, {"file byte 0", "list", false, {}}, rows);
  if (rows.rows() > 1) __builtin_trap();
  rapport::mbox::separator_date(mail);
  return 0;
}
