// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/svg.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "nernst/base/error.h"

namespace nernst::io {
namespace {

LinePlot some_plot() {
  LinePlot plot{
      .title = "A & B <c>", .subtitle = "one cell", .x = {"pulses", ""}, .y = {"conductance", "S"}};
  plot.lines.push_back({"mean", {0, 1, 2, 3}, {1e-6, 2e-6, 2.5e-6, 2.7e-6}, 0, LineStyle::solid});
  plot.bands.push_back({"10 to 90 %",
                        {0, 1, 2, 3},
                        {0.9e-6, 1.8e-6, 2.2e-6, 2.5e-6},
                        {1.1e-6, 2.2e-6, 2.8e-6, 2.9e-6},
                        0});
  plot.marks.push_back({2, "down"});
  return plot;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

TEST(NiceTicks, AreRoundAndInside) {
  EXPECT_EQ(nice_ticks(0, 10, 5), (std::vector<double>{0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(nice_ticks(-0.3, 0.31, 6).size(), 7u);
  EXPECT_EQ(nice_ticks(3, 3, 5), (std::vector<double>{3}));
  for (const auto& [low, high] : {std::pair{1e-9, 7e-9}, {-4e12, 9e12}, {0.99, 1.01}}) {
    const auto ticks = nice_ticks(low, high, 6);
    EXPECT_GE(ticks.size(), 3u);
    EXPECT_LE(ticks.size(), 8u);
    EXPECT_GE(ticks.front(), low - 1e-9 * (high - low));
    EXPECT_LE(ticks.back(), high + 1e-9 * (high - low));
  }
}

TEST(Svg, NamesAxesWithPrefixAndUnit) {
  const std::string svg = to_svg(some_plot());
  EXPECT_NE(svg.find("conductance (µS)"), std::string::npos);
  EXPECT_NE(svg.find(">pulses<"), std::string::npos);
  EXPECT_NE(svg.find("A &amp; B &lt;c&gt;"), std::string::npos);
  EXPECT_NE(svg.find("prefers-color-scheme: dark"), std::string::npos);
  EXPECT_NE(svg.find("viewBox"), std::string::npos);
}

TEST(Svg, EveryTagIsClosed) {
  const std::string svg = to_svg(some_plot());
  for (const char* tag : {"svg", "g", "text", "style", "title"}) {
    const std::string name = tag;
    EXPECT_EQ(count(svg, "<" + name + " ") + count(svg, "<" + name + ">"),
              count(svg, "</" + name + ">"))
        << name;
  }
}

TEST(Svg, ThinsLongLinesAndKeepsTheirExtremes) {
  LinePlot plot = some_plot();
  plot.lines[0].x.clear();
  plot.lines[0].y.clear();
  for (int k = 0; k < 100'000; ++k) {
    plot.lines[0].x.push_back(k);
    plot.lines[0].y.push_back(k == 54'321 ? 1.0 : 0.1 * std::sin(k));
  }
  plot.bands.clear();
  const std::string svg = to_svg(plot);
  EXPECT_LT(svg.size(), 100'000u);
  EXPECT_EQ(count(svg, "nan"), 0u);
}

TEST(Svg, LeavesAGapWhereAValueIsNotFinite) {
  LinePlot plot = some_plot();
  plot.bands.clear();
  plot.lines[0].y[1] = std::numeric_limits<double>::quiet_NaN();
  const std::string svg = to_svg(plot);
  const std::size_t line = svg.rfind("class=\"line s0\" d=");
  const std::string path = svg.substr(line, svg.find("/>", line) - line);
  EXPECT_EQ(count(path, "M"), 2u);
  EXPECT_EQ(count(svg, "nan"), 0u);
}

TEST(Svg, OfNothingOrAFlatLineIsStillAPlot) {
  LinePlot plot{.title = "empty", .subtitle = "", .x = {"x", ""}, .y = {"y", "J"}};
  EXPECT_EQ(count(to_svg(plot), "nan"), 0u);
  plot.lines.push_back({"flat", {0, 1}, {5e-15, 5e-15}, 0, LineStyle::solid});
  const std::string svg = to_svg(plot);
  EXPECT_EQ(count(svg, "nan"), 0u);
  EXPECT_NE(svg.find("y (fJ)"), std::string::npos);
}

TEST(Svg, ALineNeedsAYForEachX) {
  LinePlot plot = some_plot();
  plot.lines[0].x.pop_back();
  EXPECT_THROW(to_svg(plot), InternalError);
}

// Numbers on an axis do not touch: ticks are far enough apart for the widest of them.
TEST(Svg, TickTextsDoNotOverlap) {
  LinePlot plot = some_plot();
  plot.bands.clear();
  plot.lines[0].x = {0, 7000, 14000, 20123};
  const std::string svg = to_svg(plot);
  const std::string before = "<text x=\"", anchor = "text-anchor=\"middle\">";
  double last_end = 0;
  for (std::size_t at = svg.find(anchor); at != std::string::npos; at = svg.find(anchor, at + 1)) {
    if (svg.rfind("class=\"axis\"", at) > svg.rfind("<text", at)) continue;  // no number
    const double middle = std::stod(svg.substr(svg.rfind(before, at) + before.size()));
    const std::size_t from = at + anchor.size();
    const std::string text = svg.substr(from, svg.find('<', from) - from);
    const double half = 0.3 * 13 * static_cast<double>(text.size());
    EXPECT_GT(middle - half, last_end) << text;
    last_end = middle + half;
  }
  EXPECT_GT(last_end, 500);
}

}  // namespace
}  // namespace nernst::io
