// SPDX-License-Identifier: Apache-2.0
// Work that takes long asks now and then whether somebody wants it to stop.
#pragma once

#include <functional>
#include <utility>

namespace nernst {

// As long as it lives, heed_interruption() on this thread calls `heed`, which throws to stop the
// work. One within another takes its place until it goes.
class InterruptionScope {
 public:
  explicit InterruptionScope(std::function<void()> heed)
      : heed_(std::move(heed)), before_(std::exchange(current(), this)) {}
  ~InterruptionScope() { current() = before_; }
  InterruptionScope(const InterruptionScope&) = delete;
  InterruptionScope& operator=(const InterruptionScope&) = delete;

  // Of the innermost one; nothing where there is none.
  static void heed() {
    if (current() != nullptr && current()->heed_) current()->heed_();
  }

 private:
  static InterruptionScope*& current() {
    static thread_local InterruptionScope* scope = nullptr;
    return scope;
  }
  std::function<void()> heed_;
  InterruptionScope* before_;
};

// What throws leaves nothing behind: to be called where work can be given up.
inline void heed_interruption() { InterruptionScope::heed(); }

}  // namespace nernst
