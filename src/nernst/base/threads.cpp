// SPDX-License-Identifier: Apache-2.0
#include "nernst/base/threads.h"

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "nernst/base/error.h"

namespace nernst {

struct Threads::Arena {
  explicit Arena(int count) : arena(count) {
    // more threads than cores may be asked for, and that is nothing to warn of
    constexpr std::size_t most = 4096;
    static const tbb::global_control allowed(tbb::global_control::max_allowed_parallelism, most);
  }
  tbb::task_arena arena;
};

Threads::Threads(int count) : count_(count) {
  NERNST_CHECK(count >= 1);
  if (count > 1) arena_ = std::make_shared<Arena>(count);
}

void Threads::for_each_part(std::size_t size, std::size_t grain,
                            const std::function<void(std::size_t, std::size_t)>& work) const {
  if (size == 0) return;
  if (count_ == 1 || size <= grain) return work(0, size);
  arena_->arena.execute([&] {
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, size, grain),
                      [&](const auto& range) { work(range.begin(), range.end()); });
  });
}

}  // namespace nernst
