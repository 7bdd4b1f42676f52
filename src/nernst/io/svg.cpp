// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>

#include "nernst/base/error.h"
#include "nernst/io/svg_style.h"

namespace nernst::io {

namespace {

// ---- the page: sizes in units of the viewBox ----

constexpr double kWidth = 760, kHeight = 460;
constexpr double kPad = 20;
constexpr double kTitleSize = 18, kTextSize = 13;
constexpr double kLegendRow = 22, kSwatch = 26;
constexpr std::size_t kColours = 6;

// How wide a text is drawn, on the safe side.
double text_width(std::string_view text, double size = kTextSize) {
  constexpr double per_letter = 0.56;
  // a byte that continues a UTF-8 sign is no letter of its own
  const auto letters = std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  });
  return per_letter * size * static_cast<double>(letters);
}

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return safe;
}

// ---- numbers and axes ----

// The SI prefix by which values up to `largest` have one to three digits before the point.
struct Prefix {
  std::string_view symbol;
  double factor;
};
Prefix prefix_for(double largest) {
  constexpr std::array<Prefix, 11> known = {{{"f", 1e-15},
                                             {"p", 1e-12},
                                             {"n", 1e-9},
                                             {"µ", 1e-6},
                                             {"m", 1e-3},
                                             {"", 1},
                                             {"k", 1e3},
                                             {"M", 1e6},
                                             {"G", 1e9},
                                             {"T", 1e12},
                                             {"P", 1e15}}};
  Prefix best = known[5];
  if (!(largest > 0)) return best;
  best = known.front();
  for (const Prefix& prefix : known)
    if (largest >= 0.9999999 * prefix.factor) best = prefix;
  return best;
}

// A tick's number: no more decimals than `step` asks for, a true minus, thin spaces between
// thousands.
std::string tick_text(double value, double step) {
  const double size = std::max(std::abs(value), std::abs(step));
  if (size >= 1e7 || step < 1e-6) return fmt::format("{:.4g}", value);
  int decimals = 0;
  for (double unit = 1; decimals < 7 && step < 0.999999 * unit; unit /= 10) ++decimals;
  std::string digits = fmt::format("{:.{}f}", std::abs(value), decimals);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  if (point > 4)
    for (std::size_t k = point - 3; k > 0 && k < point; k -= std::min<std::size_t>(k, 3))
      digits.insert(k, "\u202f");
  const bool zero = std::abs(value) < step / 1000;
  return (value < 0 && !zero ? "\u2212" : "") + digits;
}

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  void add(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

// An axis as it is drawn: its span, its ticks and how a value becomes a place.
struct Scale {
  double low, high, factor;  // low and high in shown numbers, value / factor
  double from, to;           // places
  std::vector<double> ticks;
  double step;
  std::string title;

  double place(double value) const {
    return from + (value / factor - low) / (high - low) * (to - from);
  }
  std::string text(double tick) const { return tick_text(tick, step); }
};

Scale make_scale(const PlotAxis& axis, Range range, int count, bool room) {
  if (range.low > range.high) range = {0, 1};
  // a flat line stands in the middle
  if (range.high - range.low < 1e-12 * std::max(std::abs(range.low), std::abs(range.high)) ||
      range.high == range.low) {
    const double half = range.low == 0 ? 1 : std::abs(range.low) * 0.1;
    range = {range.low - half, range.high + half};
  }
  Scale scale{};
  Prefix prefix{"", 1};
  if (!axis.unit.empty()) prefix = prefix_for(std::max(std::abs(range.low), std::abs(range.high)));
  scale.factor = prefix.factor;
  scale.low = range.low / prefix.factor;
  scale.high = range.high / prefix.factor;
  scale.ticks = nice_ticks(scale.low, scale.high, count);
  scale.step = scale.ticks.size() > 1 ? scale.ticks[1] - scale.ticks[0] : 1;
  if (room) {
    // a little air, so that a line does not run along the frame
    const double air = 0.04 * (scale.high - scale.low);
    scale.low -= air;
    scale.high += air;
    scale.ticks = nice_ticks(scale.low, scale.high, count);
    scale.step = scale.ticks.size() > 1 ? scale.ticks[1] - scale.ticks[0] : 1;
  }
  scale.title = axis.unit.empty() ? axis.label
                                  : fmt::format("{} ({}{})", axis.label, prefix.symbol, axis.unit);
  return scale;
}

// ---- lines ----

// Every value, or the lowest and highest of each of a thousand groups.
std::vector<std::size_t> seen_points(const std::vector<double>& y) {
  constexpr std::size_t most = 3000, groups = 1000;
  std::vector<std::size_t> chosen;
  if (y.size() <= most) {
    for (std::size_t k = 0; k < y.size(); ++k) chosen.push_back(k);
    return chosen;
  }
  for (std::size_t group = 0; group < groups; ++group) {
    const std::size_t first = group * y.size() / groups, last = (group + 1) * y.size() / groups;
    std::size_t low = first, high = first;
    for (std::size_t k = first; k < last; ++k) {
      if (!(y[k] >= y[low])) low = k;
      if (!(y[k] <= y[high])) high = k;
    }
    for (const std::size_t k : {first, std::min(low, high), std::max(low, high), last - 1})
      if (chosen.empty() || chosen.back() < k) chosen.push_back(k);
  }
  return chosen;
}

std::string point(const Scale& x, const Scale& y, double px, double py) {
  return fmt::format("{:.1f} {:.1f}", x.place(px), y.place(py));
}

std::string line_path(const Scale& x, const Scale& y, const PlotLine& line) {
  std::string path;
  bool pen_down = false;
  for (const std::size_t k : seen_points(line.y)) {
    if (!std::isfinite(line.x[k]) || !std::isfinite(line.y[k])) {
      pen_down = false;
      continue;
    }
    path += (pen_down ? "L" : "M") + point(x, y, line.x[k], line.y[k]);
    pen_down = true;
  }
  return path;
}

std::string band_path(const Scale& x, const Scale& y, const PlotBand& band) {
  std::string there, back;
  for (const std::size_t k : seen_points(band.high)) {
    if (!std::isfinite(band.x[k]) || !std::isfinite(band.high[k]) || !std::isfinite(band.low[k]))
      continue;
    there += (there.empty() ? "M" : "L") + point(x, y, band.x[k], band.high[k]);
    back = "L" + point(x, y, band.x[k], band.low[k]) + back;
  }
  return there.empty() ? there : there + back + "Z";
}

std::string_view style_class(LineStyle style) {
  return style == LineStyle::dashed ? " dashed" : style == LineStyle::thin ? " thin" : "";
}

// ---- the legend ----

struct LegendEntry {
  std::string label, swatch;  // the swatch is drawn at its own origin
};

std::vector<LegendEntry> legend_of(const LinePlot& plot) {
  std::vector<LegendEntry> entries;
  for (const PlotLine& line : plot.lines)
    if (!line.label.empty())
      entries.push_back({line.label, fmt::format(R"(<path class="line{} s{}" d="M1 0H19"/>)",
                                                 style_class(line.style), line.colour % kColours)});
  for (const PlotBand& band : plot.bands)
    if (!band.label.empty())
      entries.push_back(
          {band.label, fmt::format(R"(<rect class="band f{}" y="-6" width="20" height="12"/>)",
                                   band.colour % kColours)});
  return entries;
}

// Draws the entries in rows from `y` down and moves `y` below them.
std::string draw_legend(const std::vector<LegendEntry>& entries, double left, double& y) {
  constexpr double between = 22;
  std::string svg;
  double x = left;
  bool started = false;
  for (const LegendEntry& entry : entries) {
    const double width = kSwatch + text_width(entry.label);
    if (started && x + width > kWidth - kPad) {
      x = left;
      y += kLegendRow;
    }
    svg += fmt::format(
        "<g transform=\"translate({:.1f} {:.1f})\">{}<text x=\"{}\" y=\"4.5\">{}</text></g>\n", x,
        y, entry.swatch, kSwatch, escaped(entry.label));
    x += width + between;
    started = true;
  }
  if (started) y += kLegendRow;
  return svg;
}

// ---- the parts of the plot ----

std::string draw_axes(const Scale& x, const Scale& y) {
  std::string svg;
  for (const double tick : y.ticks) {
    const double place = y.place(tick * y.factor);
    svg += fmt::format(
        "<path class=\"grid\" d=\"M{0:.1f} {2:.1f}H{1:.1f}\"/>"
        "<text x=\"{3:.1f}\" y=\"{4:.1f}\" text-anchor=\"end\">{5}</text>\n",
        x.from, x.to, place, x.from - 9, place + 4.5, y.text(tick));
  }
  for (const double tick : x.ticks) {
    const double place = x.place(tick * x.factor);
    svg += fmt::format(
        "<path class=\"frame\" d=\"M{0:.1f} {1:.1f}v5\"/>"
        "<text x=\"{0:.1f}\" y=\"{2:.1f}\" text-anchor=\"middle\">{3}</text>\n",
        place, y.from, y.from + 20, x.text(tick));
  }
  svg += fmt::format("<path class=\"frame\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>\n", x.from, y.from, x.to);
  svg += fmt::format(
      "<text class=\"axis\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n",
      (x.from + x.to) / 2, kHeight - 14, escaped(x.title));
  return svg;
}

std::string draw_marks(const std::vector<PlotMark>& marks, const Scale& x, const Scale& y) {
  std::string svg;
  for (const PlotMark& mark : marks) {
    const double place = x.place(mark.x);
    // beside its line, on the side where there is room
    const bool fits = place + 8 + text_width(mark.label) < x.to;
    svg += fmt::format(
        "<path class=\"mark\" d=\"M{0:.1f} {1:.1f}V{2:.1f}\"/>"
        "<text class=\"halo\" x=\"{3:.1f}\" y=\"{4:.1f}\" text-anchor=\"{5}\">{6}</text>\n",
        place, y.from, y.to, place + (fits ? 6 : -6), y.to + 12, fits ? "start" : "end",
        escaped(mark.label));
  }
  return svg;
}

}  // namespace

std::vector<double> nice_ticks(double low, double high, int count) {
  if (!(high > low) || !std::isfinite(high - low) || count < 1) return {low};
  const double rough = (high - low) / count;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  // the one of 1, 2, 5, 10 that is nearest as a ratio
  const double digits = rough / power;
  const double step = power * (digits < std::sqrt(2)    ? 1
                               : digits < std::sqrt(10) ? 2
                               : digits < std::sqrt(50) ? 5
                                                        : 10);
  std::vector<double> ticks;
  const double first = std::ceil(low / step - 1e-9), last = std::floor(high / step + 1e-9);
  for (double k = first; k <= last && ticks.size() < 100; ++k) ticks.push_back(k * step);
  return ticks;
}

std::string to_svg(const LinePlot& plot) {
  Range x_range, y_range;
  for (const PlotLine& line : plot.lines) {
    NERNST_CHECK(line.x.size() == line.y.size());
    for (const double value : line.x) x_range.add(value);
    for (const double value : line.y) y_range.add(value);
  }
  for (const PlotBand& band : plot.bands) {
    NERNST_CHECK(band.x.size() == band.low.size() && band.x.size() == band.high.size());
    for (const double value : band.x) x_range.add(value);
    for (const double value : band.low) y_range.add(value);
    for (const double value : band.high) y_range.add(value);
  }
  Scale x = make_scale(plot.x, x_range, 7, false), y = make_scale(plot.y, y_range, 6, true);

  // from the top: title, subtitle, legend, name of the y axis, plot
  std::string head;
  double cursor = kPad;
  if (!plot.title.empty()) {
    cursor += kTitleSize - 3;
    head += fmt::format("<text class=\"title\" x=\"{}\" y=\"{}\">{}</text>\n", kPad, cursor,
                        escaped(plot.title));
  }
  if (!plot.subtitle.empty()) {
    cursor += 21;
    head +=
        fmt::format("<text x=\"{}\" y=\"{}\">{}</text>\n", kPad, cursor, escaped(plot.subtitle));
  }
  cursor += 22;
  head += draw_legend(legend_of(plot), kPad, cursor);
  cursor += 6;
  head += fmt::format("<text class=\"axis\" x=\"{}\" y=\"{}\">{}</text>\n", kPad, cursor,
                      escaped(y.title));

  double widest = 0;
  for (const double tick : y.ticks) widest = std::max(widest, text_width(y.text(tick)));
  x.from = kPad + widest + 9;
  x.to = kWidth - kPad - 12;
  y.from = kHeight - 56;
  y.to = cursor + 14;

  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" role=\"img\" "
      "aria-label=\"{2}\">\n<title>{2}</title>\n<style>{3}</style>\n"
      "<rect class=\"page\" width=\"{0}\" height=\"{1}\"/>\n",
      kWidth, kHeight, escaped(plot.title), kStyle);
  svg += head + draw_axes(x, y);
  for (const PlotBand& band : plot.bands)
    svg += fmt::format("<path class=\"band f{}\" d=\"{}\"/>\n", band.colour % kColours,
                       band_path(x, y, band));
  // thin lines below the others
  for (const bool thin : {true, false})
    for (const PlotLine& line : plot.lines)
      if ((line.style == LineStyle::thin) == thin)
        svg += fmt::format("<path class=\"line{} s{}\" d=\"{}\"/>\n", style_class(line.style),
                           line.colour % kColours, line_path(x, y, line));
  return svg + draw_marks(plot.marks, x, y) + "</svg>\n";
}

}  // namespace nernst::io
