#pragma once

// Sweeps that compute only what is active or may have crossed the threshold.
//
// With R <- (1 - rate) R + rate gain r and W <- (1 - rate) W + rate a the states are u = Phi^T R + W at every
// time: what a leak step does to a state that is left alone is in R, once for all states, and W is fed only
// where codes are active and shrinks elsewhere. Since its correlation was last taken, phi_i^T R has moved by
// at most ||phi_i|| times the path of R on the patch under the atom. As long as this keeps a state off the
// threshold it is not computed. The codes, and with them the residuals, are those of the plain sweeps but for
// rounding.
//
// Every position has the path of R on its patch, every state the path up to which it is known to be off, its
// limit. Per sweep and image: 2 C k^2 multiply-adds an active code (its part of Phi a, its correlation), a
// pass over the canvas, its squares summed over the patches, and C k^2 multiply-adds a state at its limit.

#include "solvers/device/cpu/correlation_kernel_sweep.hpp"

namespace assay::solvers::kernels::ASSAY_KERNEL_SET {
namespace {

/// The square roots of a vector.
template <class T>
inline Vector<T> roots(Vector<T> a) {
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4) {
        return _mm512_mask_sqrt_ps(a, 0xffff, a);
    } else {
        return _mm512_mask_sqrt_pd(a, 0xff, a);
    }
#else
    for (std::size_t k = 0; k < lanes<T>; ++k)
        a[k] = sizeof(T) == 4 ? static_cast<T>(__builtin_sqrtf(static_cast<float>(a[k])))
                              : static_cast<T>(__builtin_sqrt(static_cast<double>(a[k])));
    return a;
#endif
}

/// A bit for each lane where the path has reached the limit.
template <class T>
inline unsigned reached(Vector<T> limit, Vector<T> path) {
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4) {
        return _mm512_cmp_ps_mask(limit, path, _CMP_NGT_UQ);
    } else {
        return _mm512_cmp_pd_mask(limit, path, _CMP_NGT_UQ);
    }
#elif defined(__AVX2__)
    if constexpr (sizeof(T) == 4) {
        return static_cast<unsigned>(_mm256_movemask_ps(_mm256_cmp_ps(limit, path, _CMP_NGT_UQ)));
    } else {
        return static_cast<unsigned>(_mm256_movemask_pd(_mm256_cmp_pd(limit, path, _CMP_NGT_UQ)));
    }
#else
    unsigned bits = 0;
    for (std::size_t k = 0; k < lanes<T>; ++k) bits |= static_cast<unsigned>(!(limit[k] > path[k])) << k;
    return bits;
#endif
}

/// The part of the threshold that is kept in hand: far above the rounding of states, far below useful rooms.
template <class T>
inline constexpr T rounding_margin = T(1e-4);
/// A position is looked at as a whole when one in so many of its states is at its limit: side by side they
/// take less time than one by one. All positions are, with shared products, when one in so many is whole.
inline constexpr std::size_t few_states = 8, few_positions = 2;

/// How far an atom that is off may move, by phi^T R alone, before it can cross the threshold: whatever part
/// of W is left, the state lies between u = c + W and c.
template <Form form, class V, class T>
inline V room_of(const Threshold<T>& threshold, const V& u, const V& c) {
    const bool both = form == Form::either_sign || !threshold.nonnegative;
    const V a = both ? (u < V{} ? -u : u) : u, b = both ? (c < V{} ? -c : c) : c;
    return (T(1) - rounding_margin<T>)*threshold.threshold - (a > b ? a : b);
}

template <class T>
inline T least_of(Vector<T>* some) {
    return fold<T>(some, [](const Vector<T>& a, const Vector<T>& b) { return smaller(a, b); });
}

template <Form form, class T>
struct Lazy {
    static constexpr std::size_t vectors = padding / lanes<T>;
    const LazyJob<T>& job;
    const SweepJob<T>& plain;
    const std::size_t ld;
    T decay = 1;  ///< W is decay times the array: all of it shrinks at once
    std::uint64_t computed = 0;

    explicit Lazy(const LazyJob<T>& lazy_job)
        : job(lazy_job), plain(lazy_job.sweep), ld(lazy_job.sweep.correlation.ld) {}

    /// Codes and limits of one position from the correlations c of all atoms; appends the codes to the list.
    std::size_t look(std::size_t slot, const T* c, std::size_t count) {
        const T path = job.path[job.place[slot]];
        Vector<T> least[vectors];
        for (Vector<T>& some : least) some = Vector<T>{} + beyond_any_path<T>;
        for (std::size_t i = 0; i < ld; i += lanes<T>) {
            const Vector<T> correlation = at(c + i);
            const Vector<T> u = correlation + decay * at(job.rest + slot * ld + i);
            const Vector<T> code = apply<form>(plain.threshold, u);
            const Vector<T> room = room_of<form>(plain.threshold, u, correlation);
            Vector<T> limit = larger(path + room * at(job.reach + i), at(job.floor + i));
            if (any_nonzero<T>(code)) {
                T codes[lanes<T>];
                at(codes + 0) = code;
                count += append_nonzeros(codes, slot * ld + i, plain.index + count, plain.value + count);
                limit = code != Vector<T>{} ? Vector<T>{} + beyond_any_path<T> : limit;
            }
            at(job.limit + slot * ld + i) = limit;
            least[i / lanes<T> % vectors] = smaller(limit, least[i / lanes<T> % vectors]);
        }
        job.least[job.place[slot]] = least_of<T>(least);
        computed += job.atoms;
        return count;
    }

    std::size_t look_at_all() {
        std::size_t count = 0;
        for (std::size_t slot = 0; slot < job.slots; ++slot) {
            if (plain.correlation.used[slot]) count = look(slot, job.drive + slot * ld, count);
        }
        return count;
    }

    /// drive = Phi^T R.
    void correlate_average() const {
        for (std::size_t i = 0; i < plain.canvas_entries; ++i) plain.correlation.planes[i] = job.R[i];
        correlate(plain.correlation, job.drive);
    }

    /// The codes and all limits from the states, as phi^T R = u - W.
    std::size_t begin() {
        for (std::size_t i = 0; i < job.code_rows * job.pitch; ++i) job.path[i] = 0;
        for (std::size_t i = 0; i < ld * job.slots; ++i) job.drive[i] = plain.state[i] - job.rest[i];
        const std::size_t count = look_at_all();
        computed = 0;  // nothing was correlated
        return count;
    }

    /// r, R and W after one step from the listed codes, and R's squared movement at each pixel.
    void advance(std::size_t count) {
        const T* r = plain.correlation.planes;
        residual(plain, count);
        for (std::size_t i = 0; i < plain.canvas_entries; ++i) {
            const T step = plain.rate * (plain.gain * r[i] - job.R[i]);
            job.R[i] += step;
            job.squares[i] = step * step;
        }
        if (job.channels == 3) {  // a constant, which makes vector code of it
            sum_channels(3);
        } else {
            sum_channels(job.channels);
        }
        decay *= T(1) - plain.rate;
        if (!(decay > T(1e-6))) {  // before what is divided by it could overflow
            for (std::size_t i = 0; i < ld * job.slots; ++i) job.rest[i] *= decay;
            decay = 1;
        }
        for (std::size_t n = 0; n < count; ++n) {
            job.rest[plain.index[n]] += plain.rate * plain.value[n] / decay;
        }
    }

    __attribute__((always_inline)) void sum_channels(std::size_t channels) const {
        const std::size_t pixels = plain.canvas_entries / channels;
        for (std::size_t i = 0; i < pixels; ++i) {
            T sum = job.squares[i * channels];
            for (std::size_t c = 1; c < channels; ++c) sum += job.squares[i * channels + c];
            job.pixels[i] = sum;
        }
    }

    /// How far R moved on each patch of one row of positions: squares summed down the patch's rows, then
    /// along them by whole strides and the part of a stride that a patch ends with.
    void lengthen_paths(std::size_t p) const {
        const T* squares = job.pixels + p * job.stride * job.width;
        for (std::size_t x = 0; x < job.width; x += lanes<T>) {
            Vector<T> sum = at(squares + x);
            for (std::size_t y = 1; y < plain.drawing.kernel; ++y) sum += at(squares + y * job.width + x);
            at(job.row_sums + x) = sum;
        }
        const std::size_t part = plain.drawing.kernel % job.stride,
                          strides = plain.drawing.kernel / job.stride;
        for (std::size_t j = 0; j < job.code_cols + strides; ++j) {
            const T* from = job.row_sums + j * job.stride;
            T sum = 0;
            for (std::size_t x = 0; x < part; ++x) sum += from[x];
            job.part_sums[j] = sum;
            for (std::size_t x = part; x < job.stride; ++x) sum += from[x];
            job.stride_sums[j] = sum;
        }
        for (std::size_t q = 0; q < job.pitch; q += lanes<T>) {
            Vector<T> sum = at(job.part_sums + q + strides);
            for (std::size_t j = 0; j < strides; ++j) sum += at(job.stride_sums + q + j);
            at(job.path + p * job.pitch + q) += roots<T>(sum);
        }
    }

    /// Lengthens all paths; which positions have states at their limits.
    std::size_t list_due() {
        std::size_t due = 0;
        for (std::size_t p = 0; p < job.code_rows; ++p) {
            lengthen_paths(p);
            for (std::size_t q = 0; q < job.pitch; q += lanes<T>) {
                const std::size_t place = p * job.pitch + q;
                unsigned over = reached<T>(at(job.least + place), at(job.path + place));
                for (; over != 0; over &= over - 1)
                    job.due[due++] = job.slot[place + static_cast<std::size_t>(__builtin_ctz(over))];
            }
        }
        return due;
    }

    /// Appends the position's states at their limits to the list.
    std::size_t ask(std::size_t slot, std::size_t count) const {
        const Vector<T> path = Vector<T>{} + job.path[job.place[slot]];
        for (std::size_t i = 0; i < ld; i += lanes<T>) {
            unsigned over = reached<T>(at(job.limit + slot * ld + i), path);
            for (; over != 0; over &= over - 1) {
                const auto lane = static_cast<std::size_t>(__builtin_ctz(over));
                plain.index[count++] = static_cast<std::uint32_t>(slot * ld + i + lane);
            }
        }
        return count;
    }

    /// Splits the positions that are due: where few states are at their limits these are appended to the
    /// list of `count` codes, and the positions stay in `due`, in front; the others go to `whole`.
    struct Split {
        std::size_t few, whole, listed;
    };
    Split split(std::size_t due, std::size_t count) const {
        Split parts{0, 0, count};
        for (std::size_t n = 0; n < due; ++n) {
            const std::uint32_t slot = job.due[n];
            const std::size_t listed = ask(slot, parts.listed);
            if (listed - parts.listed > ld / few_states) {
                job.whole[parts.whole] = slot;
                job.whole_corner[parts.whole++] = plain.drawing.corner[slot];
                job.is_whole[slot] = 1;
            } else {
                job.due[parts.few++] = slot;
                parts.listed = listed;
            }
        }
        return parts;
    }

    /// The listed codes and states by their own correlations, but for positions that are looked at as a
    /// whole.
    std::size_t follow(std::size_t listed) {
        std::size_t count = 0, kept = 0;
        for (std::size_t n = 0; n < listed; ++n) {
            const std::uint32_t index = plain.index[n];
            if (!job.is_whole[index / static_cast<std::uint32_t>(ld)]) plain.index[kept++] = index;
        }
        correlate_listed(plain.drawing, kept, plain.index, job.R, plain.value);
        computed += kept;
        for (std::size_t n = 0; n < kept; ++n) {
            const std::uint32_t index = plain.index[n];
            const T c = plain.value[n], u = c + decay * job.rest[index], code = plain.threshold(u);
            if (code != T(0)) {
                job.limit[index] = beyond_any_path<T>;
                plain.index[count] = index;
                plain.value[count++] = code;
            } else {
                limit_again(index, u, c);
            }
        }
        return count;
    }

    /// A state that is off limits its position from now on.
    void limit_again(std::uint32_t index, T u, T c) const {
        const std::size_t place = job.place[index / static_cast<std::uint32_t>(ld)];
        const T room = room_of<form>(plain.threshold, u, c);
        const T limit = job.path[place] + room * job.reach[index % static_cast<std::uint32_t>(ld)];
        job.limit[index] = limit;
        job.least[place] = limit < job.least[place] ? limit : job.least[place];
    }

    void find_least(std::size_t slot) const {
        Vector<T> least[vectors];
        for (Vector<T>& some : least) some = Vector<T>{} + beyond_any_path<T>;
        for (std::size_t i = 0; i < ld; i += lanes<T>) {
            Vector<T>& some = least[i / lanes<T> % vectors];
            some = smaller(at(job.limit + slot * ld + i), some);
        }
        job.least[job.place[slot]] = least_of<T>(least);
    }

    /// All atoms of the listed positions, six positions at a time.
    std::size_t look_at(std::size_t whole, std::size_t count) {
        for (std::size_t first = 0; first < whole; first += tile_blocks) {
            const std::size_t some = whole - first < tile_blocks ? whole - first : tile_blocks;
            T* sums = plain.correlation.sums;
            last_panel<tile_blocks>(some, first, [&](auto blocks, std::size_t start) {
                constexpr std::size_t positions = decltype(blocks){}();
                for_each_panel<T, tile_vectors>(ld, [&](auto width, std::size_t atom) {
                    accumulate<positions, width()>(job.direct, ld, job.R, job.whole_corner + start, atom,
                                                   sums);
                });
            });
            for (std::size_t n = 0; n < some; ++n) {
                count = look(job.whole[first + n], sums + n * ld, count);
                job.is_whole[job.whole[first + n]] = 0;
            }
        }
        return count;
    }

    /// The codes after a step.
    std::size_t next_codes(std::size_t count) {
        const Split parts = split(list_due(), count);
        if (parts.whole > job.slots / few_positions) {
            for (std::size_t n = 0; n < parts.whole; ++n) job.is_whole[job.whole[n]] = 0;
            correlate_average();
            return look_at_all();
        }
        count = follow(parts.listed);
        for (std::size_t n = 0; n < parts.few; ++n) find_least(job.due[n]);
        return look_at(parts.whole, count);
    }

    /// The states again: u = Phi^T R + W.
    void recall_states() {
        correlate_average();
        for (std::size_t slot = 0; slot < job.slots; ++slot) {
            if (!plain.correlation.used[slot]) continue;  // it stays zero
            for (std::size_t i = slot * ld; i < (slot + 1) * ld; ++i)
                plain.state[i] = job.drive[i] + decay * job.rest[i];
        }
    }

    /// All sweeps but the last compute what they must; the last one computes all states, so that they are
    /// known at the end.
    SweepResult run() {
        std::size_t count = 0;
        if (plain.sweeps > 1) {
            count = begin();
            for (std::size_t t = 1; t < plain.sweeps; ++t) {
                advance(count);
                count = next_codes(count);
            }
            recall_states();
            computed += job.atoms * job.positions;
        }
        count = list_codes<form>(plain);
        advance(count);
        for (std::size_t i = 0; i < ld * job.slots; ++i) job.rest[i] *= decay;
        Squares<T> squares;
        count = sweep_once<form, true>(plain, squares);
        SweepResult result = conclude(plain, count, squares);
        result.computed = computed + job.atoms * job.positions;
        return result;
    }
};

template <class T>
SweepResult lazy_sweep(const LazyJob<T>& job) {
    const Threshold<T>& threshold = job.sweep.threshold;
    if (threshold.half) return Lazy<Form::half, T>(job).run();
    return threshold.nonnegative ? Lazy<Form::nonnegative, T>(job).run()
                                 : Lazy<Form::either_sign, T>(job).run();
}

}  // namespace
}  // namespace assay::solvers::kernels::ASSAY_KERNEL_SET
