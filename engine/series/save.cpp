#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <unordered_map>

#include "series/file.h"
#include "series/head_state.h"

namespace reeve::series {

namespace {
constexpr size_t kBlock = 1 << 20;

base::Error cannot(const std::string& what, const std::string& path) {
  return {base::Fault::kUnavailable, "save the series: " + what + " " + path + ": " + std::strerror(errno)};
}

// Writes blocks to a file beside the real one; commit() puts it in its place.
class BlockFile {
 public:
  explicit BlockFile(const std::string& folder) : path_(folder + "/" + std::string(kHeadFile)), fresh_(path_ + ".new") {
    ::mkdir(folder.c_str(), 0700);
    fd_ = ::open(fresh_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  }
  ~BlockFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  BlockFile(const BlockFile&) = delete;
  BlockFile& operator=(const BlockFile&) = delete;

  base::Status start() {
    if (fd_ < 0) return cannot("cannot create", fresh_);
    return write(kHeadMagic);
  }
  base::Status block(std::string_view payload) {
    FileWriter head;
    head.number(static_cast<uint32_t>(payload.size()));
    head.number(text_hash(payload));
    REEVE_CHECK(write(head.bytes()));
    return write(payload);
  }
  base::Status commit() {
    REEVE_CHECK(block({}));
    if (::fsync(fd_) != 0) return cannot("cannot sync", fresh_);
    if (::rename(fresh_.c_str(), path_.c_str()) != 0) return cannot("cannot rename to", path_);
    return {};
  }

 private:
  base::Status write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return cannot("cannot write", fresh_);
      bytes.remove_prefix(static_cast<size_t>(written));
    }
    return {};
  }
  std::string path_, fresh_;
  int fd_ = -1;
};

// The records of series, with each label defined before the first series that carries it.
class Records {
 public:
  void add(const LabelSet& labels, const Chain& chain, uint32_t tail_count) {
    std::vector<uint32_t> numbers;
    for (const Label* label : labels) numbers.push_back(number_of(label));
    out_.number('S');
    out_.number(static_cast<uint16_t>(numbers.size()));
    for (const uint32_t number : numbers) out_.number(number);
    out_.number(static_cast<uint32_t>(chain.chunk_count()));
    for (size_t i = 0; i < chain.chunk_count(); ++i) out_.text(chain.chunk(i)->bytes());
    out_.number(static_cast<uint8_t>(tail_count));
    for (uint32_t i = 0; i < tail_count; ++i) {
      out_.number(chain.tail()[i].ms);
      out_.number(chain.tail()[i].value);
    }
  }
  std::string& bytes() { return out_.bytes(); }

 private:
  uint32_t number_of(const Label* label) {
    const auto [known, fresh] = numbers_.try_emplace(label, static_cast<uint32_t>(numbers_.size()));
    if (fresh) {
      out_.number('L');
      out_.text(label->name());
      out_.text(label->value());
    }
    return known->second;
  }
  FileWriter out_;
  std::unordered_map<const Label*, uint32_t> numbers_;
};

// What a head holds at one moment, for a writer on another thread.
class Everything {
 public:
  Everything(const std::vector<StoredSeries*>& all, std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {
    for (const StoredSeries* series : all) {
      if (!series) continue;
      series->hold();
      held_.push_back({series, series->snapshot()});
    }
  }
  ~Everything() {
    for (auto& [series, snapshot] : held_) {
      if (snapshot.chain) shared_->bytes -= snapshot.chain->release();
      series->release(*shared_);
    }
  }
  Everything(const Everything&) = delete;
  Everything& operator=(const Everything&) = delete;

  base::Status write(const std::string& folder) const {
    BlockFile file(folder);
    REEVE_CHECK(file.start());
    Records records;
    for (const auto& [series, snapshot] : held_) {
      if (!snapshot.chain) continue;
      records.add(*series->set(), *snapshot.chain, snapshot.tail_count);
      if (records.bytes().size() < kBlock) continue;
      REEVE_CHECK(file.block(records.bytes()));
      records.bytes().clear();
    }
    if (!records.bytes().empty()) REEVE_CHECK(file.block(records.bytes()));
    return file.commit();
  }

 private:
  std::shared_ptr<Shared> shared_;
  std::vector<std::pair<const StoredSeries*, StoredSeries::Snapshot>> held_;
};
}  // namespace

base::Status Head::save(const std::string& folder) const {
  return saver(folder)();
}

std::function<base::Status()> Head::saver(const std::string& folder) const {
  auto everything = std::make_shared<const Everything>(state_->by_id, state_->shared);
  return [everything, folder] { return everything->write(folder); };
}

}  // namespace reeve::series
