#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "solvers/device/composed.hpp"
#include "solvers/device/primitives.hpp"
#include "solvers/proximal/threshold.hpp"

/// Back-propagation through the last iterations of ISTA or FISTA, as in the gradient test of Malezieux et al.
/// (2022). Dense and plain: it serves small problems, and it is the one place where the reverse pass has a
/// momentum.
namespace assay::pudle {

/// The lasso min_z 1/2 ||x - D z||^2 + lambda ||z||_1, by iterations with a step.
struct LassoIteration {
    double lambda = 0.1;
    double step = 0.1;         ///< 1 / sigma_max(D)^2
    bool accelerated = true;   ///< FISTA's momentum
    std::size_t memory = 100;  ///< iterations that can be differentiated
};

/// Runs the iterations on all samples X (m x n) at once and differentiates the lasso loss of the last code
/// with respect to D (m x p) through any number of the last iterations.
template <class Device, class T>
class TruncatedBackpropagation {
    using Matrix = solvers::Array<Device, T>;

  public:
    TruncatedBackpropagation(const LassoIteration& options, const Matrix& D, const Matrix& X)
        : options_(options),
          D_(D.copy()),
          X_(X.copy()),
          G_(solvers::gram(D)),
          B_(D.cols(), X.cols()),
          before_(D.cols(), X.cols()),
          code_(D.cols(), X.cols()) {
        using namespace solvers;
        gemm(Op::transpose, Op::none, T(1), D_, X_, T(0), B_);
    }

    /// y = z_t + mu (z_t - z_{t-1});  z_{t+1} = soft(y - alpha (G y - B), alpha lambda).
    void iterate() {
        using namespace solvers;
        const double next = 0.5 * (1.0 + std::sqrt(1.0 + 4.0 * momentum_ * momentum_));
        const double mu = options_.accelerated ? (momentum_ - 1.0) / next : 0.0;
        momentum_ = next;
        Matrix y = code_.copy();
        scale(static_cast<T>(1.0 + mu), y);
        axpy(static_cast<T>(-mu), before_, y);
        Matrix z = y.copy();
        gradient_step(y, z);
        axpy(static_cast<T>(options_.step), B_, z);
        shrink_all(Shrinkage::soft, static_cast<T>(options_.step * options_.lambda), z);
        before_ = std::move(code_);
        code_ = z.copy();
        layers_.push_back({mu, std::move(y), std::move(z)});
        if (layers_.size() > options_.memory) layers_.pop_front();
        ++iterations_;
    }

    std::size_t iterations() const { return iterations_; }
    const Matrix& codes() const { return code_; }

    /// The mean over the samples of the derivative of the lasso loss at z_t, through the decoder and the last
    /// d iterations (all, when t is smaller), for each d of the increasing `depths`. Depth 0 is the gradient
    /// of alternating minimisation. Throws Error when the depths do not increase or go beyond the memory.
    std::vector<Matrix> gradients(std::span<const std::size_t> depths) const {
        using namespace solvers;
        check(depths);
        const T mean = T(1) / static_cast<T>(X_.cols());
        Matrix R = X_.copy();
        gemm(Op::none, Op::none, T(1), D_, code_, T(-1), R);
        Matrix g(D_.rows(), D_.cols());
        gemm(Op::none, Op::transpose, mean, R, code_, T(0), g);
        Matrix u(D_.cols(), X_.cols()), carried(D_.cols(), X_.cols());
        gemm(Op::transpose, Op::none, T(1), D_, R, T(0), u);
        add_sign(static_cast<T>(options_.lambda), code_, u);
        std::vector<Matrix> result;
        std::size_t done = 0;
        for (const std::size_t depth : depths) {
            for (; done < std::min(depth, layers_.size()); ++done)
                step_back(layers_[layers_.size() - 1 - done], mean, g, u, carried);
            result.push_back(g.copy());
        }
        return result;
    }

  private:
    struct Layer {
        double mu;
        Matrix y, z;
    };

    void check(std::span<const std::size_t> depths) const {
        for (std::size_t i = 0; i < depths.size(); ++i) {
            if (depths[i] > options_.memory)
                throw Error("depth " + std::to_string(depths[i]) + " is beyond the memory of " +
                                std::to_string(options_.memory) + " iterations",
                            "truncated back-propagation", "raise LassoIteration::memory");
            if (i > 0 && depths[i] <= depths[i - 1])
                throw Error("the depths do not increase", "truncated back-propagation",
                            "sort them, each once");
        }
    }

    /// z <- z - alpha G y.
    void gradient_step(const Matrix& y, Matrix& z) const {
        using namespace solvers;
        gemm(Op::none, Op::none, static_cast<T>(-options_.step), G_, y, T(1), z);
    }

    /// u is the derivative with respect to the layer's z, `carried` what later layers already know about the
    /// one with respect to the z before; both move back by one layer.
    void step_back(const Layer& layer, T mean, Matrix& g, Matrix& u, Matrix& carried) const {
        using namespace solvers;
        const T weight = static_cast<T>(-options_.step) * mean;
        keep_where_nonzero(layer.z, u);
        Matrix R = X_.copy(), Dv(X_.rows(), X_.cols());
        gemm(Op::none, Op::none, T(1), D_, layer.y, T(-1), R);
        gemm(Op::none, Op::transpose, weight, R, u, T(1), g);
        gemm(Op::none, Op::none, T(1), D_, u, T(0), Dv);
        gemm(Op::none, Op::transpose, weight, Dv, layer.y, T(1), g);
        Matrix w = u.copy();
        gradient_step(u, w);
        u = std::move(carried);
        axpy(static_cast<T>(1.0 + layer.mu), w, u);
        scale(static_cast<T>(-layer.mu), w);
        carried = std::move(w);
    }

    LassoIteration options_;
    Matrix D_, X_, G_, B_, before_, code_;
    std::deque<Layer> layers_;
    double momentum_ = 1.0;
    std::size_t iterations_ = 0;
};

}  // namespace assay::pudle
