#include "solvers/device/cpu/convolution_layout.hpp"

#include <algorithm>

namespace assay::solvers {
namespace {

/// 1 on the image, 0 in the frame around it.
template <class T>
std::vector<T> image_mask(const Geometry& g) {
    std::vector<T> mask(g.canvas.size(), T(0));
    const std::size_t run = g.image.width * g.image.channels;
    for (std::size_t y = 0; y < g.image.height; ++y) {
        const std::size_t first = ((y + g.padding) * g.canvas.width + g.padding) * g.image.channels;
        std::fill_n(mask.begin() + static_cast<std::ptrdiff_t>(first), run, T(1));
    }
    return mask;
}

}  // namespace

template <class T>
BankLayout<T>::BankLayout(const Geometry& g, const Array<Cpu, T>& D)
    : plan(kernels::plan_correlation(g)),
      ld(kernels::padded(g.atoms)),
      row(kernels::padded(g.kernel * g.image.channels)),
      rows(g.kernel * row, g.atoms) {
    for (const auto& list : plan.products) {
        first.push_back(offset.size());
        for (const kernels::PlannedProduct& product : list) offset.push_back(product.offset);
    }
    first.push_back(offset.size());
    products = Array<Cpu, T>(ld, offset.size());
    std::size_t column = 0;
    for (const auto& list : plan.products) {
        for (const kernels::PlannedProduct& product : list) {
            for (std::size_t m = 0; m < g.atoms; ++m) {
                double sum = 0;
                for (const auto& term : product.terms) {
                    sum += term.factor * static_cast<double>(D(term.entry, m));
                }
                products(m, column) = static_cast<T>(sum);
            }
            ++column;
        }
    }
    const std::size_t run = g.kernel * g.image.channels;
    for (std::size_t m = 0; m < g.atoms; ++m) {
        for (std::size_t y = 0; y < g.kernel; ++y) {
            std::copy_n(D.data() + m * D.rows() + y * run, run, rows.data() + m * rows.rows() + y * row);
        }
    }
    if (g.border == Border::crop) mask = image_mask<T>(g);
}

template <class T>
Workspace<T>::Workspace(const Geometry& g, const BankLayout<T>& layout)
    : layout_(layout),
      atoms_(g.atoms),
      planes_(layout.plan.plane_entries, layout.plan.planes),
      sums_(layout.ld * kernels::tile_blocks, layout.plan.products.size()),
      tile_(layout.ld * kernels::tile_blocks, layout.plan.rows * layout.plan.cols),
      states_(layout.ld, layout.slots()),
      value_(layout.ld * layout.slots() + kernels::padding, 1),
      index_(layout.ld * layout.slots() + kernels::padding) {
    for (std::size_t kind = 0; kind + 1 < layout.first.size(); ++kind) {
        lists_.push_back({layout.first[kind + 1] - layout.first[kind],
                          layout.offset.data() + layout.first[kind],
                          layout.products.data() + layout.first[kind] * layout.ld});
    }
    const kernels::CorrelationPlan& plan = layout.plan;
    correlation_ = {layout.ld,        plan.rows,     plan.cols,          plan.blocks(),     plan.base.data(),
                    plan.used.data(), lists_.data(), plan.plane_entries, plan.steps.size(), plan.steps.data(),
                    planes_.data(),   sums_.data(),  tile_.data()};
    drawing_ = {layout.ld,          g.kernel,          layout.row, g.canvas.width * g.canvas.channels,
                layout.rows.data(), plan.corner.data()};
}

template <class T>
Array<Cpu, T>& Workspace<T>::velocity() {
    if (velocity_.size() == 0) velocity_ = Array<Cpu, T>(states_.rows(), states_.cols());
    return velocity_;
}

template <class T>
void Workspace<T>::gather(const T* code, Array<Cpu, T>& slots) const {
    for (std::size_t s = 0; s < layout_.slots(); ++s) {
        if (layout_.plan.used[s])
            std::copy_n(code + layout_.plan.position[s] * atoms_, atoms_, slots.data() + s * layout_.ld);
    }
}

template <class T>
void Workspace<T>::scatter(const Array<Cpu, T>& slots, T* code) const {
    for (std::size_t s = 0; s < layout_.slots(); ++s) {
        if (layout_.plan.used[s])
            std::copy_n(slots.data() + s * layout_.ld, atoms_, code + layout_.plan.position[s] * atoms_);
    }
}

template <class T>
std::size_t Workspace<T>::list(const T* code) {
    std::size_t count = 0;
    for (std::size_t s = 0; s < layout_.slots(); ++s) {
        if (!layout_.plan.used[s]) continue;
        const T* values = code + layout_.plan.position[s] * atoms_;
        for (std::size_t m = 0; m < atoms_; ++m) {
            if (values[m] == T(0)) continue;
            index_[count] = static_cast<std::uint32_t>(s * layout_.ld + m);
            value_.data()[count++] = values[m];
        }
    }
    return count;
}

template <class T>
std::size_t Workspace<T>::place(std::uint32_t listed) const {
    return layout_.plan.position[listed / layout_.ld] * atoms_ + listed % layout_.ld;
}

template <class T>
void Workspace<T>::spread(std::size_t count, T* code) const {
    std::fill_n(
        code,
        atoms_ * static_cast<std::size_t>(std::count(layout_.plan.used.begin(), layout_.plan.used.end(), 1)),
        T(0));
    for (std::size_t n = 0; n < count; ++n) code[place(index_[n])] = value_.data()[n];
}

template struct BankLayout<float>;
template struct BankLayout<double>;
template class Workspace<float>;
template class Workspace<double>;

}  // namespace assay::solvers
