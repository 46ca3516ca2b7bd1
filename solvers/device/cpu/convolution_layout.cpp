#include "solvers/device/cpu/convolution_layout.hpp"

#include <algorithm>

#include "solvers/device/primitives.hpp"

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
    list_entries(g, D);
}

template <class T>
void BankLayout<T>::list_entries(const Geometry& g, const Array<Cpu, T>& D) {
    const std::size_t run = g.kernel * g.image.channels, canvas_row = g.canvas.width * g.image.channels;
    entries = Array<Cpu, T>(ld, D.rows());
    for (std::size_t e = 0; e < D.rows(); ++e) {
        entry_offset.push_back(static_cast<std::uint32_t>(e / run * canvas_row + e % run));
        for (std::size_t m = 0; m < g.atoms; ++m) entries(m, e) = D(e, m);
    }
    reach = Array<Cpu, T>(ld, 1);
    floor = Array<Cpu, T>(ld, 1);
    std::fill_n(floor.data(), ld, kernels::beyond_any_path<T>);
    const std::vector<double> norms = column_distances(D, Array<Cpu, T>(D.rows(), D.cols()));
    for (std::size_t m = 0; m < g.atoms; ++m) {
        if (norms[m] == 0.0) continue;  // its states only shrink
        reach.data()[m] = static_cast<T>(1.0 / norms[m]);
        floor.data()[m] = -kernels::beyond_any_path<T>;
    }
}

template <class T>
LazyWorkspace<T>::LazyWorkspace(const Geometry& g, const BankLayout<T>& layout)
    : geometry_(g),
      layout_(layout),
      pitch_(kernels::padded(g.code.width)),
      R_(g.canvas.size() + kernels::canvas_slack, 1),
      rest_(layout.ld, layout.slots()),
      drive_(layout.ld, layout.slots()),
      limit_(layout.ld, layout.slots()),
      squares_(g.canvas.size() + kernels::canvas_slack, 1),
      pixels_(g.canvas.width * g.canvas.height + kernels::canvas_slack, 1),
      row_sums_(g.canvas.width + g.stride + kernels::canvas_slack, 1),
      stride_sums_(pitch_ + g.kernel / g.stride + kernels::canvas_slack, 1),
      part_sums_(pitch_ + g.kernel / g.stride + kernels::canvas_slack, 1),
      path_(pitch_, g.code.height),
      least_(pitch_, g.code.height),
      slot_(pitch_ * g.code.height),
      place_(layout.slots()),
      due_(layout.slots()),
      whole_(layout.slots()),
      whole_corner_(layout.slots()),
      is_whole_(layout.slots()) {
    std::fill_n(least_.data(), least_.size(), kernels::beyond_any_path<T>);
    for (std::size_t s = 0; s < layout.slots(); ++s) {
        if (!layout.plan.used[s]) continue;
        const std::size_t position = layout.plan.position[s];
        const std::size_t place = position / g.code.width * pitch_ + position % g.code.width;
        place_[s] = static_cast<std::uint32_t>(place);
        slot_[place] = static_cast<std::uint32_t>(s);
    }
}

template <class T>
kernels::LazyJob<T> LazyWorkspace<T>::job(const kernels::SweepJob<T>& sweep) {
    const Geometry& g = geometry_;
    return {sweep,
            {layout_.entry_offset.size(), layout_.entry_offset.data(), layout_.entries.data()},
            g.atoms,
            layout_.slots(),
            g.positions(),
            g.code.height,
            g.code.width,
            g.stride,
            g.image.channels,
            g.canvas.width,
            pitch_,
            slot_.data(),
            place_.data(),
            layout_.reach.data(),
            layout_.floor.data(),
            R_.data(),
            rest_.data(),
            drive_.data(),
            limit_.data(),
            squares_.data(),
            pixels_.data(),
            row_sums_.data(),
            stride_sums_.data(),
            part_sums_.data(),
            path_.data(),
            least_.data(),
            due_.data(),
            whole_.data(),
            whole_corner_.data(),
            is_whole_.data()};
}

template <class T>
Workspace<T>::Workspace(const Geometry& g, const BankLayout<T>& layout)
    : layout_(layout),
      atoms_(g.atoms),
      planes_(layout.plan.plane_entries, layout.plan.planes),
      sums_(layout.ld * kernels::tile_blocks, layout.plan.products.size()),
      tile_(layout.ld * kernels::tile_blocks, layout.plan.rows * layout.plan.cols),
      states_(layout.ld, layout.slots()),
      value_(layout.ld * (layout.slots() + 1) + kernels::padding, 1),
      index_(layout.ld * (layout.slots() + 1) + kernels::padding) {
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

template class LazyWorkspace<float>;
template class LazyWorkspace<double>;
template struct BankLayout<float>;
template struct BankLayout<double>;
template class Workspace<float>;
template class Workspace<double>;

}  // namespace assay::solvers
