#include "experiments/warp/quality.hpp"

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "solvers/error.hpp"

namespace assay::warp {

namespace {

constexpr std::size_t window = 11;

std::array<double, window> gaussian_weights() {
    constexpr double deviation = 1.5;
    std::array<double, window> weights{};
    double sum = 0.0;
    for (std::size_t i = 0; i < window; ++i) {
        const double x = static_cast<double>(i) - static_cast<double>(window / 2);
        weights[i] = std::exp(-x * x / (2 * deviation * deviation));
        sum += weights[i];
    }
    for (double& weight : weights) weight /= sum;
    return weights;
}

/// The weighted means of a plane in every window that fits.
std::vector<double> window_means(const std::vector<double>& plane, std::size_t height, std::size_t width) {
    static const std::array<double, window> weights = gaussian_weights();
    const std::size_t rows = height - window + 1, columns = width - window + 1;
    std::vector<double> along(height * columns, 0.0), means(rows * columns, 0.0);
    for (std::size_t y = 0; y < height; ++y)
        for (std::size_t k = 0; k < window; ++k)
            for (std::size_t x = 0; x < columns; ++x)
                along[y * columns + x] += weights[k] * plane[y * width + x + k];
    for (std::size_t y = 0; y < rows; ++y)
        for (std::size_t k = 0; k < window; ++k)
            for (std::size_t x = 0; x < columns; ++x)
                means[y * columns + x] += weights[k] * along[(y + k) * columns + x];
    return means;
}

/// The mean over the windows of one channel.
double plane_similarity(const std::vector<double>& a, const std::vector<double>& b, std::size_t height,
                        std::size_t width) {
    constexpr double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
    std::vector<double> aa(a.size()), bb(a.size()), ab(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) aa[i] = a[i] * a[i], bb[i] = b[i] * b[i], ab[i] = a[i] * b[i];
    const std::vector<double> mean_a = window_means(a, height, width),
                              mean_b = window_means(b, height, width),
                              mean_aa = window_means(aa, height, width),
                              mean_bb = window_means(bb, height, width),
                              mean_ab = window_means(ab, height, width);
    double sum = 0.0;
    for (std::size_t i = 0; i < mean_a.size(); ++i) {
        const double squares = mean_a[i] * mean_a[i] + mean_b[i] * mean_b[i], both = mean_a[i] * mean_b[i];
        const double variances = mean_aa[i] + mean_bb[i] - squares, covariance = mean_ab[i] - both;
        sum += (2 * both + c1) * (2 * covariance + c2) / ((squares + c1) * (variances + c2));
    }
    return sum / static_cast<double>(mean_a.size());
}

void require_pair(const char* measure, std::size_t reference, std::size_t image) {
    if (reference != 0 && reference == image) return;
    throw Error("images of " + std::to_string(reference) + " and " + std::to_string(image) +
                    " values cannot be compared",
                measure);
}

}  // namespace

double psnr(std::span<const float> reference, std::span<const float> image) {
    require_pair("psnr", reference.size(), image.size());
    double squares = 0.0;
    for (std::size_t i = 0; i < image.size(); ++i)
        squares += std::pow(static_cast<double>(reference[i]) - static_cast<double>(image[i]), 2);
    return -10.0 * std::log10(squares / static_cast<double>(image.size()));
}

double ssim(const solvers::ImageShape& shape, std::span<const float> reference,
            std::span<const float> image) {
    require_pair("ssim", reference.size(), image.size());
    if (image.size() != shape.size())
        throw Error(std::to_string(image.size()) + " values are no image of " + shape_text(shape), "ssim");
    if (shape.height < window || shape.width < window)
        throw Error("an image of " + shape_text(shape) + " is smaller than the window of 11 x 11", "ssim");
    const std::size_t pixels = shape.height * shape.width;
    double sum = 0.0;
    std::vector<double> a(pixels), b(pixels);
    for (std::size_t c = 0; c < shape.channels; ++c) {
        for (std::size_t i = 0; i < pixels; ++i) {
            a[i] = static_cast<double>(reference[i * shape.channels + c]);
            b[i] = static_cast<double>(image[i * shape.channels + c]);
        }
        sum += plane_similarity(a, b, shape.height, shape.width);
    }
    return sum / static_cast<double>(shape.channels);
}

}  // namespace assay::warp
