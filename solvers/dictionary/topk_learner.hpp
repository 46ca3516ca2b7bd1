#pragma once

#include <cstddef>
#include <cstdint>

#include "solvers/dictionary/palm_blocks.hpp"
#include "solvers/sparse/topk_lista.hpp"

/// The semi-unified learner with the Top-K encoder (Lin, Yan and Tran, 2025, equation 1): encoder, codes,
/// dictionary, A and W by turns. The encoder's matrices follow the gradient of the codes' loss through the
/// layers; the codes are what the encoder says of the samples. They are no step from the codes before, so Psi
/// may rise.
namespace assay::solvers {

struct TopkLearnerOptions {
    ObjectiveWeights weights = {};
    TopkListaOptions encoder = {};
    bool learn_encoder = true;  ///< false: the layers stay as they start
    Adam adam = {};
    double largest_norm = 1.5;  ///< of a layer's matrix; see ListaTrainer
    std::size_t batch = 512;    ///< samples a step of Adam; the rest of a pass is a smaller one
    std::size_t passes = 1;     ///< over the samples in an outer iteration
    AtomSet atoms = AtomSet::sphere;
    DictionaryMethod dictionary_method = DictionaryMethod::projected_gradient;
    std::size_t dictionary_steps = 5;
    double gamma = DictionaryOptions{}.gamma;
    std::uint64_t seed = 1;  ///< of the order of the samples in a pass
};

/// One outer iteration.
struct TopkRecord {
    std::size_t iteration = 0;  ///< from 1
    double supervision = 0.0;   ///< s
    double loss = 0.0;          ///< mean of the last pass's batches, each before its step; 0: nothing learned
    ObjectiveTerms terms;       ///< at the end
    double objective = 0.0;     ///< Psi
};

/// Cost of an outer iteration (multiply-adds): a pass takes d K + L K T + L T^2 a sample and L K^2 a batch;
/// the codes d K + L K T a sample; the moments T (T + d + C), Psi T (d + 2 C). Memory: Y, T pairs a sample
/// and what one block or batch needs.
template <class Device, class T>
class TopkLearner {
  public:
    /// Starts from `dictionary` (d x K), its columns divided by their norms. Throws Error for options or
    /// weights that are not allowed, shapes that do not fit, NaN or Inf, and a zero column.
    TopkLearner(const TopkLearnerOptions& options, LabelledSamples<Device, T> data,
                const Array<Device, T>& dictionary);

    /// One outer iteration at supervision s in [0, 1]. Where s leaves 0, A and W are first computed from
    /// codes of the encoder as it is. Throws Diverged when Psi stops being finite.
    TopkRecord step(double s);

    /// Codes of the samples by the encoder as it is: after a step, by the dictionary of its end.
    void refresh_codes() { codes_ = encoder_.encode(objective_.data().samples); }
    const SparseCodes<Device, T>& codes() const { return codes_; }  ///< G; empty before the first step
    const TopkLista<Device, T>& encoder() const { return encoder_; }
    const Array<Device, T>& dictionary() const { return maps_.dictionary; }
    const Array<Device, T>& classifier() const { return maps_.classifier; }  ///< W; 0 while s is
    const SupervisedObjective<Device, T>& objective() const { return objective_; }

  private:
    void train_encoder(double s, TopkRecord& record);
    void update_maps(double s);

    TopkLearnerOptions options_;
    SupervisedObjective<Device, T> objective_;
    SupervisedModel<Device, T> maps_;  // without codes
    TopkLista<Device, T> encoder_;
    ListaTrainer<Device, T> trainer_;
    SparseCodes<Device, T> codes_;
    std::size_t iteration_ = 0;
    bool supervised_ = false;  // whether s was above 0 in the last iteration
};

}  // namespace assay::solvers
