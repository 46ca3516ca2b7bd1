#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "experiments/harness/run_context.hpp"
#include "solvers/dictionary/palm.hpp"
#include "solvers/dictionary/topk_learner.hpp"

/// The paper's two learners behind one face, as the parameters of a run describe them.
namespace assay::palm {

/// What an outer iteration leaves.
struct LearnerStep {
    double objective = 0.0;    ///< Psi, or for LISTAConv without labels its part without them
    double supervision = 0.0;  ///< s of the schedule, whether or not the codes see labels
};

template <class Device, class T>
class Learner {
  public:
    virtual ~Learner() = default;

    /// One outer iteration at supervision s of the schedule.
    virtual LearnerStep step(double s) = 0;

    /// Ends the training: codes that are made anew for every dictionary are made for the last one.
    virtual void finish() {}

    virtual const solvers::Array<Device, T>& dictionary() const = 0;
    virtual const solvers::LabelledSamples<Device, T>& data() const = 0;
    /// Codes of the training samples [first, first + count) as training left them, K x count.
    virtual solvers::Array<Device, T> training_codes(std::size_t first, std::size_t count) const = 0;
    /// Codes of any samples, made without labels, K x columns of X.
    virtual solvers::Array<Device, T> label_free_codes(const solvers::Array<Device, T>& X) const = 0;
    virtual std::size_t code_bytes() const = 0;  ///< of the training codes as they are stored
};

/// encoder, nonzeros, layers, tying, passes, batch, lambda, code_steps, atoms' set and update,
/// the weights of Psi, and Adam's.
std::vector<harness::ParamSpec> learner_params();
/// What no single range can say of them; one message a violation.
std::vector<std::string> check_learner(const harness::Params& params);

/// The lambda at which the codes of X by D have `nonzeros` non-zeros on average, by bisection.
template <class Device, class T>
double calibrated_lambda(const harness::Run& run, const solvers::Array<Device, T>& D,
                         const solvers::Array<Device, T>& X);

/// The learner that the parameter `encoder` names, started at D.
template <class Device, class T>
std::unique_ptr<Learner<Device, T>> make_learner(const harness::Run& run, double lambda,
                                                 solvers::LabelledSamples<Device, T> data,
                                                 const solvers::Array<Device, T>& D);

/// LISTAConv without labels that learns D by the projected gradient, whatever the parameters name.
template <class Device, class T>
std::unique_ptr<Learner<Device, T>> make_unsupervised(const harness::Run& run, double lambda,
                                                      solvers::LabelledSamples<Device, T> data,
                                                      const solvers::Array<Device, T>& D);

}  // namespace assay::palm
