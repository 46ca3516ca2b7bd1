#pragma once

namespace assay {

/// Registers the experiments of every study that was built in.
void register_studies();

}  // namespace assay
