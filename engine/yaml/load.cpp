#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "yaml/yaml.h"

namespace reeve::yaml {

namespace {
base::Error unreadable(const std::string& path, int error) {
  const base::Fault fault = error == ENOENT || error == ENOTDIR ? base::Fault::kNotFound : base::Fault::kUnavailable;
  return {fault, "cannot read " + path + ": " + std::strerror(error)};
}
}  // namespace

base::Result<Node> load(const std::string& path, const Limits& limits) {
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0) return unreadable(path, errno);
  if (S_ISDIR(about.st_mode)) return unreadable(path, EISDIR);
  // A pipe or a device could block the caller for ever.
  if (!S_ISREG(about.st_mode)) return base::Error{base::Fault::kUnavailable, "cannot read " + path + ": not a file"};
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) return unreadable(path, errno);
  std::string text;
  char block[1 << 16];
  for (bool more = true; more && text.size() <= limits.bytes;) {
    const size_t n = std::fread(block, 1, sizeof block, file.get());
    text.append(block, n);
    more = n == sizeof block;
    if (!more && std::ferror(file.get())) return unreadable(path, errno);
  }
  return parse(std::move(text), path, limits);
}

}  // namespace reeve::yaml
