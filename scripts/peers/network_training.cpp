// Training steps of VGG11 with batch norms on 3 x 32 x 32 images (cross-entropy, SGD with momentum and weight
// decay) on a problem that the peer can load too.
//
//   network_training prepare FOLDER batch     writes images, labels and the first parameters
//   network_training serve FOLDER threads     for each number of steps on a line of its input, runs them and
//   answers
//                                             with a line: seconds of each step, then the last step's loss
//
// Arrays are raw little-endian float32; FOLDER/parameters lists "name values" a line, in the order of the
// blocks in FOLDER/values.

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "solvers/device/random.hpp"
#include "solvers/network/initialise.hpp"
#include "solvers/network/models.hpp"
#include "solvers/network/training.hpp"

using namespace assay::solvers;
namespace fs = std::filesystem;

namespace {

constexpr MapShape image{3, 32, 32};
constexpr std::size_t classes = 10;
constexpr Sgd method{.rate = 0.01, .momentum = 0.9, .weight_decay = 5e-4};

Graph graph() {
    return vgg11(image, classes, Normalisation::batch);
}

Labels labels_of(std::size_t batch) {
    Labels labels(batch);
    for (std::size_t i = 0; i < batch; ++i) labels[i] = static_cast<std::uint32_t>(i % classes);
    return labels;
}

void prepare(const fs::path& folder, std::size_t batch) {
    Random random(1, "images");
    std::vector<float> images(image.size() * batch);
    for (float& value : images) value = static_cast<float>(random.normal());
    const auto write = [&](const char* name, const std::vector<float>& values) {
        std::ofstream(folder / name, std::ios::binary | std::ios::app)
            .write(reinterpret_cast<const char*>(values.data()),
                   static_cast<std::streamsize>(values.size() * sizeof(float)));
    };
    write("images", images);
    Network<Cpu> network(graph());
    initialise(network, Initialisation::he, 1);
    std::ofstream list(folder / "parameters");
    for (const Parameter& parameter : network.graph().parameters()) {
        list << parameter.name << ' ' << parameter.shape.size() << '\n';
        write("values", network.parameter(parameter.name));
    }
}

void serve(const fs::path& folder, unsigned threads) {
    const std::size_t batch = fs::file_size(folder / "images") / (image.size() * sizeof(float));
    Array<Cpu, float> X(image.size(), batch);
    std::ifstream in(folder / "images", std::ios::binary);
    if (!in.read(reinterpret_cast<char*>(X.data()), static_cast<std::streamsize>(X.size() * sizeof(float))))
        throw assay::Error("cannot read the images", (folder / "images").string());
    Network<Cpu> network(graph(), threads);
    initialise(network, Initialisation::he, 1);
    Optimiser<Cpu> optimiser(method, network);
    const Labels labels = labels_of(batch);
    std::cout << layer_library<Cpu>() << std::endl;
    for (int steps = 0; std::cin >> steps;) {
        double loss = 0;
        const std::clock_t before = std::clock();
        for (int k = 0; k < steps; ++k) {
            const auto start = std::chrono::steady_clock::now();
            loss = train_classifier(network, optimiser, method.rate, X, classes, labels).loss;
            std::cout << std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()
                      << ' ';
        }
        std::cout << static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC << ' ' << loss << std::endl;
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: network_training prepare FOLDER batch | serve FOLDER threads\n";
        return 2;
    }
    try {
        std::cout.precision(9);
        if (std::string(argv[1]) == "prepare")
            prepare(argv[2], std::stoul(argv[3]));
        else
            serve(argv[2], static_cast<unsigned>(std::stoul(argv[3])));
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
