// SPDX-License-Identifier: Apache-2.0
// A line plot as an SVG file that stands on its own: it fits its place, follows the reader's light
// or dark colours, and needs no font, script or style from elsewhere.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace nernst::io {

// One axis. With a unit ("S", "s", "J"), values are shown with the SI prefix that suits them
// ("conductance (nS)"); without one ("", a pure number or a percentage) they are shown as they are.
struct PlotAxis {
  std::string label;
  std::string unit;
};

enum class LineStyle { solid, dashed, thin };

// A line through (x, y); a value that is not finite leaves a gap. Lines with the same `colour` (0,
// 1, ...) look the same, in the line and in the band; a line without a label is not in the legend.
struct PlotLine {
  std::string label;
  std::vector<double> x = {}, y = {};
  std::size_t colour = 0;
  LineStyle style = LineStyle::solid;
};

// The area between two lines.
struct PlotBand {
  std::string label;
  std::vector<double> x = {}, low = {}, high = {};
  std::size_t colour = 0;
};

// A vertical mark at x with a word beside it.
struct PlotMark {
  double x = 0;
  std::string label;
};

struct LinePlot {
  std::string title;
  std::string subtitle = {};
  PlotAxis x, y;
  std::vector<PlotBand> bands = {};
  std::vector<PlotLine> lines = {};
  std::vector<PlotMark> marks = {};
};

// The plot as the text of an SVG file. Long lines are thinned to what can be seen. Throws
// InternalError where x and y of a line differ in length.
std::string to_svg(const LinePlot& plot);

// Numbers for an axis from `low` to `high`: about `count` of them, 1, 2 or 5 times a power of ten
// apart.
std::vector<double> nice_ticks(double low, double high, int count);

}  // namespace nernst::io
