#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "series/file.h"
#include "series/head_state.h"

namespace reeve::series {

namespace {
class Mapped {
 public:
  explicit Mapped(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    struct stat status{};
    if (::fstat(fd, &status) == 0 && status.st_size > 0) {
      size_ = static_cast<size_t>(status.st_size);
      void* at = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
      if (at != MAP_FAILED) at_ = at;
    }
    ::close(fd);
  }
  ~Mapped() {
    if (at_) ::munmap(at_, size_);
  }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  bool ok() const { return at_ != nullptr; }
  std::string_view bytes() const { return {static_cast<const char*>(at_), size_}; }

 private:
  void* at_ = nullptr;
  size_t size_ = 0;
};

// One saved series, read but not yet in the head.
struct Saved {
  std::vector<IndexedLabel*> labels;
  std::vector<Chunk*> chunks;
  std::vector<Point> tail;
  ~Saved() {
    for (Chunk* chunk : chunks) chunk->release();
  }
};

bool sorted_by_name(const std::vector<IndexedLabel*>& labels) {
  return std::adjacent_find(labels.begin(), labels.end(), [](const IndexedLabel* a, const IndexedLabel* b) {
           return a->name() >= b->name();
         }) == labels.end();
}

bool in_order(const Saved& saved) {
  int64_t last = INT64_MIN;
  for (const Chunk* chunk : saved.chunks) {
    if (chunk->first_ms() <= last || chunk->last_ms() < chunk->first_ms()) return false;
    last = chunk->last_ms();
  }
  for (const Point& point : saved.tail) {
    if (point.ms <= last) return false;
    last = point.ms;
  }
  return true;
}

bool read_series(FileReader& in, const std::vector<IndexedLabel*>& labels, Saved& saved) {
  const auto label_count = in.number<uint16_t>();
  for (uint16_t i = 0; i < label_count && in.ok(); ++i) {
    const auto number = in.number<uint32_t>();
    if (number >= labels.size()) return false;
    saved.labels.push_back(labels[number]);
  }
  const auto chunk_count = in.number<uint32_t>();
  for (uint32_t i = 0; i < chunk_count && in.ok(); ++i) {
    Chunk* chunk = Chunk::from_bytes(in.text());
    if (!chunk) return false;
    saved.chunks.push_back(chunk);
  }
  const auto tail_count = in.number<uint8_t>();
  if (tail_count > Chain::kTail) return false;
  for (uint8_t i = 0; i < tail_count && in.ok(); ++i) {
    Point point;
    point.ms = in.number<int64_t>();
    point.value = in.number<double>();
    saved.tail.push_back(point);
  }
  return in.ok() && sorted_by_name(saved.labels) && in_order(saved);
}

class Loader {
 public:
  explicit Loader(Head::State& head) : head_(head) {}

  /// False: damaged.
  bool load(std::string_view file) {
    FileReader in(file);
    if (in.take(kHeadMagic.size()) != kHeadMagic) return false;
    for (;;) {
      const auto size = in.number<uint32_t>();
      const auto hash = in.number<uint64_t>();
      const std::string_view payload = in.take(size);
      if (!in.ok() || text_hash(payload) != hash) return false;
      if (size == 0) return in.at_end();
      if (!block(payload)) return false;
    }
  }

 private:
  bool block(std::string_view payload) {
    FileReader in(payload);
    while (!in.at_end()) {
      const char kind = in.number<char>();
      if (kind == 'L') {
        const std::string_view name = in.text();
        const std::string_view value = in.text();
        if (!in.ok() || value.empty()) return false;
        labels_.push_back(head_.shared->labels.intern(name, value, head_.shared->bytes));
        continue;
      }
      Saved saved;
      if (kind != 'S' || !read_series(in, labels_, saved)) return false;
      StoredSeries* series = head_.make(saved.labels);
      series->restore(saved.chunks, saved.tail, *head_.shared);
    }
    return in.ok();
  }

  Head::State& head_;
  std::vector<IndexedLabel*> labels_;
};
}  // namespace

void Head::load(const std::string& folder, int64_t now_ms) {
  const Mapped file(folder + "/" + std::string(kHeadFile));
  if (!file.ok()) return;
  auto fresh = std::make_unique<State>(state_->limits);
  fresh->requirements = state_->requirements;
  if (!Loader(*fresh).load(file.bytes())) {
    base::log_warn("the saved series are damaged; starting without them", {{"folder", folder}});
    return;
  }
  state_ = std::move(fresh);
  state_->drop_old(now_ms, state_->by_id.size());
}

}  // namespace reeve::series
