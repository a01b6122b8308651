#include "plugin/process/batch.h"

namespace reeve::plugin {

namespace {
std::string_view view(reeve_text t) {
  return {t.at ? t.at : "", t.at ? t.size : 0};
}
constexpr size_t kKeptBytes = 4 << 20;
}  // namespace

void Batch::clear() {
  if (packed_.capacity() > kKeptBytes) std::string().swap(packed_);
  packed_.clear();
  error_.clear();
  count_ = 0;
}

bool Batch::fail(std::string why) {
  if (error_.empty()) error_ = std::move(why);
  return false;
}

bool Batch::add(const reeve_sample& sample) {
  if (!error_.empty()) return false;
  if (sample.size < sizeof(reeve_sample))
    return fail("a sample tells a wrong size: rebuild the plugin with sdk/include");
  if (count_ >= kMaxSamples) return fail("more than 200,000 samples in one batch");
  if (packed_.size() > kMaxBatchBytes) return fail("more than 60 MiB in one batch");
  if (std::string wrong = wrong_name(view(sample.name)); !wrong.empty()) return fail(std::move(wrong));
  if (sample.label_count > kMaxLabels) return fail(std::string(view(sample.name)) + " has more than 64 labels");
  for (size_t i = 0; i < sample.label_count; ++i) {
    const reeve_label& label = sample.labels[i];
    std::string wrong = wrong_label(view(sample.name), view(label.name), view(label.value));
    if (!wrong.empty()) return fail(std::move(wrong));
  }
  model::Packer out(packed_);
  out.string(view(sample.name));
  out.list(sample.label_count * 2);
  for (size_t i = 0; i < sample.label_count; ++i) {
    out.string(view(sample.labels[i].name));
    out.string(view(sample.labels[i].value));
  }
  out.number(sample.value);
  out.integer(sample.at_ms);
  ++count_;
  return true;
}

}  // namespace reeve::plugin
