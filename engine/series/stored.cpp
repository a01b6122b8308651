#include "series/stored.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace reeve::series {

namespace {
template <class T>
void read_growing(const Growing<T>& list, int64_t from_ms, int64_t to_ms, std::vector<T>& out) {
  for (uint32_t i = 0; i < list.count; ++i)
    if (list.items[i].ms > from_ms && list.items[i].ms <= to_ms) out.push_back(list.items[i]);
}

template <class T>
void drop_old(Growing<T>& list, int64_t before_ms) {
  uint32_t old = 0;
  while (old < list.count && list.items[old].ms <= before_ms) ++old;
  if (old * 2 > list.count) list.drop(old);
}

int64_t bytes_of(const Histogram& h) {
  const size_t spans = h.positive_spans.size() + h.negative_spans.size();
  const size_t numbers = h.positive.size() + h.negative.size() + h.bounds.size();
  return static_cast<int64_t>(sizeof(Histogram) + spans * sizeof(Histogram::Span) + numbers * sizeof(double));
}
}  // namespace

void Extras::read(int64_t from_ms, int64_t to_ms, std::vector<HistogramPoint>& out) const {
  read_growing(histograms, from_ms, to_ms, out);
}
void Extras::read(int64_t from_ms, int64_t to_ms, std::vector<StartPoint>& out) const {
  read_growing(starts, from_ms, to_ms, out);
}

int64_t Extras::bytes() const {
  int64_t total = starts.count * static_cast<int64_t>(sizeof(StartPoint));
  for (uint32_t i = 0; i < histograms.count; ++i) total += bytes_of(*histograms.items[i].value);
  return total;
}

StoredSeries* StoredSeries::make(uint32_t id, const std::vector<IndexedLabel*>& labels, Shared& shared) {
  void* block = std::malloc(sizeof(StoredSeries) + LabelSet::bytes_for(labels.size()));
  auto* series = new (block) StoredSeries;
  series->id_ = id;
  const std::vector<const Label*> plain(labels.begin(), labels.end());
  LabelSet::init(series + 1, plain.data(), plain.size());
  for (const Label* label : plain) LabelIndex::hold(label);
  shared.bytes += static_cast<int64_t>(series->size());
  return series;
}

void StoredSeries::release(Shared& shared) const {
  if (refs_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  auto freed = static_cast<int64_t>(size());
  if (chain_) freed += chain_->release();
  if (extras_) freed += extras_->bytes();
  for (const Label* label : *set()) LabelIndex::release(label);
  delete text_.load(std::memory_order_acquire);
  auto* self = const_cast<StoredSeries*>(this);
  self->~StoredSeries();
  std::free(self);
  shared.bytes -= freed;
}

const model::Labels& StoredSeries::labels() const {
  const model::Labels* text = text_.load(std::memory_order_acquire);
  if (text) return *text;
  const auto* fresh = new model::Labels(set()->labels());
  if (text_.compare_exchange_strong(text, fresh, std::memory_order_acq_rel)) return *fresh;
  delete fresh;
  return *text;
}

void StoredSeries::points(int64_t from_ms, int64_t to_ms, std::vector<Point>& out) const {
  if (chain_ && newest_.ms > from_ms) chain_->points(from_ms, to_ms, tail_count_, out);
}

bool StoredSeries::last(int64_t from_ms, int64_t to_ms, Point& out) const {
  if (newest_.ms <= from_ms) return false;
  if (newest_.ms <= to_ms) {
    out = newest_;
    return true;
  }
  return chain_->last(from_ms, to_ms, tail_count_, out);
}

void StoredSeries::histograms(int64_t from_ms, int64_t to_ms, std::vector<HistogramPoint>& out) const {
  if (extras_) extras_->read(from_ms, to_ms, out);
}
void StoredSeries::starts(int64_t from_ms, int64_t to_ms, std::vector<StartPoint>& out) const {
  if (extras_) extras_->read(from_ms, to_ms, out);
}

void StoredSeries::replace_chain(Chain* chain, int64_t grown, Shared& shared) {
  if (chain_) grown -= chain_->release();
  chain_ = chain;
  shared.bytes += grown;
}

void StoredSeries::make_room(Shared& shared) {
  int64_t bytes = 0;
  if (!chain_ || chain_->capacity() < Chain::kTail) {  // no chunk was sealed yet
    Chain* wider = Chain::make(chain_ ? chain_->capacity() * 2 : 2, nullptr, 0, bytes);
    if (chain_) std::copy_n(chain_->tail(), tail_count_, wider->tail());
    replace_chain(wider, bytes, shared);
    return;
  }
  Point points[Chunk::kMost];
  size_t count = 0;
  const Chunk* last = chain_->chunk_count() ? chain_->chunk(chain_->chunk_count() - 1) : nullptr;
  const bool joins = last && last->count() + tail_count_ <= Chunk::kMost;
  if (joins) {
    last->decode(points);
    count = last->count();
  }
  std::copy_n(chain_->tail(), tail_count_, points + count);
  Chunk* sealed = Chunk::make(points, count + tail_count_);
  bytes += static_cast<int64_t>(sealed->size());
  Chain* longer = chain_->with(sealed, joins, bytes);
  replace_chain(longer, bytes, shared);
  sealed->release();  // the chain holds it now
  tail_count_ = 0;
}

void StoredSeries::append(int64_t ms, double value, Shared& shared) {
  if (!chain_ || tail_count_ == chain_->capacity()) make_room(shared);
  chain_->tail()[tail_count_++] = {ms, value};
  newest_ = {ms, value};
  last_ms_ = ms;
}

Extras& StoredSeries::own_extras() {
  if (!extras_) extras_ = std::make_unique<Extras>();
  return *extras_;
}

void StoredSeries::append(int64_t ms, std::shared_ptr<const Histogram> value, Shared& shared) {
  shared.bytes += bytes_of(*value);
  own_extras().histograms.push_back({ms, std::move(value)});
  last_ms_ = ms;
}

void StoredSeries::set_start(int64_t ms, int64_t start_ms, Shared& shared) {
  shared.bytes += static_cast<int64_t>(sizeof(StartPoint));
  own_extras().starts.push_back({ms, start_ms});
}

void StoredSeries::restore(const std::vector<Chunk*>& chunks, const std::vector<Point>& tail, Shared& shared) {
  const auto capacity = std::max<uint32_t>(Chain::kTail, static_cast<uint32_t>(tail.size()));
  int64_t bytes = 0;
  for (const Chunk* chunk : chunks) bytes += static_cast<int64_t>(chunk->size());
  Chain* chain = Chain::make(capacity, chunks.data(), chunks.size(), bytes);
  replace_chain(chain, bytes, shared);
  std::copy(tail.begin(), tail.end(), chain_->tail());
  tail_count_ = static_cast<uint32_t>(tail.size());
  if (!tail.empty()) {
    newest_ = tail.back();
  } else if (!chunks.empty()) {
    Point points[Chunk::kMost];
    chunks.back()->decode(points);
    newest_ = points[chunks.back()->count() - 1];
  }
  last_ms_ = newest_.ms;
}

bool StoredSeries::ends_stale() const {
  return newest_.ms == last_ms_ && model::is_stale(newest_.value);
}

void StoredSeries::drop_before(int64_t before_ms, Shared& shared) {
  if (extras_) {
    const int64_t before = extras_->bytes();
    drop_old(extras_->histograms, before_ms);
    drop_old(extras_->starts, before_ms);
    shared.bytes += extras_->bytes() - before;
  }
  if (!chain_) return;
  size_t old = 0;
  while (old < chain_->chunk_count() && chain_->chunk(old)->last_ms() <= before_ms) ++old;
  if (old == 0) return;
  std::vector<Chunk*> kept;
  for (size_t i = old; i < chain_->chunk_count(); ++i) kept.push_back(chain_->chunk(i));
  int64_t bytes = 0;
  Chain* shorter = Chain::make(chain_->capacity(), kept.data(), kept.size(), bytes);
  std::copy_n(chain_->tail(), tail_count_, shorter->tail());
  replace_chain(shorter, bytes, shared);
}

StoredSeries::Snapshot StoredSeries::snapshot() const {
  Snapshot snapshot;
  snapshot.chain = chain_;
  if (chain_) chain_->hold();
  snapshot.tail_count = tail_count_;
  snapshot.newest = newest_;
  if (extras_) snapshot.extras = std::make_shared<const Extras>(*extras_);
  return snapshot;
}

}  // namespace reeve::series
