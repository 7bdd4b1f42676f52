// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/onnx.h"

#include <gtest/gtest.h>

#include <limits>

#include "nernst/io/onnx_test_help.h"
#include "nernst/io/test_help.h"

namespace nernst::io {
namespace {

using namespace onnx_file;

std::string sample() {
  return model(
      {node("Gemm", {"x", "w", "b"}, "h", attribute("transB", 1) + attribute("alpha", 2.5f), "fc1"),
       node("Relu", {"h"}, "y")},
      {tensor("w", {2, 3}, {1, 2, 3, 4, 5, 6}), tensor("b", {2}, {-1, 0.5f})}, {"x", "w"});
}

OnnxTensor only_tensor(const std::string& bytes) {
  const OnnxModel parsed = parse_onnx(model({}, {bytes}), "x.onnx");
  EXPECT_EQ(parsed.initializers.size(), 1u);
  return parsed.initializers.begin()->second;
}

std::string complaint_of(const std::string& bytes) {
  return complaint([&] { parse_onnx(bytes, "x.onnx"); });
}

TEST(Onnx, TheGraphIsRead) {
  const OnnxModel parsed = parse_onnx(sample(), "x.onnx");
  ASSERT_EQ(parsed.nodes.size(), 2u);
  EXPECT_EQ(parsed.nodes[0].op, "Gemm");
  EXPECT_EQ(parsed.nodes[0].name, "fc1");
  EXPECT_EQ(parsed.nodes[0].inputs, (std::vector<std::string>{"x", "w", "b"}));
  EXPECT_EQ(parsed.nodes[0].outputs, std::vector<std::string>{"h"});
  EXPECT_EQ(parsed.nodes[0].numbers,
            (std::map<std::string, double>{{"transB", 1}, {"alpha", 2.5}}));
  EXPECT_EQ(parsed.nodes[1].op, "Relu");
  // an initializer is no input of the network
  EXPECT_EQ(parsed.inputs, std::vector<std::string>{"x"});
  EXPECT_EQ(parsed.outputs, std::vector<std::string>{"y"});
  ASSERT_EQ(parsed.initializers.size(), 2u);
  EXPECT_EQ(parsed.initializers.at("w").shape, (std::vector<std::size_t>{2, 3}));
  EXPECT_EQ(parsed.initializers.at("w").values, (std::vector<double>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(parsed.initializers.at("b").values, (std::vector<double>{-1, 0.5}));
}

TEST(Onnx, EveryTypeOfNumberIsReadRawAndTyped) {
  const auto values = [](int type, const std::string& data) {
    return only_tensor(tensor_of("w", type, {2}, data)).values;
  };
  const std::vector<double> expected{1, -2};
  EXPECT_EQ(values(1, text(9, raw<float>({1, -2}))), expected);
  EXPECT_EQ(values(1, text(4, raw<float>({1, -2}))), expected);
  EXPECT_EQ(values(11, text(9, raw<double>({1, -2}))), expected);
  EXPECT_EQ(values(11, text(10, raw<double>({1, -2}))), expected);
  EXPECT_EQ(values(10, text(9, raw<std::uint16_t>({0x3c00, 0xc000}))), expected);
  EXPECT_EQ(values(10, text(5, varint(0x3c00) + varint(0xc000))), expected);
  EXPECT_EQ(values(6, text(9, raw<std::int32_t>({1, -2}))), expected);
  EXPECT_EQ(values(6, number(5, 1) + number(5, -2)), expected);
  EXPECT_EQ(values(7, text(9, raw<std::int64_t>({1, -2}))), expected);
  EXPECT_EQ(values(7, number(7, 1) + number(7, -2)), expected);
  EXPECT_EQ(values(3, text(9, raw<std::int8_t>({1, -2}))), expected);
  EXPECT_EQ(values(9, text(9, raw<std::uint8_t>({1, 0}))), (std::vector<double>{1, 0}));
  EXPECT_EQ(values(13, number(11, 1) + number(11, 2)), (std::vector<double>{1, 2}));
  EXPECT_EQ(only_tensor(tensor("one", {}, {7})).values, std::vector<double>{7});
}

TEST(Onnx, AConstantIsAnInitializer) {
  const OnnxModel parsed =
      parse_onnx(model({node("Constant", {}, "c", attribute("value", tensor("", {1, 2}, {3, 4}))),
                        node("Constant", {}, "d", attribute("value_int", 5))},
                       {}),
                 "x.onnx");
  EXPECT_TRUE(parsed.nodes.empty());
  EXPECT_EQ(parsed.initializers.at("c").shape, (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(parsed.initializers.at("c").values, (std::vector<double>{3, 4}));
  EXPECT_EQ(parsed.initializers.at("d").values, std::vector<double>{5});
}

TEST(Onnx, AForeignOperatorKeepsItsDomain) {
  const OnnxModel parsed =
      parse_onnx(model({node("Gemm", {"x"}, "y", text(7, "com.example"))}, {}), "x.onnx");
  EXPECT_EQ(parsed.nodes.at(0).op, "com.example::Gemm");
}

TEST(Onnx, AFileCutShortAnywhereIsRefused) {
  const std::string whole = sample();
  ASSERT_EQ(complaint_of(whole), "");
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(complaint_of(whole.substr(0, size)), "") << size;
}

TEST(Onnx, TheSentenceNamesTheTensorAndTheMatter) {
  const auto says = [](const std::string& bytes, const std::string& part) {
    const std::string sentence = complaint_of(bytes);
    EXPECT_NE(sentence.find(part), std::string::npos) << sentence << " | " << part;
  };
  const auto of_tensor = [](const std::string& bytes) { return model({}, {bytes}); };
  says("", "not an ONNX model");
  says("hello", "not an ONNX model");
  says(number(1, 8), "not an ONNX model");
  says(of_tensor(tensor("w", {2, 3}, {1, 2})), "tensor \"w\" has 2 numbers");
  says(of_tensor(tensor("w", {1LL << 62, 1LL << 62}, {1, 2})), "tensor \"w\" has 2 numbers");
  says(of_tensor(tensor("w", {-1}, {1})), "tensor \"w\" has the extent -1");
  says(of_tensor(tensor_of("w", 1, {1}, text(9, "abc"))), "cut short");
  says(of_tensor(tensor_of("w", 8, {1}, text(6, "abc"))), "ONNX type 8");
  says(of_tensor(tensor_of("w", 1, {1}, number(14, 1))), "in another file");
  says(of_tensor(tensor_of("w", 1, {1}, text(13, text(1, "location") + text(2, "w.bin")))),
       "in another file");
  says(model({}, {tensor("w", {1}, {1}), tensor("w", {1}, {1})}), "two tensors \"w\"");
  says(model({node("Constant", {}, "c")}, {}), "Constant");
  says(model({node("Constant", {}, "c", text(5, text(1, "value_string") + text(4, "a")))}, {}),
       "Constant \"c\"");
}

}  // namespace
}  // namespace nernst::io
