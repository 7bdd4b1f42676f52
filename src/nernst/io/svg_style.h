// SPDX-License-Identifier: Apache-2.0
// The colours and letters of a plot: s0 to s5 for lines, f0 to f5 for areas, told apart also by
// readers who see fewer colours.
#pragma once

#include <string_view>

namespace nernst::io {

inline constexpr std::string_view kStyle = R"(
  text { font: 13px system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif;
         fill: #39424c }
  .page { fill: #ffffff }
  .title { font-size: 18px; font-weight: 600; fill: #161b21 }
  .axis { font-weight: 500; fill: #161b21 }
  .halo { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round }
  .grid { stroke: #e6e9ed; stroke-width: 1 }
  .frame { stroke: #8a949e; stroke-width: 1 }
  .mark { stroke: #8a949e; stroke-width: 1; stroke-dasharray: 2 3 }
  .line { fill: none; stroke-width: 2.25; stroke-linejoin: round; stroke-linecap: round }
  .dashed { stroke-dasharray: 7 5 }
  .thin { stroke-width: 1.1; stroke-opacity: 0.85 }
  .band { stroke: none; fill-opacity: 0.2 }
  .s0 { stroke: #0a6aa6 } .s1 { stroke: #c2502e } .s2 { stroke: #2f7d4f }
  .s3 { stroke: #7d4fa3 } .s4 { stroke: #a87405 } .s5 { stroke: #4f5b66 }
  .f0 { fill: #0a6aa6 } .f1 { fill: #c2502e } .f2 { fill: #2f7d4f }
  .f3 { fill: #7d4fa3 } .f4 { fill: #a87405 } .f5 { fill: #4f5b66 }
  @media (prefers-color-scheme: dark) {
    text { fill: #b6c0ca }
    .page { fill: #14181d }
    .title, .axis { fill: #eef2f6 }
    .halo { stroke: #14181d }
    .grid { stroke: #262d35 }
    .frame, .mark { stroke: #6c7783 }
    .band { fill-opacity: 0.28 }
    .s0 { stroke: #58b4ea } .s1 { stroke: #f08a68 } .s2 { stroke: #72c892 }
    .s3 { stroke: #c39be4 } .s4 { stroke: #e3b341 } .s5 { stroke: #a7b2bd }
    .f0 { fill: #58b4ea } .f1 { fill: #f08a68 } .f2 { fill: #72c892 }
    .f3 { fill: #c39be4 } .f4 { fill: #e3b341 } .f5 { fill: #a7b2bd }
  }
)";

}  // namespace nernst::io
