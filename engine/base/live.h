/// \file
/// How does a late answer find the object that asked, or learn that it is gone? A table of live things by handle.
///
/// Asynchronous code has the one shape of CONVENTIONS: a class with a member per answer, and
/// `live.on(id, &Step::on_result)` as the callback. The answer to a thing that has gone is dropped and counted.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/assert.h"

namespace reeve::base {

/// Names a slot and its generation; a default handle names nothing.
struct Handle {
  uint32_t slot = 0;
  uint32_t generation = 0;
  bool operator==(const Handle&) const = default;
  explicit operator bool() const { return generation != 0; }
};

/// Core thread only. Owns its things. Its callbacks may outlive it: they then do nothing.
template <class T>
class Live {
 public:
  Live() = default;
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  Handle add(std::unique_ptr<T> thing) {
    if (free_.empty()) {
      slots_.push_back({});
      free_.push_back(static_cast<uint32_t>(slots_.size() - 1));
    }
    const uint32_t slot = free_.back();
    free_.pop_back();
    slots_[slot].thing = std::move(thing);
    ++size_;
    return {slot, slots_[slot].generation};
  }

  /// nullptr when it has gone.
  T* find(Handle handle) const {
    if (!handle || handle.slot >= slots_.size() || slots_[handle.slot].generation != handle.generation) return nullptr;
    return slots_[handle.slot].thing.get();
  }

  /// Ends the thing; one that has gone is no error. A member function of T may end its own object as its last act.
  void erase(Handle handle) {
    if (!find(handle)) return;
    Slot& slot = slots_[handle.slot];
    ++slot.generation;
    --size_;
    free_.push_back(handle.slot);
    const std::unique_ptr<T> last = std::move(slot.thing);
  }

  /// A callback that calls `member` on the thing, if it is still there.
  template <class... Args>
  std::function<void(Args...)> on(Handle handle, void (T::*member)(Args...)) {
    return [this, here = std::weak_ptr<const char>(here_), handle, member](Args... args) {
      if (here.expired()) return;
      if (T* thing = find(handle)) {
        (thing->*member)(std::forward<Args>(args)...);
      } else {
        ++dropped_;
      }
    };
  }

  template <class F>
  void each(F&& f) const {
    for (size_t i = 0; i < slots_.size(); ++i)
      if (slots_[i].thing) f(Handle{static_cast<uint32_t>(i), slots_[i].generation}, *slots_[i].thing);
  }

  size_t size() const { return size_; }
  /// Answers that came after their thing had gone.
  uint64_t dropped() const { return dropped_; }

 private:
  struct Slot {
    std::unique_ptr<T> thing;
    uint32_t generation = 1;
  };
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  size_t size_ = 0;
  uint64_t dropped_ = 0;
  std::shared_ptr<const char> here_ = std::make_shared<const char>('\0');
};

}  // namespace reeve::base
