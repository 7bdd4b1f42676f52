// SPDX-License-Identifier: Apache-2.0
// Work shared over threads. What is computed never depends on how it was shared.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace nernst {

// A fixed number of threads; a copy shares them. Work given to one thread runs in the caller.
class Threads {
 public:
  explicit Threads(int count = 1);
  int count() const { return count_; }

  // Calls `work(first, last)` on parts that cover [0, size), each at least `grain` long (the last
  // may be shorter). The parts must write to different places.
  void for_each_part(std::size_t size, std::size_t grain,
                     const std::function<void(std::size_t first, std::size_t last)>& work) const;

 private:
  struct Arena;
  int count_;
  std::shared_ptr<Arena> arena_;
};

}  // namespace nernst
