#include "datasets/weights.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>

#include "scratch.hpp"

using namespace assay::datasets;
using namespace assay::solvers;

namespace {

std::string bytes_of(const std::vector<float>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

std::vector<float> counted(std::size_t count) {
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(i);
    return values;
}

const std::string heading = "name\tshape\toffset_floats\tcount\n";

/// The two files of a network, as they are published.
struct Files {
    Scratch scratch;
    std::filesystem::path index = scratch / "weights.tsv", values = scratch / "weights.f32.xz";

    Weights read(const std::string& lines, const std::vector<float>& numbers) const {
        write_plain(index, heading + lines);
        write_xz(values, bytes_of(numbers));
        return read_weights(index, values);
    }
    std::string complaint(const std::string& lines, const std::vector<float>& numbers) const {
        return message_of([&] { read(lines, numbers); });
    }
};

void says(const std::string& message, const std::string& text) {
    BOOST_TEST(contains(message, text), message << " lacks " << text);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(weights)

BOOST_FIXTURE_TEST_CASE(tensors_are_read_in_order, Files) {
    const Weights found = read("a.weight\t2x1x1x3\t0\t6\nb\t4\t6\t4\n", counted(10));
    BOOST_TEST(found.tensors.size() == 2u);
    BOOST_TEST(found.tensors[0].name == "a.weight");
    BOOST_TEST((found.tensors[0].extents == std::vector<std::size_t>{2, 1, 1, 3}));
    BOOST_TEST((found.tensors[1].values == std::vector<float>{6, 7, 8, 9}));
    write_plain(values, bytes_of(counted(10)));  // not packed
    BOOST_TEST((read_weights(index, values).tensors[1].values == std::vector<float>{6, 7, 8, 9}));
}

BOOST_FIXTURE_TEST_CASE(a_bad_index_is_refused_with_its_line, Files) {
    const auto index_says = [&](const std::string& lines, const std::string& text) {
        const std::string message = complaint(lines, counted(10));
        says(message, index.string());
        says(message, text);
    };
    index_says("", "lists no tensor");
    index_says("a\t2x3\t0\n", "line 2 is \"a\t2x3\t0\"");
    index_says("a\t2x3\t0\t6\nb\t2x-1\t6\t2\n", "line 3 has the shape \"2x-1\"");
    index_says("a\t2x0\t0\t0\n", "has the shape \"2x0\"");
    index_says("a\t99999999x99999999\t0\t6\n", "has the shape");
    index_says("a\t2x3\t0\t5\n", "says that a has 5 floats; its shape 2x3 has 6");
    index_says("a\t2x3\t0\t6\nb\t4\t8\t4\n", "says that b begins at 8; expected 6");
    index_says("a\t2x3\t0\t6\na\t4\t6\t4\n", "line 3 lists a again");
    write_plain(index, "a\t2x3\t0\t6\n");
    says(message_of([&] { read_weights(index, values); }), "does not begin with the heading");
}

BOOST_FIXTURE_TEST_CASE(bad_values_are_refused_with_their_file, Files) {
    const std::string lines = "a\t2x3\t0\t6\nb\t4\t6\t4\n";
    for (const auto& [count, text] :
         {std::pair{9u, "ends within b, after 9 floats"}, std::pair{11u, "goes on after the 10 floats"}}) {
        const std::string message = complaint(lines, counted(count));
        says(message, values.string());
        says(message, text);
    }
    std::vector<float> broken = counted(10);
    broken[7] = std::numeric_limits<float>::quiet_NaN();
    says(complaint(lines, broken), "value 1 of b (counted from 0) is nan");
    read(lines, counted(10));
    const std::string packed = read_plain(values);
    write_plain(values, packed.substr(0, packed.size() / 2));
    says(message_of([&] { read_weights(index, values); }), values.string());
    std::string damaged = packed;
    damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x55);
    write_plain(values, damaged);
    says(message_of([&] { read_weights(index, values); }), values.string());
    std::filesystem::remove(values);
    says(message_of([&] { read_weights(index, values); }), values.string());
}

BOOST_AUTO_TEST_CASE(every_order_of_a_kernel_is_brought_to_the_network_s) {
    Graph graph({2, 4, 4});
    graph.then(Convolution{.channels = 3, .kernel = 2, .bias = false}, "c");
    graph.then(Convolution{.channels = 3, .kernel = 2, .groups = 3, .bias = false}, "d");
    graph.then(BatchNorm{}, "d_bn");
    graph.then(Linear{2}, "l");
    Network<Cpu> network(graph);
    // Entry (o, i, y, x) is a number with these digits; the files hold them in their own order.
    std::vector<float> oihw, hwio, c1hw, hwc1;
    for (int o = 0; o < 3; ++o)
        for (int i = 0; i < 2; ++i)
            for (int y = 0; y < 2; ++y)
                for (int x = 0; x < 2; ++x)
                    oihw.push_back(static_cast<float>(1000 * o + 100 * i + 10 * y + x));
    for (int y = 0; y < 2; ++y)
        for (int x = 0; x < 2; ++x)
            for (int i = 0; i < 2; ++i)
                for (int o = 0; o < 3; ++o)
                    hwio.push_back(static_cast<float>(1000 * o + 100 * i + 10 * y + x));
    for (int c = 0; c < 3; ++c)
        for (int y = 0; y < 2; ++y)
            for (int x = 0; x < 2; ++x) c1hw.push_back(static_cast<float>(1000 * c + 10 * y + x));
    for (int y = 0; y < 2; ++y)
        for (int x = 0; x < 2; ++x)
            for (int c = 0; c < 3; ++c) hwc1.push_back(static_cast<float>(1000 * c + 10 * y + x));
    const std::vector<Tensor> others = {{"d_bn/gamma", {3}, {1, 2, 3}},
                                        {"d_bn/beta", {3}, {4, 5, 6}},
                                        {"d_bn/moving_mean", {3}, {7, 8, 9}},
                                        {"d_bn/moving_variance", {3}, {1, 2, 3}},
                                        {"l.weight", {2, 12}, counted(24)},
                                        {"l.bias", {2}, {1, 2}},
                                        {"cut.off", {1}, {0}}};
    const std::vector<std::vector<Tensor>> kernels = {
        {{"c.weight", {3, 2, 2, 2}, oihw}, {"d.weight", {3, 1, 2, 2}, c1hw}},
        {{"c/kernel", {2, 2, 2, 3}, hwio}, {"d/depthwise_kernel", {2, 2, 3, 1}, hwc1}}};
    for (std::vector<Tensor> tensors : kernels) {
        tensors.insert(tensors.end(), others.begin(), others.end());
        give_weights({"file", tensors}, network);
        BOOST_TEST((network.parameter("c.weight") == oihw));
        BOOST_TEST((network.parameter("d.weight") == c1hw));
        BOOST_TEST((network.parameter("d_bn.scale") == std::vector<float>{1, 2, 3}));
        BOOST_TEST((network.parameter("d_bn.shift") == std::vector<float>{4, 5, 6}));
        BOOST_TEST((network.statistics(3).mean == std::vector<float>{7, 8, 9}));
        BOOST_TEST((network.statistics(3).variance == std::vector<float>{1, 2, 3}));
        BOOST_TEST((network.parameter("l.weight") == counted(24)));
        BOOST_TEST((network.parameter("l.bias") == std::vector<float>{1, 2}));
    }
}

BOOST_AUTO_TEST_CASE(weights_of_another_network_are_refused) {
    Graph graph({2, 4, 4});
    graph.then(Convolution{.channels = 3, .kernel = 2}, "c");
    graph.then(BatchNorm{}, "n");
    Network<Cpu> network(graph);
    const std::vector<Tensor> good = {{"c.weight", {3, 2, 2, 2}, counted(24)},
                                      {"c.bias", {3}, {1, 2, 3}},
                                      {"n.weight", {3}, {1, 1, 1}},
                                      {"n.bias", {3}, {0, 0, 0}},
                                      {"n.running_mean", {3}, {0, 0, 0}},
                                      {"n.running_var", {3}, {1, 1, 1}}};
    give_weights({"good.xz", good}, network);
    for (const Tensor& missing : good) {
        std::vector<Tensor> tensors;
        for (const Tensor& tensor : good)
            if (tensor.name != missing.name) tensors.push_back(tensor);
        const std::string message = message_of([&] { give_weights({"short.xz", tensors}, network); });
        says(message, "short.xz");
        says(message, missing.name);
    }
    std::vector<Tensor> other = good;
    other[0] = {"c.weight", {3, 2, 4}, counted(24)};
    const std::string message = message_of([&] { give_weights({"other.xz", other}, network); });
    says(message, "other.xz");
    says(message, "c.weight has the shape 3x2x4; the network's layer has 3x2x2x2");
    other = good;
    other[5].values[1] = -1;
    says(message_of([&] {
             give_weights({"other.xz", other}, network);
         }),
         "variance of n has an entry below 0");
}

BOOST_AUTO_TEST_SUITE_END()
