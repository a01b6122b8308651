#include "base/file_kind.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace reeve::base {

std::string why_no_file(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error, ignored;
  switch (fs::status(path, error).type()) {
    case fs::file_type::regular:
      return {};
    case fs::file_type::directory:
      return "is a folder, not a file";
    case fs::file_type::not_found:
      if (fs::is_symlink(path, ignored))
        return "is a link to " + fs::read_symlink(path, ignored).string() + ", which is not there";
      return "is not there";
    case fs::file_type::none:
      return "cannot be looked at: " + error.message();
    default:
      return "is not a regular file";
  }
}

}  // namespace reeve::base
